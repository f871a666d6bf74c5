"""Finds a document's structure: what is title, heading, paragraph, list, comment, quotation, byline and furniture."""

from __future__ import annotations

from collections.abc import Callable

from index.records import LanguageGuess, Segment, Speaker


def segment(text: str, detect: Callable[[str], LanguageGuess], *, author: str | None = None) -> list[Segment]:
    """Return a text's segments in order; together they cover every non-blank character exactly once."""
    language = detect(text[:20_000]).language
    segments: list[Segment] = []
    position = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            start = position + len(line) - len(line.lstrip())
            end = position + len(line.rstrip())
            words = len(line.split())
            kind = "paragraph"
            if not segments:
                kind = "title"
            elif words <= 10 and line.strip()[-1] not in ".!?:":
                kind = "heading"
            segments.append(Segment(kind, start, end, language, Speaker(author, "author")))  # type: ignore[arg-type]
        position += len(line)
    return segments
