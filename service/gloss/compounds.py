"""Reads compounds and hyphenated words by their parts: `kerneproduktet` is the core product, definite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index import compounds
from service.gloss.endings import VOWELS
from service.gloss.records import Reading

if TYPE_CHECKING:
    from service.gloss.readings import Reader

COMPOUND_COST = 1.5
MIN_UNLISTED = 4
"""Letters of a part in a compound that no dictionary has: shorter ones fit in by accident (`dyrk-ane`)."""
# Only these may be parts of a compound: a function word or a name inside a word is mostly an accident.
PART_POS = ("noun", "verb", "adj", "adv")


class Compounds:
    """Finds the readings of words that have no entry of their own but parts that do."""

    def __init__(self, reader: Reader, no_parts: frozenset[str]) -> None:
        """Take the reader of the parts, and the words that are no part of one (`vild-hed`, `unde-rstøtte`)."""
        self._reader = reader
        self._no_parts = no_parts

    def hyphenated(self, written: str, language: str) -> tuple[Reading, ...]:
        """The readings of `Facebook-bureauer` by its last part; a first part that is no plain word stays as it is."""
        *first, last = written.split("-")
        parts = []
        for name in first:
            found = self._part(name, language) if name.islower() and len(name) > 2 else None
            parts.append(found or Reading("N", lemma=name))
        readings = [r for r in self._reader.read(last.lower(), language) if r.pos in PART_POS or r.genitive]
        return tuple(
            replace(reading, parts=(*parts, *(reading.parts or (reading,))), lemma=written, weight=reading.weight - 0.5)
            for reading in readings
        )

    def read(self, word: str, language: str) -> Iterator[Reading]:
        """The readings of a compound: those of its last part, with the parts before it."""
        if language == "en" or "-" in word:
            return

        def is_part(part: str) -> bool:
            return bool(self._part(part, language)) or bool(self._last_parts(part, language))

        found = compounds.split(word, language, is_part)
        first = [
            part
            for name in found[:-1]
            # The splitter takes `medlems` for a genitive: the linking s is still on it.
            if (part := self._part(name, language) or (self._part(name[:-1], language) if name[-1] == "s" else None))
        ]
        if not found or len(first) < len(found) - 1:
            return
        for last in self._last_parts(found[-1], language):
            if self._is_sure(word, found, last, language):
                yield replace(last, weight=last.weight - COMPOUND_COST, parts=(*first, last), lemma=word)

    def _is_sure(self, word: str, parts: Sequence[str], last: Reading, language: str) -> bool:
        """Whether the word is made of these parts, and not only spelt as if it were (`fat-ale`, `vild-hed`)."""
        if last.lemma in self._no_parts or not self._no_parts.isdisjoint(parts):
            return False
        if self._reader.is_dictionary_word(word, language):
            # The dictionary knows the compound's own lemma: it must end as the last part's.
            return self._reader.dictionary_lemma(word, language).endswith(last.lemma)
        if last.pos not in ("noun", "adj") or len(parts[-1]) < MIN_UNLISTED:
            return False
        return len(parts) == 2 or all(len(part) >= MIN_UNLISTED for part in parts)

    def _part(self, part: str, language: str) -> Reading | None:
        """The best reading of a first part, which stands in citation form."""
        # `hoved-`: what a word means as a first part, where that is something of its own.
        if own := list(self._reader.entries(part + "-", part + "-", None, 0.0, language)):
            return own[0]
        if part in self._reader.functions(language):
            return None
        readings = list(self._reader.entries(part, part, None, 0.0, language, compound=True))
        if not readings and language != "sv" and part[-1] not in VOWELS:
            # billed-service, sprog-kundskab: a final -e is lost.
            readings = list(self._reader.entries(part, part + "e", None, 0.0, language, compound=True))
        readings = [reading for reading in readings if reading.pos in PART_POS and reading.feature != "pres"]
        if not readings:
            return None
        # In compounds nouns come first by far: kunde-service, not "to customer". What English writes with a hyphen
        # begins with an adjective, where it could be one: high-level, not "of an intoxication".
        likely = "adj" if language == "en" else "noun"
        return max(readings, key=lambda reading: (reading.pos == likely, reading.weight))

    def _last_parts(self, part: str, language: str) -> list[Reading]:
        if len(part) < compounds.MIN_PART or part in self._reader.functions(language):
            return []
        found = [
            reading
            for reading in best_readings(self._reader.content(part, language))
            if reading.pos in PART_POS and len(reading.lemma) >= compounds.MIN_PART
        ]
        if not found and (base := self._reader.ungenitive(part, language)):
            found = [
                replace(reading, tag="NGEN", genitive=True)
                for reading in best_readings(self._reader.content(base, language))
                if reading.pos == "noun"
            ]
        return found


def best_readings(readings: Iterable[Reading]) -> Iterator[Reading]:
    """One reading for each tag, feature and lemma, the likeliest; at most two lemmas for each tag and feature."""
    kept: dict[tuple[str, str], list[Reading]] = {}
    for reading in sorted(readings, key=lambda reading: -reading.weight):
        group = kept.setdefault((reading.tag, reading.feature), [])
        if len(group) < 2 and all(reading.lemma != other.lemma or reading.pos != other.pos for other in group):
            group.append(reading)
    for group in kept.values():
        yield from group
