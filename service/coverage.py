"""How much of a question's topic a stretch of text has: the measure behind choosing quotes and abstaining."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from index.analysis import Analyzer, QuestionTerm, QuestionTerms


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of meaning of a question: a multi-word entry with the words it spans, or one word.

    `phrase` and `words` are places in the question's terms. `weight` is its rarity in the corpus; `known` is False
    where no passage has it.
    """

    text: str
    phrase: int | None
    words: tuple[tuple[int, float], ...]
    weight: float
    known: bool
    name: bool


@dataclass(frozen=True, slots=True)
class Match:
    """What a text has of a question: a share of its weight in 0..1, and each unit's strength in 0..1."""

    share: float
    units: tuple[float, ...]


class Coverage:
    """Measures texts against one question."""

    def __init__(
        self, terms: QuestionTerms, analyzer: Analyzer, frequency: Callable[[QuestionTerm], int], passages: int
    ) -> None:
        """`frequency` gives the number of passages that have a term; `passages` is how many there are."""
        self._terms = terms
        self._analyzer = analyzer
        frequencies = [frequency(term) for term in terms.terms]
        weights = [inverse_frequency(count, passages) for count in frequencies]
        self.units = units(terms, weights, frequencies)
        self._total = sum(unit.weight for unit in self.units)

    def measure(self, text: str, language: str) -> Match:
        """How much of the question `text` has. A question without content terms is had by no text."""
        if not self.units:
            return Match(0.0, ())
        strengths = self._analyzer.match(self._terms, text, language)
        found = tuple(unit_strength(unit, strengths) for unit in self.units)
        share = sum(unit.weight * strength for unit, strength in zip(self.units, found, strict=True)) / self._total
        return Match(share, found)


def inverse_frequency(count: int, passages: int) -> float:
    """The rarity of a term that `count` of `passages` have: the idf of BM25 (Robertson & Zaragoza 2009), above 0."""
    return math.log(1 + (passages - min(count, passages) + 0.5) / (count + 0.5))


def units(terms: QuestionTerms, weights: list[float], frequencies: list[int]) -> tuple[Unit, ...]:
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
        found.append(Unit(phrase.text, place, tuple(inside), weights[place], known, name=False))
    for place, term in enumerate(terms.terms):
        if term.kind != "phrase" and place not in spanned:
            name = term.kind in ("name", "number")
            words = ((place, weights[place]),)
            found.append(Unit(term.text, None, words, weights[place], frequencies[place] > 0, name))
    return tuple(sorted(found, key=lambda unit: unit.words[0][0] if unit.words else unit.phrase or 0))


def unit_strength(unit: Unit, strengths: tuple[float, ...]) -> float:
    """The strength of the whole entry, or the weighted mean of its words', whichever is more."""
    total = sum(weight for _, weight in unit.words)
    words = sum(weight * strengths[place] for place, weight in unit.words) / total if total else 0.0
    return max(words, strengths[unit.phrase] if unit.phrase is not None else 0.0)
