"""Embeddings by a model on this machine, with sentence-transformers, which the extra `local` installs."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.errors import MissingExtra
from index.neural import NeuralEmbedding, Purpose

if TYPE_CHECKING:
    from types import ModuleType

INSTALL = "pip install 'kilde[local]'"
E5 = re.compile(r"(?:^|[/_-])e5(?:[_-]|$)", re.IGNORECASE)
E5_PREFIXES = {"question": "query: ", "passage": "passage: "}
"""The E5 models were trained with these before every text (Wang et al. 2022; their model cards). The instruction-tuned
ones bring their own prompts."""


class LocalBackend:
    """One model, by its name at Hugging Face or the folder it is in. It is loaded at the first text."""

    def __init__(self, model: str) -> None:
        self._name = model
        self._lock = threading.Lock()
        self._model: Any = None
        self._library = _library()

    def rows(self, texts: Sequence[str], purpose: Purpose) -> npt.NDArray[np.float32]:
        """The model's vectors, each text with the prefix or prompt that the model was trained with."""
        with self._lock:  # One at a time: the model uses every core by itself.
            if self._model is None:
                self._model = self._library.SentenceTransformer(self._name)
            if E5.search(self._name) and "instruct" not in self._name.lower():
                prefix = E5_PREFIXES[purpose]
                found = self._model.encode([prefix + text for text in texts], show_progress_bar=False)
            elif purpose == "question":
                found = self._model.encode_query(list(texts), show_progress_bar=False)
            else:
                found = self._model.encode_document(list(texts), show_progress_bar=False)
        vectors: npt.NDArray[np.float32] = np.asarray(found, dtype=np.float32)
        return vectors

    def close(self) -> None:
        """Let go of the model."""
        with self._lock:
            self._model = None


def local_embedding(model: str) -> NeuralEmbedding:
    """The embedding of a model on this machine.

    Raises:
        MissingExtra: sentence-transformers is not installed.
    """
    return NeuralEmbedding(f"local:{model}", LocalBackend(model))


def _library() -> ModuleType:
    try:
        # Imported here: torch takes seconds, and few install it.
        import sentence_transformers
    except ImportError:
        raise MissingExtra(
            f"KILDE_EMBEDDING=local:… expected sentence-transformers, found that it is not installed: {INSTALL}"
        ) from None
    library: ModuleType = sentence_transformers
    return library
