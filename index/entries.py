"""Finds the entries of several words (`customer service`, `gå konkurs`) in a text, inflected as they may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product

from index.lexicon import LANGUAGES, Lexicon

# A number with its groups and decimals, or letters and digits with inner apostrophes.
TOKEN = re.compile(r"\d{1,3}(?:[.,  ]\d{3})+(?!\d)|\d+(?:[.,]\d+)*(?![^\W\d_])|[^\W_]+(?:['’][^\W_]+)*")
MAX_WORDS = 4

# The words of an entry, and its concept ids.
Entry = tuple[tuple[str, ...], tuple[str, ...]]


class Entries:
    """The entries of several words, by their first two."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def find(self, keys: Sequence[tuple[str, ...]], language: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """(first word, last word, concept ids) of every entry, the longest at each place, without overlap.

        Args:
            keys: of each word of the text the forms that it may stand under in an entry: as written, and its lemma.
        """
        place, last = 0, len(keys) - 1
        while place < last:
            found = list(self.of_pair(keys[place], keys[place + 1], language))
            if found and (entry := first_fitting(found, keys[place : place + MAX_WORDS])):
                words, ids = entry
                yield place, place + len(words) - 1, ids
                place += len(words) - 1
            place += 1

    def of_pair(self, first: Sequence[str], second: Sequence[str], language: str) -> Iterator[Entry]:
        """The entries whose first two words are one of the one and one of the other, in the order of preference."""
        if entries := self._index.get(language):
            for pair in product(first, second):
                yield from entries.get(pair, ())

    def first_words(self, language: str) -> frozenset[str]:
        """The words that the entries of a language begin with."""
        return self._first_words.get(language, frozenset())

    def second_words(self, language: str) -> frozenset[str]:
        """The words that stand second in the entries of a language."""
        return self._second_words.get(language, frozenset())

    def beginnings(self, concepts: Iterable[str], language: str) -> Iterator[str]:
        """The first word of every entry that names one of the concepts."""
        for id_ in concepts:
            for text in self._lexicon.concepts[id_].words.get(language, ()):
                if (words := _words(text.lower())) is not None:
                    yield words[0]

    @cached_property
    def _index(self) -> Mapping[str, Mapping[tuple[str, str], tuple[Entry, ...]]]:
        """Language → first two words → entries, the longest first."""
        index: dict[str, dict[tuple[str, str], list[Entry]]] = {}
        for language in LANGUAGES:
            entries = index[language] = {}
            for text, ids in self._lexicon.words(language).items():
                if (words := _words(text)) is not None:
                    entries.setdefault((words[0], words[1]), []).append((words, ids))
        return {
            language: {pair: tuple(sorted(found, key=lambda entry: -len(entry[0]))) for pair, found in entries.items()}
            for language, entries in index.items()
        }

    @cached_property
    def _first_words(self) -> Mapping[str, frozenset[str]]:
        return {language: frozenset(first for first, _ in entries) for language, entries in self._index.items()}

    @cached_property
    def _second_words(self) -> Mapping[str, frozenset[str]]:
        return {language: frozenset(second for _, second in entries) for language, entries in self._index.items()}


def _words(text: str) -> tuple[str, ...] | None:
    """The words of an entry of several, None of any other."""
    if " " not in text and "-" not in text:
        return None
    words = tuple(TOKEN.findall(text))
    return words if 1 < len(words) <= MAX_WORDS else None


def first_fitting(entries: Sequence[Entry], keys: Sequence[tuple[str, ...]]) -> Entry | None:
    """The first of `entries` whose words these words are, or begin with; their first two are known to."""
    for entry in entries:
        words = entry[0]
        if len(words) <= len(keys) and all(words[place] in keys[place] for place in range(2, len(words))):
            return entry
    return None
