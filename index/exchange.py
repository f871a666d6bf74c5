"""Puts new versions of documents in the place of old ones, so that every search sees the one or the other.

A search takes passage ids from the lexical index and their text from the record. So the new passages enter the index
first, then the record changes in one transaction, and only then do the old passages leave the index: at every moment
the index knows whatever version the record has. The manifest names the documents under way, so that what a crash
leaves between the steps is put right by the next catching up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from index.errors import IndexUnavailable
from index.inverted import Entry
from index.lexical import LexicalIndex
from index.manifest import Leg, Manifest
from index.prepare import Prepared
from index.rows import FloatArray
from index.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A document ready to be stored.

    `vectors` are one row a passage, or None where a model makes them later; `entries` are what the lexical index stores
    of each. Both are in the order of the passages; `source` and `origin` as in `index.rows.Version`.
    """

    prepared: Prepared
    vectors: FloatArray | None
    entries: Sequence[Entry]
    source: Mapping[str, Any] | None
    origin: str


def exchange(upkeep: Upkeep, versions: Sequence[NewVersion]) -> None:
    """Store new versions of documents, all in one transaction, under the writer lock.

    Raises:
        InvalidData: vectors and passages do not match; nothing is stored.
        IndexUnavailable: the record cannot be written. A broken lexical index is no reason: it is built anew later.
    """
    names = [version.prepared.document.id for version in versions]
    old = {(passage.language, passage.id) for passage in upkeep.record.passages_of(names)}
    staged = _stage(upkeep, versions, names, old)
    upkeep.record.replace_all(
        [(one.prepared, one.vectors, one.source, one.origin) for one in versions],
        embedding=upkeep.embedding.name,
        preparation=upkeep.preparation,
    )
    gone = old.difference((passage.language, passage.id) for one in versions for passage in one.prepared.passages)
    _settle(upkeep, staged, gone)


def remove(upkeep: Upkeep, document_ids: Sequence[str]) -> int:
    """Remove documents, under the writer lock; return how many there were. They are found no more at once."""
    count = sum(upkeep.record.remove(name) for name in document_ids)
    if count:
        upkeep.catch_up_lexical()
    return count


def _stage(
    upkeep: Upkeep, versions: Sequence[NewVersion], names: Sequence[str], old: set[tuple[str, str]]
) -> Manifest | None:
    """Put the new passages beside the old ones; None where there is no sound index that is up to the record."""
    manifest = upkeep.manifest()
    leg = manifest.lexical
    if leg is None or upkeep.is_behind(manifest) or upkeep.find_lexical_fault(leg):
        upkeep.catch_up_lexical()
        manifest = upkeep.manifest()
        leg = manifest.lexical
    if leg is None:
        return None
    try:
        upkeep.switch(replace(manifest, lexical=replace(leg, pending=tuple(names))))
        index = LexicalIndex(upkeep.folder / leg.folder, upkeep.analyzer)
        new = [(passage, entry) for one in versions for passage, entry in _entries(one)]
        # The same text at the same place has the same id; with another title, say, it is stored anew.
        if again := old.intersection((passage.language, passage.id) for passage, _ in new):
            index.remove_passages(again)
        index.add_entries((passage.language, entry) for passage, entry in new)
        index.commit()
        staged = replace(manifest, lexical=replace(_described(upkeep, leg), pending=tuple(names)))
        return upkeep.switch(staged)  # From here on readers open what has just been committed.
    except IndexUnavailable:
        return None  # Damaged in a way that only shows in use; catching up builds it anew.


def _entries(version: NewVersion) -> list[tuple[Any, Entry]]:
    return list(zip(version.prepared.passages, version.entries, strict=True))


def _settle(upkeep: Upkeep, staged: Manifest | None, gone: set[tuple[str, str]]) -> None:
    """Take the old passages out, and note that the index is up to the record."""
    with suppress(IndexUnavailable):
        if staged is not None and staged.lexical is not None:
            leg = staged.lexical
            if gone:
                index = LexicalIndex(upkeep.folder / leg.folder, upkeep.analyzer)
                index.remove_passages(gone)
                index.commit()
            upkeep.switch(replace(staged, lexical=_described(upkeep, leg)))
            return
    upkeep.catch_up_lexical()


def _described(upkeep: Upkeep, leg: Leg) -> Leg:
    return upkeep.lexical_leg(leg.folder, upkeep.record.generation(), leg)
