"""Makes documents for the tests of the stages from text to passages."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from index.formats.extracted import Extracted
from index.formats.spoken import with_dialogue
from index.language import LanguageDetector
from index.prepare import Prepared, prepare
from index.records import LanguageGuess, Segment, SegmentKind
from index.sources import SourceInfo
from tests.index.analysing import analyzer


@cache
def detector() -> LanguageDetector:
    """The project's own language detection, loaded once."""
    return LanguageDetector(analyzer().words)


def always(language: str, confidence: float = 1.0) -> LanguageGuess:
    """A guess for tests in which the language does not matter."""
    return LanguageGuess(language, confidence)


def prepared(text: str, *, max_tokens: int = 200, source: SourceInfo | None = None, name: str = "page.txt") -> Prepared:
    """A text's way to passages as that of a text file, with the project's own language detection."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    parts = with_dialogue(Extracted(text)).parts
    return prepare(Path(name), text, sha256, source, detector().detect, max_tokens=max_tokens, parts=parts)


def texts(document: Prepared, *kinds: SegmentKind) -> list[str]:
    """The texts of the segments of some kinds, in order."""
    return [text_of(document, part) for part in document.segments if part.kind in kinds]


def text_of(document: Prepared, part: Segment) -> str:
    """A segment's own text."""
    return document.document.text[part.start : part.end]


def voices(document: Prepared) -> list[tuple[int, str | None]]:
    """Number and speaker of each comment, in order."""
    found: dict[int, str | None] = {}
    for part in document.segments:
        if part.number and part.speaker and part.speaker.role == "commenter":
            found.setdefault(part.number, part.speaker.name)
    return list(found.items())
