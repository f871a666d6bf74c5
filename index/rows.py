"""Turns records into rows of the record's tables, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row

from index.records import Document, DocumentInfo, Fact, Part, Passage, Segment, Span, Speaker
from index.schema import documents, extractions
from index.versions import FloatArray, VectorBatch

_INFO = ("id", "title", "language", "author", "path", "sha256", "characters", "passages")
INFO_COLUMNS = (*(documents.c[name] for name in _INFO), extractions.c.facts)


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
    """A document from a row of `documents` with its row of `extractions`, if it has one."""
    parts = tuple(Part(*values) for values in row.parts or ())
    facts = _facts(row.facts)
    return Document(row.id, row.text, row.sha256, row.path, row.title, row.language, row.author, facts, parts)


def extraction_row(document: Document) -> dict[str, Any]:
    """What a document's file says beside its text."""
    return {
        "document_id": document.id,
        "facts": [[fact.name, fact.value, fact.origin] for fact in document.facts],
        "parts": [[part.kind, part.start, part.end, part.name, part.number, part.reason] for part in document.parts],
    }


def _facts(stored: Sequence[Sequence[Any]] | None) -> tuple[Fact, ...]:
    return tuple(Fact(*values) for values in stored or ())


def _decoded(stored: Any) -> Any:
    """What a column of JSON holds, whether or not somebody has read it already; none of ours holds a string."""
    return json.loads(stored) if isinstance(stored, str) else stored


def document_info(row: Sequence[Any]) -> DocumentInfo:
    """A document's outline from a row of INFO_COLUMNS; its JSON may be as it is stored."""
    *plain, facts = row
    return DocumentInfo(**dict(zip(_INFO, plain, strict=True)), facts=_facts(_decoded(facts)))


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


def passage(row: Sequence[Any]) -> Passage:
    """A passage from a row of `passages`; its JSON may be as it is stored."""
    # By place: to look each column up by its name takes twice as long as all the rest.
    id_, document_id, _, start, end, text, language, name, role, kind, number, context, sentences = row
    return Passage(
        id=id_,
        document_id=document_id,
        start=start,
        end=end,
        text=text,
        language=language,
        speaker=Speaker(name, role),
        kind=kind,
        sentences=tuple([Span(start, end) for start, end in _decoded(sentences)]),
        context=context,
        number=number,
    )


def vector_rows(embedding: str, ids: Sequence[str], array: FloatArray) -> list[dict[str, Any]]:
    """One row a vector, float32 in little-endian order whatever the machine."""
    little_endian = np.ascontiguousarray(array, dtype="<f4")
    return [
        {"passage_id": name, "embedding": embedding, "vector": vector.tobytes()}
        for name, vector in zip(ids, little_endian, strict=True)
    ]


def vector_batch(found: Sequence[Row[Any]]) -> VectorBatch:
    """The vectors of rows with passage_id, language and vector; all of one embedding."""
    if not found:
        return VectorBatch((), (), np.empty((0, 0), dtype=np.float32))
    joined = b"".join(row.vector for row in found)
    array = np.frombuffer(joined, dtype="<f4").reshape(len(found), -1).astype(np.float32, copy=False)
    return VectorBatch(tuple(row.passage_id for row in found), tuple(row.language for row in found), array)
