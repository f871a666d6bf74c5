"""Cuts documents anew whose passages were made with other settings: the record first, whatever the engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.embedder import Progress
from index.embedding import embed_passages
from index.neural import NeuralEmbedding
from index.prepare import Prepared, prepare
from index.record import Record
from index.sources import SourceInfo

if TYPE_CHECKING:
    from index.engine import EngineUpkeep


def find_stale(record: Record, preparation: str) -> str | None:
    """Return in words how many documents were prepared with other settings, or None."""
    stale = record.prepared_otherwise(preparation)
    return f"{len(stale)} documents were prepared with other settings" if stale else None


def prepare_anew(upkeep: EngineUpkeep, progress: Progress | None) -> None:
    """Cut the documents anew that were prepared with other settings, from their stored text, under the writer lock.

    What would be read otherwise from a file by now is left for the next build: it has the file.
    """
    record, embedding = upkeep.record, upkeep.embedding
    stale = record.prepared_otherwise(upkeep.preparation)
    versions = record.details() if stale else {}
    for done, name in enumerate(stale, 1):
        document, version = record.document(name), versions.get(name)
        if document is None or version is None:
            continue
        source = None if version.source is None else SourceInfo(**version.source)
        prepared = prepare(
            Path(version.path),
            document.text,
            document.sha256,
            source,
            upkeep.detector.detect,
            max_tokens=upkeep.max_tokens,
            facts=document.facts,
            parts=document.parts,
        )
        preparation = _read_as(version.preparation, upkeep.preparation)
        if _is_stored(record, prepared):
            record.confirm(name, preparation)
        else:
            record.replace(
                prepared,
                None if isinstance(embedding, NeuralEmbedding) else embed_passages(embedding, prepared.passages),
                embedding=embedding.name,
                preparation=preparation,
                source=version.source,
                origin=version.origin,
            )
        if progress:
            progress(done, len(stale), "Preparing anew")


def _read_as(former: str, present: str) -> str:
    """The present settings with the former way of reading; versions before there was a second way do not name it."""
    return f"{present.partition(';')[0]};{former.partition(';')[2] or ' read 1'}"


def _is_stored(record: Record, prepared: Prepared) -> bool:
    name = prepared.document.id
    return (
        record.document(name) == prepared.document
        and tuple(record.segments(name)) == prepared.segments
        and tuple(record.passages_of([name])) == prepared.passages
    )
