"""Vectors without a model: hashed character n-grams of folded words, for names, inflections, cognates and typos."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.folding import fold

WORD = re.compile(r"[^\W_]+")
SMALLEST, LARGEST = 3, 5


class SubwordEmbedding:
    """Character 3–5-grams of each word in signed hashed dimensions, log-scaled, of unit length (Weinberger 2009)."""

    name = "subword-1024-v1"
    dimensions = 1024

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions); a text without letters or digits is all zeros."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            grams = b"".join([_grams(word, self.dimensions) for word in WORD.findall(text.lower())])
            if not grams:
                continue
            signed = np.bincount(np.frombuffer(grams, dtype=np.uint16), minlength=2 * self.dimensions)
            counts = (signed[0::2] - signed[1::2]).astype(np.float64)
            vector = np.sign(counts) * np.log1p(np.abs(counts))
            norm = float(np.linalg.norm(vector))
            if norm > 0:
                vectors[row] = vector / norm
        return vectors


@lru_cache(maxsize=100_000)
def _grams(word: str, dimensions: int) -> bytes:
    """The word's n-grams, each as 2 × dimension + (1 for a negative sign) in 16 bits: bytes are quickly joined."""
    padded = f" {fold(word)} "
    hashes = [
        zlib.crc32(padded[start : start + size].encode())
        for size in range(SMALLEST, LARGEST + 1)
        for start in range(max(1, len(padded) - size + 1))
    ]
    return np.array([(value >> 1) % dimensions * 2 + (value & 1) for value in hashes], dtype=np.uint16).tobytes()
