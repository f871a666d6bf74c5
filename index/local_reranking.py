"""A cross-encoder on this machine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.errors import InvalidData
from index.onnx_model import OnnxModel
from index.reranking import Reranker


class LocalJudge:
    """A model with one number for a pair of texts, such as BAAI/bge-reranker-v2-m3 or those for MS MARCO."""

    def __init__(self, model: str) -> None:
        self._model = OnnxModel(model)

    def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float32]:
        """The model's numbers (logits), one a passage."""
        found = []
        for run in self._model.run([(question, passage) for passage in passages]):
            numbers = next(iter(run.outputs.values()))
            if numbers.ndim != 2 or numbers.shape[1] != 1:
                raise InvalidData(f"expected one number a pair from the model, found an array of {numbers.shape}")
            found.append(numbers[:, 0])
        return np.concatenate(found)

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()


def local_reranker(model: str) -> Reranker:
    """The reranker of a model on this machine.

    Raises:
        MissingExtra: a library that it needs is not installed.
    """
    return Reranker(f"local:{model}", LocalJudge(model))
