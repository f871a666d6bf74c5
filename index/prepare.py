"""A document's way from its text to its passages, stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.chunk import MAX_TOKENS, chunk
from index.load import document_id
from index.records import Document, LanguageGuess, Passage, Segment
from index.segment import segment
from index.sources import SourceInfo


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document with its structure and its passages, ready to be stored."""

    document: Document
    segments: tuple[Segment, ...]
    passages: tuple[Passage, ...]


def prepare(
    path: Path,
    text: str,
    sha256: str,
    source: SourceInfo | None,
    detect: Callable[[str], LanguageGuess],
    *,
    max_tokens: int = MAX_TOKENS,
) -> Prepared:
    """Return a document ready to be stored: segmented, with speakers and languages, and cut into passages."""
    said = source or SourceInfo()
    segments = segment(text, detect, author=said.author)
    title = said.title or next((text[s.start : s.end] for s in segments if s.kind == "title"), document_id(path))
    language = segments[0].language if segments else "en"
    document = Document(document_id(path), text, sha256, str(path), title, language, said.author)
    return Prepared(document, tuple(segments), tuple(chunk(document, segments, max_tokens=max_tokens)))
