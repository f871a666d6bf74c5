"""Puts new versions of documents in the place of old ones, so that every search sees the one or the other.

A search takes passage ids from the engine and their text from the record. So the new passages enter the engine first,
then the record changes in one transaction, and only then do the old passages leave the engine: at every moment it knows
whatever version the record has. An engine remembers which documents are under way, so that what a crash leaves between
the steps is put right by the next catching up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from index.inverted import Entry
from index.prepare import Prepared
from index.sending import Sent
from index.versions import FloatArray, Version

if TYPE_CHECKING:
    from index.engine import EngineUpkeep

Outcome = Literal["added", "replaced", "unchanged"]


@dataclass(frozen=True, slots=True)
class NewVersion(Sent):
    """A document ready to be stored.

    `vectors` are one row a passage, or None where a model makes them later; `entries` are what an engine stores of
    each. Both are in the order of the passages; `source` and `origin` as in `index.versions.Version`.
    """

    prepared: Prepared
    vectors: FloatArray | None
    entries: Sequence[Entry]
    source: Mapping[str, Any] | None
    origin: str


def exchange(upkeep: EngineUpkeep, versions: Sequence[NewVersion]) -> None:
    """Store new versions of documents, all in one transaction, under the writer lock.

    Raises:
        InvalidData: vectors and passages do not match; nothing is stored.
        IndexUnavailable: the record cannot be written. A broken engine is no reason: it catches up later.
    """
    names = [version.prepared.document.id for version in versions]
    old = {(passage.language, passage.id) for passage in upkeep.record.passages_of(names)}
    staged = upkeep.stage(versions, old)
    upkeep.record.replace_all(
        [(one.prepared, one.vectors, one.source, one.origin) for one in versions],
        embedding=upkeep.embedding.name,
        preparation=upkeep.preparation,
    )
    gone = old.difference((passage.language, passage.id) for one in versions for passage in one.prepared.passages)
    upkeep.settle(staged, gone)


def put(upkeep: EngineUpkeep, made: NewVersion, wanted: Version) -> Outcome:
    """Store a version of one document where that is not what there is already, under the writer lock.

    Args:
        made: the version.
        wanted: what it was made from; its SHA-256 is taken from `made`.

    Raises as `exchange` does.
    """
    document = made.prepared.document
    stored = upkeep.record.details([document.id]).get(document.id)
    if stored == replace(wanted, sha256=document.sha256):
        if upkeep.behind():  # Somebody was ended between storing the same and indexing it.
            upkeep.catch_up()
        return "unchanged"
    exchange(upkeep, [made])
    upkeep.finish_exchange()
    return "added" if stored is None else "replaced"


def remove(upkeep: EngineUpkeep, document_ids: Sequence[str]) -> int:
    """Remove documents, under the writer lock; return how many there were. They are found no more at once."""
    count = sum(upkeep.record.remove(name) for name in document_ids)
    if count:
        upkeep.settle(None, ())
    return count
