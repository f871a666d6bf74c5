"""A neural embedding: whatever model makes the vectors, they are asked for in batches and checked here.

A backend only turns a batch of texts into rows of numbers. That there are as many rows as texts, that they are as long
as all rows before them, finite and of unit length, and that a model which fails is left alone for a while, is seen to
here, once for all of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import EmbeddingUnavailable, InvalidData
from index.patience import Patience

FloatArray = npt.NDArray[np.float32]
Purpose = Literal["passage", "question"]

log = logging.getLogger(__name__)

MAX_TEXTS = 128
MAX_BYTES = 250_000
"""Of one request. OpenAI takes 2,048 texts and 300,000 tokens; a token is a byte at least, so this is safe."""
MAX_TEXT_BYTES = 8_000
"""Of one text; what is longer is cut. OpenAI's models take 8,192 tokens, and no passage comes near that."""


class Backend(Protocol):
    """What is different between models. Rows may be of any length, as long as it is always the same one."""

    def rows(self, texts: Sequence[str], purpose: Purpose) -> Sequence[Sequence[float]] | FloatArray:
        """One row a text, in their order; any exception means that there are none."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class NeuralEmbedding:
    """Vectors of a model. Safe to use from several threads.

    Args:
        name: has to change whenever the model makes other vectors.
        backend: the model.
        dimensions: of its vectors; 0 where only its first answer tells.
    """

    def __init__(self, name: str, backend: Backend, dimensions: int = 0) -> None:
        self.name = name
        self._backend = backend
        self._dimensions = dimensions
        self._lock = threading.Lock()
        self._patience = Patience()
        self._trouble: str | None = None

    @property
    def dimensions(self) -> int:
        """How long the vectors are; 0 until the model has been asked."""
        return self._dimensions

    @property
    def trouble(self) -> str | None:
        """Why the model's last answer could not be used; None when it could."""
        return self._trouble

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of passages, (len(texts), dimensions), unit rows; a blank text's row is all zeros.

        Raises:
            EmbeddingUnavailable: the model failed, or its vectors are not what they should be.
        """
        parts = [self._checked(batch, "passage") for batch in batches(texts)]
        return np.concatenate(parts) if parts else np.empty((0, self._dimensions), np.float32)

    def embed_question(self, text: str) -> FloatArray:
        """The vector of a question, (dimensions,).

        Raises:
            EmbeddingUnavailable: the model failed just now, or several times a moment ago, when it is not asked.
        """
        if self._patience.is_out:
            raise EmbeddingUnavailable(self._trouble or f"{self.name} is not asked for a while")
        try:
            vector: FloatArray = self._checked([shorten(text)], "question")[0]
        except EmbeddingUnavailable:
            self._patience.note(failed=True)
            raise
        self._patience.note(failed=False)
        return vector

    def expect(self, dimensions: int) -> None:
        """Take vectors of this length only; 0 says nothing. For vectors that are stored already."""
        with self._lock:
            self._dimensions = dimensions or self._dimensions

    def close(self) -> None:
        """Close the model's connections."""
        self._backend.close()

    def _checked(self, texts: Sequence[str], purpose: Purpose) -> FloatArray:
        try:
            vectors = self._vectors(texts, purpose)
        except EmbeddingUnavailable as error:
            self._trouble = str(error)
            raise
        self._trouble = None
        return vectors

    def _vectors(self, texts: Sequence[str], purpose: Purpose) -> FloatArray:
        places = [place for place, text in enumerate(texts) if text.strip()]
        if not places:
            return np.zeros((len(texts), self._dimensions), np.float32)
        try:
            found = np.asarray(self._backend.rows([texts[place] for place in places], purpose), dtype=np.float32)
        except EmbeddingUnavailable:
            raise
        except InvalidData as error:
            raise EmbeddingUnavailable(f"{self.name}: {error}") from None
        except Exception as error:
            # Its text is not passed on: those of some providers repeat the key.
            status = getattr(error, "status_code", None)
            reason = type(error).__name__ + (f", status {status}" if status else "")
            log.debug("%s failed: %s", self.name, reason)
            raise EmbeddingUnavailable(f"expected vectors from {self.name}, found an error: {reason}") from None
        self._check(found, len(places))
        vectors = np.zeros((len(texts), self._dimensions), np.float32)
        vectors[places] = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return vectors

    def _check(self, found: FloatArray, count: int) -> None:
        if found.ndim != 2 or len(found) != count or not np.isfinite(found).all():
            raise EmbeddingUnavailable(
                f"expected {count} rows of finite numbers from {self.name}, found an array of {found.shape}"
            )
        with self._lock:
            self._dimensions = self._dimensions or found.shape[1]
        if found.shape[1] != self._dimensions:
            raise EmbeddingUnavailable(
                f"expected vectors of {self._dimensions} dimensions from {self.name}, found {found.shape[1]}"
            )


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in their order, in lists of at most MAX_TEXTS and MAX_BYTES; a text too long for a model is cut."""
    batch: list[str] = []
    size = 0
    for text in texts:
        short = shorten(text)
        length = len(short.encode())
        if batch and (len(batch) == MAX_TEXTS or size + length > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(short)
        size += length
    if batch:
        yield batch


def shorten(text: str) -> str:
    """The text, cut to MAX_TEXT_BYTES at the end of a character."""
    data = text.encode()
    return text if len(data) <= MAX_TEXT_BYTES else data[:MAX_TEXT_BYTES].decode(errors="ignore")
