"""What the tokens of a language say, as columns of numbers, so that whole passages are counted by array operations.

It counts what `Analyzer.occurrences` counts, term by term and in the same order; a token is looked up once where it is
new, and is a number from then on.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.analysis import CONCEPT, FUNCTION, Analyzer
from index.entries import MAX_WORDS, TOKEN, Entry, first_fitting
from index.scoring import term_hash

MAX_TOKENS = 100_000
"""Tokens of a language that are remembered: some 500 bytes each. Few words make up most of any text."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """The terms of texts: those of text i are `counts[i]` rows, behind those of the texts before it.

    A row is a term's number, the sentence that it stands in and its weight there, in the order of the text.
    `lengths` are the texts' content tokens.
    """

    lengths: Numbers
    counts: Numbers
    terms: Numbers
    sentences: Numbers
    weights: NDArray[np.float64]

    @property
    def texts(self) -> Numbers:
        """The text that each row belongs to."""
        return np.arange(len(self.counts)).repeat(self.counts)


class TermTable:
    """The tokens of one language that have been met."""

    def __init__(self, analyzer: Analyzer, language: str) -> None:
        self._analyzer = analyzer
        self._language = language
        entries = analyzer.entries
        self._beginnings = entries.first_words(language), entries.second_words(language)
        self._clear()

    def _clear(self) -> None:
        self._tokens = _Tokens(self._add)
        self._entries: dict[tuple[str, ...], int] = {}
        self._pairs: dict[tuple[int, int], tuple[Entry, ...]] = {}
        self._keys: list[tuple[str, ...]] = []
        self._numbers: dict[str, int] = {}
        # A column each: of tokens whether they are content, may begin an entry of several words or be its second one,
        # and where their terms begin; of these the number and the weight; of the terms the hash.
        self._content, self._begins, self._follows = array("b"), array("b"), array("b")
        self._starts, self._terms, self._weights, self._hashes = array("q", [0]), array("q"), array("d"), array("Q")
        self.names: list[str] = []
        """The terms by their numbers."""

    def hashes_of(self, terms: Numbers) -> NDArray[np.uint64]:
        """What stands for terms, given by their numbers, in a packed passage."""
        return np.frombuffer(self._hashes, dtype=np.uint64)[terms]

    def count(self, texts: Sequence[str], ends: Sequence[Sequence[int]]) -> Counted:
        """Count the terms of texts.

        Args:
            ends: of each text where its sentences end, ascending; none for a text that counts as one sentence.
        """
        if len(self._tokens) > MAX_TOKENS:
            self._clear()
        tokens, sizes, sentences = self._with_entries(*self._read(texts, ends))
        owners = np.arange(len(texts)).repeat(sizes)
        content = np.frombuffer(self._content, dtype=np.int8)[tokens]
        lengths = np.bincount(owners, weights=content, minlength=len(texts)).astype(np.int64)
        starts = np.frombuffer(self._starts, dtype=np.int64)
        said = starts[tokens + 1] - starts[tokens]
        # Term k of token i stands at starts[i] + k.
        rows = np.arange(int(said.sum())) + (starts[tokens] - said.cumsum() + said).repeat(said)
        terms = np.frombuffer(self._terms, dtype=np.int64)[rows]
        weights = np.frombuffer(self._weights, dtype=np.float64)[rows]
        owners, sentences = owners.repeat(said), sentences.repeat(said)
        size = int(sentences.max(initial=0)) + 1
        firsts, sums = _added((owners * size + sentences) * len(self.names) + terms, weights)
        counts = np.bincount(owners[firsts], minlength=len(texts))
        return Counted(lengths, counts, terms[firsts], sentences[firsts], sums)

    def _read(self, texts: Sequence[str], ends: Sequence[Sequence[int]]) -> tuple[list[int], list[int], Numbers]:
        """(tokens by number, how many each text has, the sentence of each token)."""
        found: list[str] = []
        sizes, sentences, counts = [], [], []
        for text, sentence_ends in zip(texts, ends, strict=True):
            before = len(found)
            for number, some in enumerate(_by_sentence(text, sentence_ends)):
                found += some
                sentences.append(number)
                counts.append(len(some))
            sizes.append(len(found) - before)
        tokens = list(map(self._tokens.__getitem__, found))
        return tokens, sizes, np.array(sentences, dtype=np.int64).repeat(counts)

    def _with_entries(
        self, tokens: Sequence[int], sizes: Sequence[int], sentences: Numbers
    ) -> tuple[Numbers, Numbers, Numbers]:
        """The same with what entries of several words say, as a further token each, behind the last of its text."""
        numbers, counts = np.array(tokens, dtype=np.int64), np.array(sizes, dtype=np.int64)
        begins = np.frombuffer(self._begins, dtype=np.int8)[numbers[:-1]]
        follows = np.frombuffer(self._follows, dtype=np.int8)[numbers[1:]]
        near = np.flatnonzero(begins & follows)
        ends = counts.cumsum()
        text_ends = ends[np.searchsorted(ends, near, side="right")].tolist()
        behind: list[int] = []
        further: list[int] = []
        places: list[int] = []
        free = 0
        for place, end in zip(near.tolist(), text_ends, strict=True):
            if place >= free and (entry := self._entry(tokens, place, end)):
                words, ids = entry
                free = place + len(words)
                behind.append(end)
                further.append(self._add_entry(ids))
                places.append(place)
        if not behind:
            return numbers, counts, sentences
        counts = counts + np.bincount(np.searchsorted(ends, behind), minlength=len(counts))
        return np.insert(numbers, behind, further), counts, np.insert(sentences, behind, sentences[places])

    def _entry(self, tokens: Sequence[int], place: int, end: int) -> Entry | None:
        """The entry that begins at a place and ends before `end`."""
        pair = tokens[place], tokens[place + 1]
        entries = self._pairs.get(pair)
        if entries is None:
            keys = self._keys[pair[0]], self._keys[pair[1]]
            entries = self._pairs[pair] = tuple(self._analyzer.entries.of_pair(*keys, self._language))
        if place + 1 == end or not entries:
            return None
        return first_fitting(entries, [self._keys[token] for token in tokens[place : min(end, place + MAX_WORDS)]])

    def _add(self, token: str) -> int:
        said = self._analyzer.said(self._language, token)
        first, second = self._beginnings
        begins, follows = not first.isdisjoint(said.keys), not second.isdisjoint(said.keys)
        return self._append(said.content, said.terms, said.keys, begins, follows)

    def _add_entry(self, ids: tuple[str, ...]) -> int:
        number = self._entries.get(ids)
        if number is None:
            concepts = self._analyzer.lexicon.concepts
            terms = [(FUNCTION if concepts[id_].pos == "func" else CONCEPT) + id_ for id_ in ids]
            weighted = [(term, len(ids) ** -0.5) for term in terms]
            number = self._entries[ids] = self._append(False, weighted, (), False, False)
        return number

    def _append(
        self,
        content: bool,
        terms: Sequence[tuple[str, float]],
        keys: tuple[str, ...],
        begins: bool,
        follows: bool,
    ) -> int:
        for term, weight in terms:
            number = self._numbers.get(term)
            if number is None:
                number = self._numbers[term] = len(self.names)
                self.names.append(term)
                self._hashes.append(term_hash(term))
            self._terms.append(number)
            self._weights.append(weight)
        self._starts.append(len(self._terms))
        self._content.append(content)
        self._begins.append(begins)
        self._follows.append(follows)
        self._keys.append(keys)
        return len(self._keys) - 1


class _Tokens(dict[str, int]):
    """The numbers of tokens; one that has none yet is added."""

    def __init__(self, add: Callable[[str], int]) -> None:
        super().__init__()
        self._add = add

    def __missing__(self, token: str) -> int:
        number = self[token] = self._add(token)
        return number


def _by_sentence(text: str, ends: Sequence[int]) -> list[list[str]]:
    """The tokens that begin in each sentence, given where they end; the last ones are behind the last sentence."""
    bounds = [0, *ends, len(text)]
    # Between two signs, as behind a full stop, no token goes on, and each sentence may be read by itself.
    if not any(text[end - 1 : end].isalnum() or text[end : end + 1].isalnum() for end in ends):
        return [TOKEN.findall(text, start, end) for start, end in pairwise(bounds)]
    found: list[list[str]] = [[] for _ in range(len(ends) + 1)]
    for match in TOKEN.finditer(text):
        found[bisect_right(ends, match.start())].append(match[0])
    return found


def totals(counted: Counted) -> tuple[Numbers, Numbers, NDArray[np.float64]]:
    """What the terms weigh in whole texts: (text, term, weight), in the order in which the terms come first."""
    texts, terms = counted.texts, counted.terms
    firsts, sums = _added(texts * (int(terms.max(initial=0)) + 1) + terms, counted.weights)
    return texts[firsts], terms[firsts], sums


def _added(keys: Numbers, weights: NDArray[np.float64]) -> tuple[Numbers, NDArray[np.float64]]:
    """Where each key stands first, in that order, and the sum of its weights."""
    _, firsts, places = np.unique(keys, return_index=True, return_inverse=True)
    sums = np.bincount(places, weights=weights, minlength=len(firsts)).astype(np.float64)
    order = firsts.argsort()
    return firsts[order], sums[order]
