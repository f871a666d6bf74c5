"""Lets LlamaIndex's readers read bytes in memory: what was hashed is what is read, whatever the file becomes."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any


def make_reader() -> Any:
    """Return LlamaIndex's reader of DOCX; the root logger stays as it is, which its package sets up when imported."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    from llama_index.readers.file import docs

    root.handlers[:] = handlers
    root.setLevel(level)
    return docs.DocxReader()


def read_with(reader: Any, data: bytes, suffix: str) -> list[str]:
    """Return the text of each of the documents that a LlamaIndex reader makes of some bytes.

    Args:
        reader: has `load_data(file, fs=…)`.
        data: the file's bytes.
        suffix: the ending of the name that the reader is given.
    """
    # Imported here: fsspec costs 0.1 s, and most folders hold only texts.
    from fsspec import AbstractFileSystem

    class _OneFile(AbstractFileSystem):  # type: ignore[misc]  # fsspec ships no types
        cachable = False

        def open(self, path: str, mode: str = "rb", **_: object) -> io.BytesIO:
            return io.BytesIO(data)

    documents = reader.load_data(Path(f"document{suffix}"), fs=_OneFile())
    return [str(document.text) for document in documents]
