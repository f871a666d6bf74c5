"""Why a passage was found: which terms of the question it has, as what, and what each gave to the score."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.analysis import CONCEPT, FUNCTION, SURFACE, Occurrences, QuestionTerms
from index.scoring import Element, Weights

KINDS: Mapping[str, str] = {SURFACE: "word", CONCEPT: "concept", FUNCTION: "function word"}


@dataclass(frozen=True, slots=True)
class Contribution:
    """A term of the question that a passage has.

    `asked` is as written in the question, `met` the stem or concept id that both have, `kind` one of word, concept and
    function word; `weight` is the question's, `rarity` that of the passage's language, `count` the passage's weighted
    count, and `score` what they come to in BM25.
    """

    asked: str
    met: str
    kind: str
    weight: float
    rarity: float
    count: float
    score: float

    def __str__(self) -> str:
        weighed = f"{self.weight:.2f} × {self.rarity:.2f}, {self.count:.1f} times"
        return f"{self.asked} ~ {self.met} ({self.kind}): {weighed} = {self.score:.2f}"


def explain(
    question: QuestionTerms,
    looked_for: Sequence[Element],
    occurrences: Occurrences,
    rarity: Callable[[str], float],
    average_length: float,
    weights: Weights,
) -> tuple[Contribution, ...]:
    """What of `looked_for` a passage has, the greatest contribution first; without the best sentence's extra score."""
    counts: dict[str, float] = {}
    for term, _, weight in occurrences.terms:
        counts[term] = counts.get(term, 0.0) + weight
    norm = weights.k1 * (1 - weights.b + weights.b * occurrences.length / max(average_length, 1.0))
    asked = [term.text for term in (*question.terms, *question.functions)]
    found = []
    for element in looked_for:
        if count := counts.get(element.term):
            rare = rarity(element.term)
            score = element.weight * rare * count * (weights.k1 + 1) / (count + norm)
            kind = KINDS[element.term[0]]
            found.append(
                Contribution(asked[element.number], element.term[1:], kind, element.weight, rare, count, score)
            )
    return tuple(sorted(found, key=lambda one: -one.score))
