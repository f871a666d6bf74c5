"""Leaves words in the original where two meanings fit about as well: better unread than misread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.folding import fold
from index.lexicon import Concept, Lexicon
from service.gloss.choose import target_word
from service.gloss.data import Tables
from service.gloss.records import Node, Reading, Sense
from service.gloss.senses import PREFERRED_COST

SENSE_MARGIN = 0.2
"""How much dearer the next sense of a word has to be; docs/decisions/0601-gloss.md says how it was chosen."""
FAR_WEIGHT, FAR_RANK = -0.7, 2
"""English words have many meanings and the lexicon not all of them: one whose likeliest reading weighs less than this,
or that stands so far back in its cell, was unsupported by a translation two to three times as often as others."""
NEAR = 0.7
"""Concepts that are related so closely may stand for one another in an aid."""
SAME_START = 4
"""Words that share so many letters at their start are one word in two classes: `hjælp`, `hjælpe`."""


class Confidence:
    """Tells which chosen meanings are in doubt."""

    def __init__(self, lexicon: Lexicon, tables: Tables) -> None:
        self._lexicon = lexicon
        self._wordings = tables.wordings
        self._doubtful = tables.doubtful

    def leave_unsure(self, nodes: Sequence[Node], source: str, target: str) -> tuple[Node, ...]:
        """The nodes, those in doubt with their original words as final ones."""
        return tuple(replace(node, dropped=True) if self._is_unsure(node, source, target) else node for node in nodes)

    def _is_unsure(self, node: Node, source: str, target: str) -> bool:
        reading = node.reading
        if node.dropped or reading.function or reading.kept:
            return False
        if (source, reading.lemma) in self._doubtful:
            # The Scandinavian languages mostly share the doubt: a cognate has the same meanings.
            return target == "en" or source == "en" or not self._shares(node, target)
        if reading.parts:
            return any(self._is_ambiguous(part, None, target) for part in reading.parts if part.senses)
        if source == "en" and " " not in reading.lemma and _is_far(reading, node):
            return True
        return self._is_ambiguous(reading, node, target) or any(
            self._is_other(node, rival, target) for rival in node.rivals
        )

    def _shares(self, node: Node, target: str) -> bool:
        """Whether the word in the target is spelt as in the source, and so as open."""
        word = node.sense and target_word(node.sense.concept, node.reading.lemma, target, self._wordings)
        return bool(word) and fold(str(word)) == fold(node.reading.lemma)

    def _is_ambiguous(self, reading: Reading, node: Node | None, target: str) -> bool:
        """Whether another sense of the reading is about as likely and has another word."""
        chosen = node.sense if node and node.sense else reading.senses[0]
        return any(
            self._differ((chosen.concept, reading.lemma), (sense.concept, reading.lemma), target)
            for sense in reading.senses
            if sense.cost - chosen.cost < SENSE_MARGIN
        )

    def _is_other(self, node: Node, rival: Reading, target: str) -> bool:
        """Whether a rival reading says something else."""
        if node.sense is None or rival.kept or rival.parts or (" " in node.reading.lemma) != (" " in rival.lemma):
            # Between an entry of several words and its words one by one, the weights decide.
            return False
        if rival.function:
            forms = rival.function.forms[target]
            return not forms or forms[0] != target_word(node.sense.concept, node.reading.lemma, target, self._wordings)
        if rival.lemma == node.reading.lemma and {rival.pos, node.reading.pos} == {"adj", "adv"}:
            return False
        own = (node.sense.concept, node.reading.lemma)
        return all(self._differ(own, (sense.concept, rival.lemma), target) for sense in _likely(rival))

    def _differ(self, one: tuple[Concept, str], two: tuple[Concept, str], target: str) -> bool:
        """Whether two concepts, each of a lemma, have different words that do not stand for one another."""
        if one[0].id == two[0].id:
            return False
        word = target_word(*one, target, self._wordings)
        other = target_word(*two, target, self._wordings)
        if word is None or other is None or _alike(word, other) or other in one[0].words[target]:
            return False
        related = self._lexicon.related.get(one[0].id, ())
        return all(id_ != two[0].id or closeness < NEAR for id_, closeness in related)


def _is_far(reading: Reading, node: Node) -> bool:
    """Whether an English word names its concept only by the way."""
    if node.sense is None or node.sense.cost <= PREFERRED_COST:
        return False
    cell = [word.lower() for word in node.sense.concept.words["en"]]
    rank = cell.index(reading.lemma) if reading.lemma in cell else len(cell)
    return reading.weight < FAR_WEIGHT or rank >= FAR_RANK


def _likely(reading: Reading) -> Iterator[Sense]:
    least = reading.senses[0].cost + SENSE_MARGIN
    return (sense for sense in reading.senses if sense.cost < least)


def _alike(word: str, other: str) -> bool:
    """Whether two words of the target are the same, or one word in two classes."""
    word, other = fold(word.lower()), fold(other.lower())
    return word == other or (word[:SAME_START] == other[:SAME_START] and len(word) >= SAME_START)
