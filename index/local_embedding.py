"""Embeddings by a model on this machine, read as sentence-transformers reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import InvalidData
from index.neural import NeuralEmbedding, Purpose
from index.onnx_model import OnnxModel, Run

E5 = re.compile(r"(?:^|[_-])e5(?:[_-]|$)", re.IGNORECASE)
E5_PREFIXES = {"question": "query: ", "passage": "passage: "}
"""The E5 models were trained with these before every text (Wang et al. 2022; their model cards). The instruction-tuned
ones bring their own prompts."""
PROMPTS = {"question": ("query", "question"), "passage": ("passage", "document")}
"""The names that models give to their prompts in config_sentence_transformers.json."""
KNOWN_MODULES = ("Transformer", "Pooling", "Normalize")
READY = "sentence_embedding"
"""An output of this name is pooled already."""


class LocalBackend:
    """One model. Its vectors are pooled as its own configuration says."""

    def __init__(self, model: str) -> None:
        self._model = OnnxModel(model)

    def rows(self, texts: Sequence[str], purpose: Purpose) -> npt.NDArray[np.float32]:
        """The model's vectors, each text with the prefix or prompt that the model was trained with."""
        self._model.load()
        self._check_modules()
        prefix, pooling = self._prefix(purpose), self._pooling()
        return np.concatenate([_pool(run, pooling) for run in self._model.run([prefix + text for text in texts])])

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()

    def _prefix(self, purpose: Purpose) -> str:
        name = Path(self._model.name).name
        if E5.search(name) and "instruct" not in name.lower():
            return E5_PREFIXES[purpose]
        prompts = self._model.setting("config_sentence_transformers.json").get("prompts") or {}
        return next((str(prompts[name]) for name in PROMPTS[purpose] if prompts.get(name)), "")

    def _pooling(self) -> str:
        said = self._model.setting("1_Pooling/config.json")
        ways = [name for name, used in said.items() if name.startswith("pooling_mode_") and used is True]
        return ways[0].removeprefix("pooling_mode_") if ways else "mean_tokens"

    def _check_modules(self) -> None:
        listed = self._model.setting_list("modules.json")
        kinds = [str(one.get("type", "")).rpartition(".")[2] for one in listed]
        if others := [kind for kind in kinds if kind not in KNOWN_MODULES]:
            raise InvalidData(
                f"expected a model of {', '.join(KNOWN_MODULES)}, found one that also has {', '.join(others)}"
            )


def local_embedding(model: str) -> NeuralEmbedding:
    """The embedding of a model on this machine.

    Raises:
        MissingExtra: a library that it needs is not installed.
    """
    return NeuralEmbedding(f"local:{model}", LocalBackend(model))


def _pool(run: Run, pooling: str) -> npt.NDArray[np.float32]:
    """One vector a text, (texts, dimensions), from those of its tokens (Reimers and Gurevych 2019)."""
    if READY in run.outputs:
        return run.outputs[READY]
    tokens = next(iter(run.outputs.values()))
    if tokens.ndim != 3:
        raise InvalidData(f"expected vectors of tokens from the model, found an array of {tokens.shape}")
    mask = run.mask[:, :, None].astype(np.float32)
    if pooling == "cls_token":
        first: npt.NDArray[np.float32] = tokens[:, 0]
        return first
    if pooling == "mean_tokens":
        mean: npt.NDArray[np.float32] = (tokens * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1e-9)
        return mean
    if pooling == "max_tokens":
        greatest: npt.NDArray[np.float32] = np.where(mask > 0, tokens, -np.inf).max(axis=1)
        return greatest
    raise InvalidData(f"expected pooling by cls_token, mean_tokens or max_tokens, found {pooling}")
