"""Cuts a document's segments into passages."""

from __future__ import annotations

from collections.abc import Sequence

from index.records import Document, Passage, Segment, Span, Speaker
from index.sentences import sentences
from index.tokens import count_tokens

MAX_TOKENS = 160


def chunk(document: Document, segments: Sequence[Segment], *, max_tokens: int = MAX_TOKENS) -> list[Passage]:
    """Return a document's passages in order: whole sentences of one speaker in one language."""
    passages: list[Passage] = []
    headings: list[str] = [document.title]
    for segment in segments:
        if segment.kind in ("furniture", "byline", "title"):
            continue
        if segment.kind == "heading":
            headings[1:] = [document.text[segment.start : segment.end]]
            continue
        pending: list[Span] = []
        used = 0
        for span in sentences(document.text, segment.start, segment.end, segment.language):
            tokens = count_tokens(document.text[span.start : span.end])
            if pending and used + tokens > max_tokens:
                passages.append(_passage(document, segment, pending, "\n".join(headings)))
                pending, used = [], 0
            pending.append(span)
            used += tokens
        if pending:
            passages.append(_passage(document, segment, pending, "\n".join(headings)))
    return passages


def _passage(document: Document, segment: Segment, spans: Sequence[Span], context: str) -> Passage:
    start, end = spans[0].start, spans[-1].end
    return Passage(
        id=f"{document.id}:{start}-{end}:{document.sha256[:8]}",
        document_id=document.id,
        start=start,
        end=end,
        text=document.text[start:end],
        language=segment.language,
        speaker=segment.speaker or Speaker(None, "author"),
        kind=segment.kind,
        sentences=tuple(spans),
        context=context,
        number=segment.number,
    )
