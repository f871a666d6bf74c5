"""How strongly a text has a term of a question: as the same word, the same concept, a related one, or by its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.analysis import PassageTerms, QuestionTerm

RELATED_WEIGHT = 0.4
"""What a related concept weighs in a question, of the weight of the one that it is related to."""
RELATED = 0.4
PARTS = 0.6
FOREIGN_SURFACE = 0.9


def strength(term: QuestionTerm, passage: PassageTerms, foreign: bool) -> float:
    """Return 0..1: 1 for the word itself, least for a related concept; see `Analyzer.match`."""
    best = 0.0
    if term.surface and term.surface in passage.surface:
        best = (FOREIGN_SURFACE if foreign else 1.0) * min(1.0, passage.surface[term.surface])
    for id_, weight in term.concepts:
        if found := passage.concepts.get(id_):
            best = max(best, (min(1.0, weight) * min(1.0, found)) ** 0.5)
    for id_, weight in term.related:
        if id_ in passage.concepts:
            best = max(best, RELATED * min(1.0, weight / RELATED_WEIGHT))
    if term.parts:
        share = sum(part in passage.surface for part in term.parts) / len(term.parts)
        best = max(best, PARTS * share)
    return min(1.0, best)
