"""Vectors without a model: hashed character n-grams of folded words, for names, inflections, cognates and typos."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.folding import fold

WORD = re.compile(r"[^\W_]+")
SMALLEST, LARGEST = 3, 5
AT_ONCE = 64
"""Texts whose n-grams are counted together, in 1 MB."""


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
    grams = [b"".join(map(_grams, WORD.findall(text.lower()))) for text in texts]
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


@lru_cache(maxsize=100_000)
def _grams(word: str) -> bytes:
    """The word's n-grams, each as 2 × dimension + (1 for a negative sign) in 16 bits: bytes are quickly joined."""
    padded = f" {fold(word)} "
    # A word too short for the larger ones stands for each of them as a whole.
    if padded.isascii():  # As most folded words are; their letters are bytes, and need no encoding one by one.
        letters = padded.encode()
        hashes = [
            zlib.crc32(letters[start : start + size])
            for size in range(SMALLEST, LARGEST + 1)
            for start in range(max(1, len(letters) - size + 1))
        ]
    else:
        hashes = [
            zlib.crc32(padded[start : start + size].encode())
            for size in range(SMALLEST, LARGEST + 1)
            for start in range(max(1, len(padded) - size + 1))
        ]
    values = np.array(hashes)
    return ((values >> 1) % SubwordEmbedding.dimensions * 2 + (values & 1)).astype(np.uint16).tobytes()
