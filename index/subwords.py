"""Vectors without a model: hashed character n-grams of folded words, for names, inflections, cognates and typos."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index.checksums import FEW, LetterGroups, of_groups
from index.folding import fold

WORD = re.compile(r"[^\W_]+")
SMALLEST, LARGEST = 3, 5
AT_ONCE = 64
"""Texts whose n-grams are counted together, in 1 MB."""


MAX_REMEMBERED = 100_000
"""Words whose n-grams are remembered: some 150 bytes each."""
WORDS_AT_ONCE = 2_000


class SubwordEmbedding:
    """Character 3–5-grams of each word in signed hashed dimensions, log-scaled, of unit length (Weinberger 2009)."""

    name = "subword-1024-v1"
    dimensions = 1024

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions); a text without letters or digits is all zeros."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            vectors[some] = _embedded(texts[some], self.dimensions)
        return vectors


def _embedded(texts: Sequence[str], dimensions: int) -> NDArray[np.float64]:
    pieces = [text.lower().split() for text in texts]
    known = _known(chain.from_iterable(pieces))
    grams = [b"".join(map(known.__getitem__, some)) for some in pieces]
    # Two bytes a gram; each text has its own 2 × dimensions numbers.
    rows = np.arange(0, 2 * dimensions * len(texts), 2 * dimensions).repeat([len(some) // 2 for some in grams])
    signed = np.bincount(rows + np.frombuffer(b"".join(grams), np.uint16), minlength=2 * dimensions * len(texts))
    counts = signed[0::2] - signed[1::2]
    logarithms = np.log1p(np.arange(int(np.abs(counts).max(initial=0)) + 1, dtype=np.float64))
    vectors: NDArray[np.float64] = (np.sign(counts) * logarithms[np.abs(counts)]).reshape(len(texts), dimensions)
    for vector in vectors:
        if (norm := math.sqrt(vector @ vector)) > 0:
            vector /= norm
    return vectors


_remembered: dict[str, bytes] = {}
"""The n-grams of words, and of pieces between blanks with marks at their words; another dictionary takes its place when
it is full, so that several threads may read it."""


def _known(pieces: Iterable[str]) -> Mapping[str, bytes]:
    """The n-grams of at least these pieces of texts, each as 2 × dimension + (1 for a negative sign) in 16 bits."""
    global _remembered
    wanted = set(pieces)
    known = _remembered
    new = sorted(wanted.difference(known))
    if len(known) + 2 * len(new) > MAX_REMEMBERED:
        known, new = {}, sorted(wanted)
    # Most pieces are words; the n-grams of the others are those of their words, which are remembered for themselves.
    words = {piece: WORD.findall(piece) for piece in new}
    new_words = sorted(set(chain.from_iterable(words.values())).difference(known))
    for start in range(0, len(new_words), WORDS_AT_ONCE):
        some = new_words[start : start + WORDS_AT_ONCE]
        known.update(zip(some, _grams(some), strict=True))
    known.update((piece, b"".join(map(known.__getitem__, found))) for piece, found in words.items())
    _remembered = known
    return known


def _grams(words: Sequence[str]) -> list[bytes]:
    owner, values = (_few_grams if len(words) <= FEW else _many_grams)([f" {fold(word)} " for word in words])
    numbers = ((values >> 1) % SubwordEmbedding.dimensions * 2 + (values & 1)).astype(np.uint16).tobytes()
    ends = (2 * np.bincount(owner, minlength=len(words)).cumsum()).tolist()
    return [numbers[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _many_grams(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """(word by its place, checksum) of the n-grams of words with a blank before and behind, word by word."""
    groups = LetterGroups(words)
    owners: list[NDArray[np.int64]] = []
    checksums: list[NDArray[np.uint32]] = []
    for size, begins, sums in groups.of(LARGEST):
        # A word too short for the larger ones stands for each of them as a whole.
        whole = groups.lengths[groups.owners[begins]] == size
        times = np.where(whole, LARGEST - max(size, SMALLEST - 1), 0) + (size >= SMALLEST)
        owners.append(groups.owners[begins].repeat(times))
        checksums.append(sums.repeat(times))
    owner, values = np.concatenate(owners), np.concatenate(checksums)
    order = owner.argsort(kind="stable")
    return owner[order], values[order]


def _few_grams(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """The same as `_many_grams`, one by one."""
    found = []
    for word in words:
        checksums = of_groups(word, SMALLEST, LARGEST)
        if len(word) < LARGEST:
            checksums += of_groups(word, len(word), len(word)) * (LARGEST - max(len(word), SMALLEST - 1))
        found.append(checksums)
    owners = np.arange(len(words)).repeat([len(checksums) for checksums in found])
    return owners, np.array(list(chain.from_iterable(found)), dtype=np.uint32)
