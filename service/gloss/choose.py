"""Chooses among the senses of a word by what else the sentence speaks of, and the word that names a sense best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache

from index.folding import fold
from index.lexicon import Concept, Lexicon
from service.gloss.records import Node, Reading, Sense

CONTEXT_WEIGHT = 0.5
"""How much a sense gains that is related to another word's sense."""
ALIKE = 0.75
"""From this likeness (of folded spellings, 0..1) on a word of the target's cell is taken for the same word."""


def choose_senses(nodes: Sequence[Node], lexicon: Lexicon) -> tuple[Node, ...]:
    """Give every content node its sense: the least cost, less what its relations to the other words are worth."""
    present: dict[str, int] = {}
    for place, node in enumerate(nodes):
        for reading in (node.reading, *node.reading.parts):
            for sense in reading.senses[:3]:
                present.setdefault(sense.concept.id, place)
    return tuple(
        replace(node, sense=_sense(node.reading, place, present, lexicon)) if node.reading.senses else node
        for place, node in enumerate(nodes)
    )


def _sense(reading: Reading, place: int, present: Mapping[str, int], lexicon: Lexicon) -> Sense:
    if len(reading.senses) == 1:
        return reading.senses[0]

    def value(sense: Sense) -> float:
        related = max(
            (close for other, close in lexicon.related.get(sense.concept.id, ()) if present.get(other, place) != place),
            default=0.0,
        )
        return CONTEXT_WEIGHT * related - sense.cost

    return max(reading.senses, key=value)


def target_word(concept: Concept, lemma: str, target: str, wordings: Mapping[tuple[str, str], str]) -> str | None:
    """The word of the target's cell to use: a fixed wording, else the one spelt like the source's, else the first."""
    if fixed := wordings.get((concept.id, target)):
        return fixed
    cell = concept.words[target]
    if not cell:
        return None
    if len(cell) == 1 or (target != "en" and lemma in concept.words["en"]):
        # English has loans beside the words that Scandinavians use (hospital, sykehus): the commonest is better.
        return cell[0]
    # `hoved-` is how a first part of a compound stands in its entry.
    return _closest(lemma, cell).removesuffix("-")


@lru_cache(maxsize=10_000)
def _closest(lemma: str, cell: tuple[str, ...]) -> str:
    folded = fold(lemma.lower())
    if len(folded) < 4:
        return next((word for word in cell if fold(word.lower()) == folded), cell[0])
    likeness = [SequenceMatcher(None, folded, fold(word.lower()), autojunk=False).ratio() for word in cell]
    best = max(range(len(cell)), key=lambda place: (likeness[place], -place))
    return cell[best] if likeness[best] >= ALIKE and best and likeness[0] < likeness[best] else cell[0]
