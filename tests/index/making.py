"""Makes small documents and vectors for the tests of the store."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.prepare import Prepared
from index.record import Record
from index.records import Document, Passage, Segment, Span, Speaker

DIMENSIONS = 8


def make_prepared(name: str, *texts: str, language: str = "sv", speaker: str | None = None) -> Prepared:
    """A document of these paragraphs, each one passage of one sentence."""
    text = "\n".join(texts)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    segments: list[Segment] = []
    passages: list[Passage] = []
    start = 0
    said = Speaker(speaker, "commenter" if speaker else "author")
    for paragraph in texts:
        end = start + len(paragraph)
        segments.append(Segment("paragraph", start, end, language, said))
        passages.append(
            Passage(
                id=f"{name}:{start}-{end}:{sha256[:8]}",
                document_id=name,
                start=start,
                end=end,
                text=paragraph,
                language=language,
                speaker=said,
                kind="paragraph",
                sentences=(Span(start, end),),
                context="A heading",
            )
        )
        start = end + 1
    document = Document(name, text, sha256, f"{name}.txt", name.title(), language, speaker)
    return Prepared(document, tuple(segments), tuple(passages))


def make_vectors(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Random vectors of unit length, (count, DIMENSIONS)."""
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def store(record: Record, prepared: Prepared, seed: int = 0, embedding: str = "test") -> npt.NDArray[np.float32]:
    """Store a document with random vectors, which are returned."""
    vectors = make_vectors(len(prepared.passages), seed)
    record.replace(prepared, vectors, embedding=embedding)
    return vectors


def open_record(folder: Path) -> Record:
    """A record in a folder."""
    return Record.open(folder / "record.sqlite3")
