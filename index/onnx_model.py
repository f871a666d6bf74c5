"""A transformer on this machine: its tokenizer and its ONNX file, run by onnxruntime.

Models are laid out as at Hugging Face: `tokenizer.json`, `onnx/model.onnx` or `model.onnx`, and the JSON files beside
them that say how the model is meant to be used. The three libraries that this takes come with Chroma today; the extra
`local` names them, so that they are there whatever Chroma needs.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import InvalidData, MissingExtra

INSTALL = "pip install 'kilde[local]'"
LIBRARIES = ("onnxruntime", "tokenizers", "huggingface_hub")
FILES = ("onnx/model.onnx", "model.onnx")
WANTED = (*FILES, "onnx/model.onnx_data", "tokenizer.json", "*.json", "1_Pooling/config.json")
MAX_LENGTH = 512
"""Tokens of a text where the model does not say; it is what most are trained with."""
BATCH = 16
"""Texts that are run at once: memory grows with it, and on a processor more are hardly quicker."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a model made of a batch: its outputs by name, and which tokens were text, (texts, tokens)."""

    outputs: Mapping[str, npt.NDArray[np.float32]]
    mask: npt.NDArray[np.int64]


class OnnxModel:
    """One model, by its name at Hugging Face or the folder it is in. It is loaded at the first text.

    Raises:
        MissingExtra: a library that it needs is not installed.
    """

    def __init__(self, name: str) -> None:
        if missing := [library for library in LIBRARIES if find_spec(library) is None]:
            raise MissingExtra(f"local:{name} expected {', '.join(missing)} to be installed, found nothing: {INSTALL}")
        self.name = name
        self._lock = threading.Lock()
        self._folder = Path(name)
        self._tokenizer: Any = None
        self._session: Any = None

    def run(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> list[Run]:
        """Run texts, or pairs of texts, in batches and in order.

        Raises:
            InvalidData: the model's files are not what is expected.
        """
        with self._lock:  # One at a time: the model uses every core by itself.
            self._load()
            return [self._run(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]

    def setting(self, file: str) -> Mapping[str, Any]:
        """A JSON object in a file of the model; empty where there is none. Only after `load`."""
        found = self._json(file)
        return found if isinstance(found, dict) else {}

    def setting_list(self, file: str) -> Sequence[Mapping[str, Any]]:
        """The objects of a JSON list in a file of the model; none where there is none. Only after `load`."""
        found = self._json(file)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def _json(self, file: str) -> object:
        path = self._folder / file
        try:
            return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
        except ValueError as error:
            raise InvalidData(f"expected JSON in {path}, found {error}") from None

    def load(self) -> None:
        """Find the files, downloading those of a model at Hugging Face once, and open them."""
        with self._lock:
            self._load()

    def close(self) -> None:
        """Let go of the model."""
        with self._lock:
            self._tokenizer = self._session = None

    def _load(self) -> None:
        if self._session is not None:
            return
        # Imported here: they take half a second, and few use a model of their own.
        import onnxruntime
        from tokenizers import Tokenizer

        if not self._folder.is_dir():
            from huggingface_hub import snapshot_download

            self._folder = Path(snapshot_download(self.name, allow_patterns=list(WANTED)))
        file = next((self._folder / one for one in FILES if (self._folder / one).is_file()), None)
        if file is None or not (self._folder / "tokenizer.json").is_file():
            raise InvalidData(
                f"expected tokenizer.json and {' or '.join(FILES)} in {self._folder}, found no such files"
            )
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.enable_truncation(self._max_length())
        tokenizer.enable_padding()
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        self._tokenizer, self._session = tokenizer, session

    def _max_length(self) -> int:
        said = self.setting("sentence_bert_config.json").get("max_seq_length")
        said = said or self.setting("tokenizer_config.json").get("model_max_length")
        # Where nothing was set, transformers writes a number of thirty digits.
        return int(said) if isinstance(said, int) and said < 100_000 else MAX_LENGTH

    def _run(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> Run:
        encoded = self._tokenizer.encode_batch(list(texts))
        found = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
            "token_type_ids": np.array([one.type_ids for one in encoded], dtype=np.int64),
        }
        wanted = [one.name for one in self._session.get_inputs()]
        if unknown := [name for name in wanted if name not in found]:
            raise InvalidData(f"expected a model of {', '.join(found)}, found one that wants {', '.join(unknown)}")
        made = self._session.run(None, {name: found[name] for name in wanted})
        names = [one.name for one in self._session.get_outputs()]
        return Run(dict(zip(names, made, strict=True)), found["attention_mask"])
