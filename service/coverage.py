"""How much of a question's topic a stretch of text has: the measure behind choosing quotes and abstaining."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.analysis import Analyzer, QuestionTerm, QuestionTerms
from index.sought import Sought

PART_OF_SPEECH = {"noun": 1.0, "name": 1.2, "adj": 0.6, "phrase": 0.6, "verb": 0.4, "adv": 0.3, "func": 0.1}
"""What a word of each kind says of the topic: a paraphrase keeps the nouns and changes the verbs. Decision 0301."""
NAME = 1.2
UNKNOWN = 1.0
WORD = re.compile(r"\w+")
PROSE = 0.2
"""The share of function words from which a sentence is prose; in running text it is .3 to .6."""
MIN_PASSAGES = 50
"""Rarity is measured as if there were at least so many passages: to be in one of three says nothing about a word."""
CARRIED = 0.4
"""What a term of the question before counts in a question that goes on from it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of meaning of a question: a multi-word entry with the words it spans, or one word.

    `phrase` and `words` are places in the question's terms. `weight` is its rarity in the corpus times what its part of
    speech says of the topic; `known` is False where no passage has it. `carried` units come from the question before.
    `start` is its offset in the text of the question's terms.
    """

    text: str
    start: int
    phrase: int | None
    words: tuple[tuple[int, float], ...]
    weight: float
    known: bool
    name: bool
    carried: bool


@dataclass(frozen=True, slots=True)
class Match:
    """What a text has of a question: a share of its weight in 0..1, and each unit's strength in 0..1."""

    share: float
    units: tuple[float, ...]


class Coverage:
    """Measures texts against one question.

    `question` is its text, `units` are what it asks for and `weight` is the sum of theirs; `rarest` is the weight of a
    noun that no passage has. `indexed_weight` is `weight` as the index sees rarity, which its scores compare with.
    `nothing` is the match of a text that has nothing of it.
    """

    def __init__(
        self,
        terms: QuestionTerms,
        analyzer: Analyzer,
        frequency: Callable[[QuestionTerm], int],
        passages: int,
        *,
        carried: int = 0,
    ) -> None:
        """Prepare to measure.

        Args:
            frequency: gives the number of passages that have a term.
            passages: how many there are.
            carried: so many of the terms, the first, come from the question before.
        """
        self.question = terms.text
        self._analyzer = analyzer
        self._sought = Sought(terms, analyzer)
        frequencies = [frequency(term) for term in terms.terms]
        topical = [
            self._topicality(term) * (CARRIED if place < carried else 1.0) for place, term in enumerate(terms.terms)
        ]

        def weighted(among: int) -> list[float]:
            return [inverse_frequency(count, among) * share for count, share in zip(frequencies, topical, strict=True)]

        among = max(passages, MIN_PASSAGES)
        self.units = units(terms, weighted(among), frequencies, carried)
        self.weight = sum(unit.weight for unit in self.units)
        self.rarest = inverse_frequency(0, among)
        self.nothing = Match(0.0, (0.0,) * len(self.units))
        self.indexed_weight = sum(unit.weight for unit in units(terms, weighted(passages), frequencies, carried))

    def measure(self, text: str, language: str) -> Match:
        """How much of the question `text` has. A question without content terms is had by no text."""
        strengths = self._sought.strengths(text, language) if text and self.units else None
        if strengths is None:
            return self.nothing
        return self.match(tuple(unit_strength(unit, strengths) for unit in self.units))

    def is_prose(self, text: str, language: str) -> bool:
        """Whether `text` says something: a run of nouns (a list, a heading, names) has hardly a function word."""
        return is_prose(text, self._analyzer.content_words(text, language))

    def match(self, found: Sequence[float]) -> Match:
        """The match of a text whose strengths for the units are known."""
        share = sum(unit.weight * strength for unit, strength in zip(self.units, found, strict=True))
        return Match(share / self.weight if self.weight else 0.0, tuple(found))

    def together(self, matches: Sequence[Match]) -> Match:
        """What several texts have together: of each unit the most that one of them has."""
        some = [match for match in matches if match is not self.nothing]
        if len(some) < 2:
            return some[0] if some else self.nothing
        return self.match([max(found) for found in zip(*(match.units for match in some), strict=True)])

    def _topicality(self, term: QuestionTerm) -> float:
        if term.kind in ("name", "number"):
            return NAME
        if not term.concepts:
            return UNKNOWN
        return PART_OF_SPEECH[self._analyzer.lexicon.concepts[term.concepts[0][0]].pos]


def is_prose(text: str, content: int) -> bool:
    """Whether a text with so many content words says something: a run of nouns has hardly a function word."""
    words = len(WORD.findall(text))
    return words > 0 and 1 - content / words >= PROSE


def inverse_frequency(count: int, passages: int) -> float:
    """The rarity of a term that `count` of `passages` have: the idf of BM25 (Robertson & Zaragoza 2009), above 0."""
    return math.log(1 + (passages - min(count, passages) + 0.5) / (count + 0.5))


def units(
    terms: QuestionTerms, weights: Sequence[float], frequencies: Sequence[int], carried: int = 0
) -> tuple[Unit, ...]:
    """The units of meaning of a question, in order."""
    found: list[Unit] = []
    spanned: set[int] = set()
    for place, phrase in enumerate(terms.terms):
        if phrase.kind != "phrase":
            continue
        inside = [
            (at, weights[at])
            for at, term in enumerate(terms.terms)
            if term.kind != "phrase" and phrase.start <= term.start and term.end <= phrase.end
        ]
        spanned.update(at for at, _ in inside)
        known = frequencies[place] > 0 or any(frequencies[at] for at, _ in inside)
        unit = Unit(
            phrase.text, phrase.start, place, tuple(inside), weights[place], known, name=False, carried=place < carried
        )
        found.append(unit)
    for place, term in enumerate(terms.terms):
        if term.kind == "phrase" or place in spanned:
            continue
        words = ((place, weights[place]),)
        name = term.kind in ("name", "number")
        known = frequencies[place] > 0
        found.append(Unit(term.text, term.start, None, words, weights[place], known, name, place < carried))
    return tuple(sorted(found, key=lambda unit: unit.start))


def unit_strength(unit: Unit, strengths: Sequence[float]) -> float:
    """The strength of the whole entry, or the weighted mean of its words', whichever is more."""
    total = sum(weight for _, weight in unit.words)
    words = sum(weight * strengths[place] for place, weight in unit.words) / total if total else 0.0
    return max(words, strengths[unit.phrase] if unit.phrase is not None else 0.0)
