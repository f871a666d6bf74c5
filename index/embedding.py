"""What turns passages into vectors, whoever makes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.neural import NeuralEmbedding
from index.records import Passage

FloatArray = npt.NDArray[np.float32]


class Embedding(Protocol):
    """Turns texts into vectors of unit length, float32 (n, dimensions); `name` changes whenever the vectors do."""

    @property
    def name(self) -> str: ...
    @property
    def dimensions(self) -> int: ...
    def embed(self, texts: Sequence[str]) -> FloatArray: ...


def embed_question(embedding: Embedding, text: str) -> FloatArray:
    """Return a question's vector, (dimensions,): models may read questions otherwise than passages.

    Raises:
        EmbeddingUnavailable: the model does not answer.
    """
    return embedding.embed_question(text) if isinstance(embedding, NeuralEmbedding) else embedding.embed([text])[0]


def embed_passages(embedding: Embedding, passages: Sequence[Passage]) -> FloatArray:
    """Return one vector a passage, (n, dimensions); the headings above a passage count as part of it."""
    if not passages:
        return np.empty((0, embedding.dimensions), dtype=np.float32)
    return embedding.embed([f"{one.context}\n{one.text}" if one.context else one.text for one in passages])
