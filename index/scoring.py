"""Scores passages exactly: BM25 over weighted terms, the best sentence, and subword likeness, from packed passages.

The engine that finds the candidates (tantivy) knows whole counts only and one formula. What it finds is scored again
here, from a few hundred bytes kept with every passage, with weights on both sides: a sense of an ambiguous word counts
less, a compound's part counts half, a sentence that holds the question's terms together counts more than a text that
scatters them. docs/decisions/0103-scoring.md has the figures.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import CONCEPT, FUNCTION, SURFACE, QuestionTerm, QuestionTerms
from index.byte_vectors import as_bytes

HEADER = np.dtype([("length", "<u2"), ("terms", "<u4")])
WEIGHT_SCALE = 16.0
MAX_WEIGHT = 255
NO_SENTENCE = 65_535
MAX_TABLED = 1 << 15
"""Terms of a question that a table of 16 bits can tell apart, with room to spare."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much. Chosen on one half of the evaluation sets, reported on the other (decision 0103)."""

    k1: float = 0.5
    b: float = 0.75
    foreign_surface: float = 0.8
    foreign_concept: float = 1.0
    own_concept: float = 0.15
    parts: float = 0.5
    related: float = 1.4
    own_related: float = 0.05
    names: float = 1.5
    foreign_functions: float = 0.7
    own_functions: float = 0.3
    sentence: float = 0.6


DEFAULTS = Weights()


class Element(NamedTuple):
    """One thing to look for: the term as indexed, the question term it stands for, and its weight."""

    term: str
    number: int
    weight: float


def elements(question: QuestionTerms, foreign: bool, weights: Weights) -> list[Element]:
    """What a question looks for in passages of its own or of another language."""
    return [Element(*found) for found in looked_for(question, foreign, weights)]


def looked_for(question: QuestionTerms, foreign: bool, weights: Weights) -> list[tuple[str, int, float]]:
    """`elements` as plain tuples, which a question has a hundred of, and which take a third of the time to make."""
    found: list[tuple[str, int, float]] = []
    surface = weights.foreign_surface if foreign else 1.0
    concept = weights.foreign_concept if foreign else weights.own_concept
    related = weights.related if foreign else weights.own_related
    for number, term in enumerate(question.terms):
        found += _of_term(term, number, surface, concept, weights)
        if related:
            found += [(CONCEPT + id_, number, related * weight) for id_, weight in term.related]
    function = weights.foreign_functions if foreign else weights.own_functions
    if function:
        for number, term in enumerate(question.functions, start=len(question.terms)):
            found += [(FUNCTION + id_, number, function * weight) for id_, weight in term.concepts]
    return found


def _of_term(
    term: QuestionTerm, number: int, surface: float, concept: float, weights: Weights
) -> list[tuple[str, int, float]]:
    boost = weights.names if term.kind in ("name", "number") else 1.0
    found = [(SURFACE + term.surface, number, surface * boost)] if term.surface else []
    found += [(SURFACE + part, number, surface * weights.parts) for part in term.parts]
    found += [(CONCEPT + id_, number, concept * boost * weight) for id_, weight in term.concepts]
    return found


@lru_cache(maxsize=200_000)
def term_hash(term: str) -> int:
    """32 bits that stand for a term in a packed passage; within one passage two terms all but never collide."""
    return zlib.crc32(term.encode())


def are_among(hashes: NDArray[np.uint32], ascending: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of some terms' hashes are among others."""
    if not len(ascending):
        return np.zeros(len(hashes), dtype=bool)
    places = np.minimum(ascending.searchsorted(hashes), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending[places] == hashes
    return found


def pack(
    lengths: NDArray[np.int64],
    counts: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    sentences: NDArray[np.int64],
    weights: NDArray[np.float64],
    vectors: NDArray[np.float32],
) -> list[bytes]:
    """Passages as the scorer needs them: a header, the subword vector as bytes, 8 bytes for each term in a sentence.

    These are the term's hash (the upper 32 bits), the sentence's number (16 bits), and the weight in 1/16ths (8 bits).

    Args:
        lengths, counts: of each passage how many content tokens it has, and how many terms.
        hashes, sentences, weights: of the terms of all passages, one passage's behind the other's.
        vectors: of each passage, (passages, dimensions).
    """
    heads = np.empty(len(counts), dtype=HEADER)
    heads["length"], heads["terms"] = np.minimum(lengths, 65_535), counts
    quantised = as_bytes(vectors)
    packed = hashes.astype("<u8") << np.uint64(32)
    packed |= np.minimum(sentences, NO_SENTENCE - 1).astype("<u8") << np.uint64(8)
    packed |= np.minimum(np.rint(weights * WEIGHT_SCALE), MAX_WEIGHT).astype("<u8")
    ends = counts.cumsum()
    starts = ends - counts
    return [
        heads[number].tobytes() + quantised[number].tobytes() + packed[start:end].tobytes()
        for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True))
    ]


@dataclass(frozen=True, slots=True)
class Packed:
    """Passages side by side: `rows[i]` is the passage that `terms[i]` belongs to; terms as `pack` makes them.

    `cosines` are those of their subword vectors with the question's.
    """

    lengths: NDArray[np.float64]
    rows: NDArray[np.intp]
    terms: NDArray[np.uint64]
    cosines: NDArray[np.float32]


def idf(count: int, frequency: int) -> float:
    """BM25's inverse document frequency, never negative (Robertson and Zaragoza 2009, as Lucene has it)."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


@dataclass(frozen=True, slots=True)
class Group:
    """Passages of one language in a search: what each term found in them is worth."""

    values: NDArray[np.float64]
    average_length: float
    passages: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question looks for in one kind of language: each term once, with the sum of its weights."""

    terms: tuple[str, ...]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, looked_for: Iterable[tuple[str, int, float]]) -> Sought:
        """Merge elements that look for the same term."""
        merged: dict[str, float] = {}
        for term, _, weight in looked_for:
            merged[term] = merged.get(term, 0.0) + weight
        return cls(tuple(merged), np.array(list(merged.values())))

    def hashes(self) -> NDArray[np.uint32]:
        """The terms as packed passages have them."""
        return np.array([term_hash(term) for term in self.terms], dtype=np.uint32)


def score(keys: NDArray[np.uint32], groups: Sequence[Group], packed: Packed, weights: Weights) -> NDArray[np.float64]:
    """The lexical score of each packed passage, shape (passages,); the groups' passages follow one another.

    BM25 with weighted counts, plus `weights.sentence` times the same question's score in the passage's best sentence.

    Args:
        keys: the hashes of all that is looked for, ascending; each group has one value for each.
    """
    passages = len(packed.lengths)
    if not len(keys) or not passages:
        return np.zeros(passages)
    table = np.stack([group.values for group in groups])
    sizes = [group.passages for group in groups]
    average = np.repeat([max(group.average_length, 1.0) for group in groups], sizes)
    group = np.repeat(np.arange(len(groups)), sizes)
    rows, column, counts, places = _occurring(keys, packed)
    worth = table[group[rows], column]
    totals = np.bincount(rows * len(keys) + column, weights=counts, minlength=passages * len(keys))
    cells = np.flatnonzero(totals > 0)  # Of truth values, which takes a fifth of the time.
    total, owner, key = totals[cells], cells // len(keys), cells % len(keys)
    norm = weights.k1 * (1 - weights.b + weights.b * packed.lengths / average)
    gained = total * (weights.k1 + 1) / (total + norm[owner]) * table[group[owner], key]
    whole = np.bincount(owner, weights=gained, minlength=passages).astype(np.float64)
    sentences = int(places.max(initial=0)) + 1
    # Sentence by sentence, not passage by passage: the greatest of each column is found for all columns at once.
    best = np.bincount(
        places * passages + rows, weights=np.minimum(counts, 1.0) * worth, minlength=passages * sentences
    )
    whole += weights.sentence * best.reshape(sentences, passages).max(axis=0)
    return whole


def _occurring(
    keys: NDArray[np.uint32], packed: Packed
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]:
    """(passage, place in `keys`, count, sentence) of the occurrences whose hash is one of the sorted `keys`."""
    # A table over 16 of the 32 bits leaves out nearly all others; it is five times as fast as searching for each.
    low = keys & 0xFFFF
    table = np.zeros(1 << 16, dtype=np.uint16)
    table[low] = np.arange(1, len(keys) + 1)
    terms = packed.terms.astype("<u8", copy=False)
    places = table.take(terms.view("<u2")[2::4])  # The lower half of the upper 32 bits.
    near = np.flatnonzero(places > 0)
    terms = terms.take(near)
    hashes = terms.view("<u4")[1::2]
    if len(keys) < MAX_TABLED and len(set(low.tolist())) == len(keys):
        column = places.take(near).astype(np.intp) - 1
    else:  # Two keys have the same 16 bits.
        column = np.minimum(keys.searchsorted(hashes), len(keys) - 1)
    hit = np.flatnonzero(keys.take(column) == hashes)
    terms, column = terms.take(hit), column.take(hit)
    counts = terms.view(np.uint8)[::8].astype(np.float64) / WEIGHT_SCALE
    return packed.rows.take(near.take(hit)), column, counts, (terms >> np.uint64(8) & np.uint64(0xFFFF)).astype(np.intp)
