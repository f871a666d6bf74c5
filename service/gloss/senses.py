"""What a word may mean: its concepts as senses, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.lexicon import Concept, Lexicon
from service.gloss.records import Sense
from service.gloss.vocabulary import OWN_FILE

# How much less likely a sense is. Steps were set by reading glosses; docs/decisions/0601-gloss.md has the outcome.
FILE_COST = {OWN_FILE: -0.8, "core": 0.0, "general": 0.5}
OTHER_FILE_COST = 0.4
RANK_COST = 0.4
"""For each place further back in its cell: the first word of a cell is what one usually says for the concept."""
RELATIONS_BONUS = 0.06
"""For each relation of a concept, up to ten: what is related to much is spoken of much."""
PREFERRED_COST = -1.0
PREFERRED_LEAD = 0.35
"""Puts the concepts of preferred.tsv before all others of the same word class, but not out of the context's reach, …"""
PREFERRED_WEIGHT = 0.5
"""… and their word class before the others, unless the neighbours say otherwise."""


def sense_of(concept: Concept, lemma: str, language: str, lexicon: Lexicon) -> Sense:
    """The sense that `lemma` has by a concept, as likely as its place in the cell and the concept's relations say."""
    words = [word.lower() for word in concept.words[language]]
    rank = words.index(lemma) if lemma in words else len(words)
    cost = FILE_COST.get(concept.file, OTHER_FILE_COST) + RANK_COST * min(rank, 3)
    cost -= RELATIONS_BONUS * min(10, len(lexicon.related.get(concept.id, ())))
    return Sense(concept, cost)


def ordered(senses: Sequence[Sense], preferred: Sequence[str]) -> list[Sense]:
    """The senses by cost, those of `preferred` moved before all others in its order."""
    others = sorted((sense for sense in senses if sense.concept.id not in preferred), key=lambda sense: sense.cost)
    if len(others) == len(senses):
        return others
    chosen = sorted(
        (sense for sense in senses if sense.concept.id in preferred), key=lambda s: preferred.index(s.concept.id)
    )
    first = [replace(sense, cost=PREFERRED_COST + PREFERRED_LEAD * place) for place, sense in enumerate(chosen)]
    behind = first[-1].cost + PREFERRED_LEAD - others[0].cost if others else 0.0
    return first + [replace(sense, cost=sense.cost + max(0.0, behind)) for sense in others]
