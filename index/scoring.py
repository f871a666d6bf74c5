"""Scores passages exactly: BM25 over weighted terms, the best sentence, and subword likeness, from packed passages.

The engine that finds the candidates (tantivy) knows whole counts only and one formula. What it finds is scored again
here, from a few hundred bytes kept with every passage, with weights on both sides: a sense of an ambiguous word counts
less, a compound's part counts half, a sentence that holds the question's terms together counts more than a text that
scatters them. docs/decisions/0103-scoring.md has the figures.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import CONCEPT, FUNCTION, SURFACE, Occurrences, QuestionTerm, QuestionTerms

HEADER = np.dtype([("length", "<u2"), ("terms", "<u4")])
VECTOR_SCALE = 127.0
WEIGHT_SCALE = 16.0
MAX_WEIGHT = 255
NO_SENTENCE = 65_535


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much. Chosen on one half of the evaluation sets, reported on the other (decision 0103)."""

    k1: float = 0.7
    b: float = 0.75
    foreign_surface: float = 0.8
    foreign_concept: float = 1.0
    own_concept: float = 0.15
    parts: float = 0.5
    related: float = 1.4
    names: float = 1.5
    foreign_functions: float = 0.7
    own_functions: float = 0.3
    sentence: float = 0.6


DEFAULTS = Weights()


@dataclass(frozen=True, slots=True)
class Element:
    """One thing to look for: the term as indexed, the question term it stands for, and its weight."""

    term: str
    number: int
    weight: float


def elements(question: QuestionTerms, foreign: bool, weights: Weights) -> list[Element]:
    """What a question looks for in passages of its own or of another language."""
    found: list[Element] = []
    surface = weights.foreign_surface if foreign else 1.0
    concept = weights.foreign_concept if foreign else weights.own_concept
    for number, term in enumerate(question.terms):
        found += _of_term(term, number, surface, concept, weights)
    function = weights.foreign_functions if foreign else weights.own_functions
    if function:
        for number, term in enumerate(question.functions, start=len(question.terms)):
            found += [Element(FUNCTION + id_, number, function * weight) for id_, weight in term.concepts]
    return found


def _of_term(term: QuestionTerm, number: int, surface: float, concept: float, weights: Weights) -> list[Element]:
    boost = weights.names if term.kind in ("name", "number") else 1.0
    found = [Element(SURFACE + term.surface, number, surface * boost)] if term.surface else []
    found += [Element(SURFACE + part, number, surface * weights.parts) for part in term.parts]
    found += [Element(CONCEPT + id_, number, concept * boost * weight) for id_, weight in term.concepts]
    found += [Element(CONCEPT + id_, number, concept * weights.related * weight) for id_, weight in term.related]
    return found


@lru_cache(maxsize=200_000)
def term_hash(term: str) -> int:
    """32 bits that stand for a term in a packed passage; within one passage two terms all but never collide."""
    return zlib.crc32(term.encode())


def pack(occurrences: Occurrences, vector: NDArray[np.float32]) -> bytes:
    """A passage as the scorer needs it: term hashes, sentence numbers, weights (1/16ths), and its subword vector."""
    terms = occurrences.terms
    header = np.array([(min(occurrences.length, 65_535), len(terms))], dtype=HEADER)
    hashes = np.array([term_hash(term) for term, _, _ in terms], dtype="<u4")
    places = np.array([min(place, NO_SENTENCE - 1) for _, place, _ in terms], dtype="<u2")
    counts = np.array([min(MAX_WEIGHT, round(weight * WEIGHT_SCALE)) for _, _, weight in terms], dtype="u1")
    quantised = np.round(vector * VECTOR_SCALE).astype("i1")
    return b"".join(part.tobytes() for part in (header, hashes, places, counts, quantised))


class Pieces(NamedTuple):
    """A packed passage, cut where its arrays begin: length, number of terms, and the bytes of each array."""

    length: int
    terms: int
    hashes: bytes
    places: bytes
    counts: bytes
    vector: bytes


def cut(data: bytes) -> Pieces:
    """The pieces of what `pack` made."""
    size = HEADER.itemsize
    number = int.from_bytes(data[2:size], "little")
    places, counts, vector = size + 4 * number, size + 6 * number, size + 7 * number
    return Pieces(
        int.from_bytes(data[:2], "little"),
        number,
        data[size:places],
        data[places:counts],
        data[counts:vector],
        data[vector:],
    )


@dataclass(frozen=True, slots=True)
class Packed:
    """Passages side by side: `rows[i]` is the passage that occurrence i belongs to."""

    lengths: NDArray[np.float64]
    rows: NDArray[np.intp]
    hashes: NDArray[np.uint32]
    places: NDArray[np.uint16]
    counts: NDArray[np.uint8]
    vectors: NDArray[np.int8]

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The cosine of each passage's subword vector with `vector`, shape (passages,)."""
        found: NDArray[np.float32] = self.vectors.astype(np.float32) @ vector / np.float32(VECTOR_SCALE)
        return found


def unpack(passages: Sequence[Pieces], dimensions: int) -> Packed:
    """Many passages at once, ready to be scored."""
    lengths, terms, hashes, places, counts, vectors = zip(*passages, strict=True) if passages else ((),) * 6
    return Packed(
        lengths=np.array(lengths, dtype=np.float64),
        rows=np.repeat(np.arange(len(passages)), np.array(terms, dtype=np.intp)),
        hashes=np.frombuffer(b"".join(hashes), dtype="<u4"),
        places=np.frombuffer(b"".join(places), dtype="<u2"),
        counts=np.frombuffer(b"".join(counts), dtype="u1"),
        vectors=np.frombuffer(b"".join(vectors), dtype="i1").reshape(len(passages), dimensions),
    )


def idf(count: int, frequency: int) -> float:
    """BM25's inverse document frequency, never negative (Robertson and Zaragoza 2009, as Lucene has it)."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


@dataclass(frozen=True, slots=True)
class Group:
    """Passages of one language in a search: what is looked for in them, and the statistics of their language."""

    looked_for: Sequence[Element]
    rarity: Mapping[str, float]
    average_length: float
    passages: int


def score(groups: Sequence[Group], packed: Packed, weights: Weights) -> NDArray[np.float64]:
    """The lexical score of each packed passage, shape (passages,); the groups' passages follow one another.

    BM25 with weighted counts, plus `weights.sentence` times the same question's score in the passage's best sentence.
    """
    passages = len(packed.lengths)
    values = _values(groups)
    if not values or not passages:
        return np.zeros(passages)
    keys = np.array(sorted(values), dtype=np.uint32)
    table = np.array([values[int(key)] for key in keys])
    group = np.repeat(np.arange(len(groups)), [one.passages for one in groups])
    average = np.repeat([max(one.average_length, 1.0) for one in groups], [one.passages for one in groups])
    rows, column, counts, places = _occurring(keys, packed)
    matrix = np.bincount(rows * len(keys) + column, weights=counts, minlength=passages * len(keys))
    matrix = matrix.reshape(passages, len(keys))
    norm = weights.k1 * (1 - weights.b + weights.b * packed.lengths / average)
    saturated = matrix * (weights.k1 + 1) / (matrix + norm[:, None])
    whole: NDArray[np.float64] = np.einsum("pk,kp->p", saturated, table[:, group])
    sentences = int(places.max(initial=0)) + 1
    gained = np.minimum(counts, 1.0) * table[column, group[rows]]
    best = np.bincount(rows * sentences + places, weights=gained, minlength=passages * sentences)
    whole += weights.sentence * best.reshape(passages, sentences).max(axis=1)
    return whole


def _values(groups: Sequence[Group]) -> dict[int, NDArray[np.float64]]:
    """Hash of a term → what one full occurrence of it is worth in each group."""
    values: dict[int, NDArray[np.float64]] = {}
    for number, group in enumerate(groups):
        for element in group.looked_for:
            key = term_hash(element.term)
            if key not in values:
                values[key] = np.zeros(len(groups))
            values[key][number] += element.weight * group.rarity[element.term]
    return values


def _occurring(
    keys: NDArray[np.uint32], packed: Packed
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.uint16]]:
    """(passage, place in `keys`, count, sentence) of the occurrences whose hash is one of the sorted `keys`."""
    # A table over 16 of the 32 bits leaves out nearly all others; it is five times as fast as searching for each.
    table = np.zeros(1 << 16, dtype=bool)
    table[keys & 0xFFFF] = True
    near = np.flatnonzero(table[packed.hashes & 0xFFFF])
    hashes = packed.hashes[near]
    column = np.minimum(np.searchsorted(keys, hashes), len(keys) - 1)
    hit = keys[column] == hashes
    near, column = near[hit], column[hit]
    return packed.rows[near], column, packed.counts[near] / WEIGHT_SCALE, packed.places[near]
