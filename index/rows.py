"""Turns records into rows of the record's tables, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from index.records import Document, DocumentInfo, Passage, Segment, Span, Speaker
from index.schema import documents

_INFO = ("id", "title", "language", "author", "path", "sha256", "characters", "passages")
INFO_COLUMNS = tuple(documents.c[name] for name in _INFO)


def document_row(document: Document) -> dict[str, Any]:
    """The columns of a document that its record holds."""
    return {
        "id": document.id,
        "text": document.text,
        "sha256": document.sha256,
        "path": document.path,
        "title": document.title,
        "language": document.language,
        "author": document.author,
        "characters": len(document.text),
    }


def document(row: Row[Any]) -> Document:
    """A document from a row of `documents`."""
    return Document(row.id, row.text, row.sha256, row.path, row.title, row.language, row.author)


def document_info(row: Row[Any]) -> DocumentInfo:
    """A document's outline from a row of INFO_COLUMNS."""
    return DocumentInfo(*(row._mapping[name] for name in _INFO))


def segment_rows(document_id: str, found: Sequence[Segment]) -> list[dict[str, Any]]:
    """One row a segment, in order."""
    return [
        {
            "document_id": document_id,
            "position": position,
            "kind": segment.kind,
            "start": segment.start,
            "end": segment.end,
            "language": segment.language,
            "speaker_name": segment.speaker.name if segment.speaker else None,
            "speaker_role": segment.speaker.role if segment.speaker else None,
            "reason": segment.reason,
            "lead_in_start": segment.lead_in.start if segment.lead_in else None,
            "lead_in_end": segment.lead_in.end if segment.lead_in else None,
            "number": segment.number,
        }
        for position, segment in enumerate(found)
    ]


def segment(row: Row[Any]) -> Segment:
    """A segment from a row of `segments`."""
    return Segment(
        kind=row.kind,
        start=row.start,
        end=row.end,
        language=row.language,
        speaker=None if row.speaker_role is None else Speaker(row.speaker_name, row.speaker_role),
        reason=row.reason,
        lead_in=None if row.lead_in_start is None else Span(row.lead_in_start, row.lead_in_end),
        number=row.number,
    )


def passage_rows(found: Sequence[Passage]) -> list[dict[str, Any]]:
    """One row a passage, in order."""
    return [
        {
            "id": passage.id,
            "document_id": passage.document_id,
            "position": position,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "language": passage.language,
            "speaker_name": passage.speaker.name,
            "speaker_role": passage.speaker.role,
            "kind": passage.kind,
            "number": passage.number,
            "context": passage.context,
            "sentences": [[span.start, span.end] for span in passage.sentences],
        }
        for position, passage in enumerate(found)
    ]


def passage(row: Row[Any]) -> Passage:
    """A passage from a row of `passages`."""
    return Passage(
        id=row.id,
        document_id=row.document_id,
        start=row.start,
        end=row.end,
        text=row.text,
        language=row.language,
        speaker=Speaker(row.speaker_name, row.speaker_role),
        kind=row.kind,
        sentences=tuple(Span(start, end) for start, end in row.sentences),
        context=row.context,
        number=row.number,
    )
