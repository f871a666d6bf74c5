"""Corrects the words of a question that no dictionary and no passage has: a slip of the finger, missing diacritics.

A word is only changed if it is unknown everywhere and exactly one step away from a word that is known; what the
passages have comes before what only a dictionary has. A word of another language becomes none that means something
else. docs/decisions/0105-spelling.md has the figures.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from index.analysis import SURFACE, Analyzer, QuestionTerm, QuestionTerms
from index.folding import fold
from index.lexicon import LANGUAGES
from index.normalising import normalise
from index.words import WordAnalyzer, as_name

LETTERS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "da": "abcdefghijklmnopqrstuvwxyzæøå",
    "nb": "abcdefghijklmnopqrstuvwxyzæøå",
    "nn": "abcdefghijklmnopqrstuvwxyzæøå",
    "sv": "abcdefghijklmnopqrstuvwxyzåäö",
}
# What a letter may have lost.
RESTORED = {
    "da": {"a": "aåæ", "o": "oø"},
    "nb": {"a": "aåæ", "o": "oø"},
    "nn": {"a": "aåæ", "o": "oø"},
    "sv": {"a": "aåä", "o": "oö", "e": "eé"},
}
MARKED = frozenset("åäöæø")
# A shorter word is one step away from too many others.
MIN_LENGTH = 5
MAX_RESTORED_LETTERS = 6
MAX_REMEMBERED = 5000
"""Words of which is remembered what they were meant to be: some 300 bytes each."""

# How many passages have the surface term or concept that a word stands for, in any language.
Frequency = Callable[[QuestionTerm], int]
# Which of some terms' hashes (scoring.term_hash) passages may have; of the others there is none.
MayHave = Callable[[NDArray[np.uint32]], NDArray[np.bool_]]


class Speller:
    """Corrects words by the passages as they are at one time. Safe to use from several threads."""

    def __init__(self, analyzer: Analyzer, may_have: MayHave) -> None:
        self._analyzer = analyzer
        self._may_have = may_have
        self._meant: dict[tuple[str, str, str], str | None] = {}

    def correct(self, question: QuestionTerms, frequency: Frequency) -> QuestionTerms:
        """The question with its unknown words read as what they were meant to be; itself if there are none.

        A question that says it is `spelled` has been looked at before, and stays as it is.
        """
        if question.spelled or question.language not in LANGUAGES:
            return question
        terms = as_elsewhere(question.terms, self._analyzer.words, frequency)
        corrections: dict[str, str] = {}
        for term in terms:
            if is_unknown(term, frequency) and (found := self.meant(term, question.language, frequency)):
                corrections[normalise(term.text)] = found
        if _typed_without_marks(question, corrections):
            corrections.update(self._restored_words(question, frequency))
        if not corrections:
            return question if terms == question.terms else replace(question, terms=terms)
        corrected = self._analyzer.question(question.text, question.language, corrections)
        return replace(corrected, terms=as_elsewhere(corrected.terms, self._analyzer.words, frequency))

    def meant(self, term: QuestionTerm, language: str, frequency: Frequency) -> str | None:
        """The word that an unknown one was meant to be, with its diacritics or one edit away; None if there is none."""
        key = (language, term.kind, term.text)
        if key in (remembered := self._meant):
            return remembered[key]
        word, found = normalise(term.text), None
        for candidates in (_restorations, _edits):
            possible = self._possible(list(candidates(word, language)), term, language)
            if found := self._likeliest(possible, word, term, language, frequency):
                break
        if found and not frequency(self._analyzer.read_as(term, found, language, whole=True)):
            found = found if self._may_mean(word, found, language) else None
        if len(remembered) >= MAX_REMEMBERED:
            remembered = self._meant = {}
        remembered[key] = found
        return found

    def _may_mean(self, word: str, other: str, language: str) -> bool:
        """Whether a word may be meant as one that no passage has: not one of another language that says something else.

        A Danish *spørge* among Norwegian words is *spørre*, but no English *phone* is *hone*.
        """
        words = self._analyzer.words
        knowing = [code for code in LANGUAGES if code != language and words.is_known(word, code)]
        if not knowing:
            return True
        meant = {id_ for id_, _ in words.word(other, language).concepts}
        return any(id_ in meant for code in knowing for id_, _ in words.word(word, code).concepts)

    def _likeliest(
        self,
        candidates: Iterable[tuple[str, bool]],
        word: str,
        term: QuestionTerm,
        language: str,
        frequency: Frequency,
    ) -> str | None:
        """Which of the candidates, each with whether a dictionary has it, is meant.

        What the passages have comes first, then what begins alike (the first letter is seldom the wrong one: Pollock
        and Zamora 1984), then the words of the lexicon before the rarer ones of the dictionary.
        """
        analyzer = self._analyzer
        best: tuple[tuple[bool, bool, bool, bool, int], str] | None = None
        for candidate, known in candidates:
            # The stem alone is enough to ask the index, and a hundred times cheaper than the whole analysis; but a name
            # is looked for by its own form where it has one, and few other words have its stem by chance.
            whole = known or term.kind == "name"
            found = frequency(analyzer.read_as(term, candidate, language, whole=whole))
            meaning = analyzer.words.word(candidate, language) if known else None
            # A name that no passage has is not turned into a word: the answer to it is that the texts are silent.
            if not found and (not meaning or term.kind == "name"):
                continue
            # Function words stand in every text, but are not counted.
            grammar = meaning is not None and meaning.function
            listed = meaning is not None and bool(meaning.concepts)
            rank = (found > 0 or grammar, candidate[0] == word[0], listed, grammar, found)
            if best is None or rank > best[0]:
                best = (rank, candidate)
        return best[1] if best else None

    def _possible(self, candidates: Sequence[str], term: QuestionTerm, language: str) -> Iterator[tuple[str, bool]]:
        """Those of the candidates that a dictionary has or a passage may have, each with whether a dictionary has it.

        All are looked up together: most of the hundreds are no words, and each by itself would cost 30 µs.
        """
        words = self._analyzer.words
        known = words.known_of(candidates, language)
        if term.parts or not candidates:
            may_have = [False] * len(candidates)
        else:
            found = self._may_have(_hashes(words.surfaces(candidates, language)))
            if term.kind == "name":
                found |= self._may_have(_hashes([as_name(candidate) for candidate in candidates]))
            may_have = found.tolist()
        for candidate, possible in zip(candidates, may_have, strict=True):
            if possible or candidate in known:
                yield candidate, candidate in known

    def _restored_words(self, question: QuestionTerms, frequency: Frequency) -> dict[str, str]:
        """Known words of a question typed without diacritics that are commoner with them (`lag` for `låg`)."""
        found: dict[str, str] = {}
        analyzer = self._analyzer
        for term in question.terms:
            word = normalise(term.text)
            if term.kind != "word" or not term.known or len(word) < 2:
                continue
            best = frequency(term)
            for candidate in _restorations(word, question.language):
                if analyzer.words.is_known(candidate, question.language):
                    count = frequency(analyzer.read_as(term, candidate, question.language, whole=True))
                    if count > best:
                        best, found[word] = count, candidate
        return found


def is_unknown(term: QuestionTerm, frequency: Frequency) -> bool:
    """Whether neither a dictionary nor a passage has a word of a question."""
    return term.kind in ("word", "name") and not term.known and not frequency(term)


def as_elsewhere(terms: Sequence[QuestionTerm], words: WordAnalyzer, frequency: Frequency) -> tuple[QuestionTerm, ...]:
    """Terms of which an unknown one is sought as passages of another language have it: whole, or with its own stem.

    *pull* is *pul* in a Danish question and *pull* in an English text: a word that is a text's own is no slip.
    """
    return tuple(_as_elsewhere(term, words, frequency) for term in terms)


def _as_elsewhere(term: QuestionTerm, words: WordAnalyzer, frequency: Frequency) -> QuestionTerm:
    if not is_unknown(term, frequency):
        return term
    word = normalise(term.text)
    stems = (words.surface(word, code) for code in LANGUAGES if words.is_known(word, code))
    for form in dict.fromkeys((fold(word), *stems)):
        if form != term.surface and frequency(found := replace(term, surface=form, parts=())):
            return found
    return term


def _hashes(surfaces: Iterable[str]) -> NDArray[np.uint32]:
    # Not term_hash, which would remember them all.
    return np.array([zlib.crc32((SURFACE + surface).encode()) for surface in surfaces], dtype=np.uint32)


def _typed_without_marks(question: QuestionTerms, corrections: dict[str, str]) -> bool:
    """Whether the question has no diacritics although a word of it should."""
    return not MARKED.intersection(question.text.lower()) and any(
        MARKED.intersection(meant) and len(meant) == len(word) for word, meant in corrections.items()
    )


def _restorations(word: str, language: str) -> Iterator[str]:
    """Every way to put diacritics back."""
    letters = RESTORED.get(language, {})
    choices = [letters.get(letter, letter) for letter in word]
    if 0 < sum(len(choice) > 1 for choice in choices) <= MAX_RESTORED_LETTERS:
        for chosen in product(*choices):
            candidate = "".join(chosen)
            if candidate != word:
                yield candidate


def _edits(word: str, language: str) -> Iterator[str]:
    """Every word one slip away: two letters swapped, one left out, one too many, one wrong (Damerau 1964)."""
    if len(word) < MIN_LENGTH or not word.isalpha():
        return
    seen = {word}
    letters = LETTERS[language]
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        edited = [head + letter + tail for letter in letters]
        if tail:
            edited.append(head + tail[1:])
            edited += [head + letter + tail[1:] for letter in letters]
        if len(tail) > 1:
            edited.append(head + tail[1] + tail[0] + tail[2:])
        for candidate in edited:
            if candidate not in seen:
                seen.add(candidate)
                yield candidate
