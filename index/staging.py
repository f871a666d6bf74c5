"""Exchanges versions in the lexical index of this machine: what `index.exchange` asks of an engine.

The manifest names the documents under way, so that what a crash leaves between the steps is put right by the next
catching up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from index.errors import IndexUnavailable
from index.exchange import NewVersion
from index.inverted import Entry
from index.lexical import LexicalIndex
from index.lexical_upkeep import described
from index.manifest import Leg, Manifest

if TYPE_CHECKING:
    from index.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class _Staged:
    """The manifest while both versions are in the index, its lexical leg, and what will be there afterwards."""

    manifest: Manifest
    leg: Leg
    passages: Mapping[str, int]


def stage(upkeep: Upkeep, versions: Sequence[NewVersion], old: Collection[tuple[str, str]]) -> _Staged | None:
    """Put the new passages beside the old ones; None where there is no sound index that is up to the record."""
    names = [version.prepared.document.id for version in versions]
    manifest = upkeep.manifest()
    leg = manifest.lexical
    if leg is None or upkeep.is_behind(manifest) or upkeep.find_lexical_fault(leg):
        upkeep.catch_up()
        manifest = upkeep.manifest()
        leg = manifest.lexical
    if leg is None:
        return None
    try:
        upkeep.switch(replace(manifest, lexical=replace(leg, pending=tuple(names))))
        index = LexicalIndex(upkeep.folder / leg.folder, upkeep.analyzer)
        new = [(passage, entry) for one in versions for passage, entry in _entries(one)]
        # The same text at the same place has the same id; with another title, say, it is stored anew.
        if again := set(old).intersection((passage.language, passage.id) for passage, _ in new):
            index.remove_passages(again)
        index.add_entries((passage.language, entry) for passage, entry in new)
        index.commit()
        staged = replace(_described(upkeep, leg, leg.passages), pending=tuple(names))
        # From here on readers open what has just been committed.
        return _Staged(upkeep.switch(replace(manifest, lexical=staged)), staged, _counts(leg, versions, old))
    except IndexUnavailable:
        return None  # Damaged in a way that only shows in use; catching up builds it anew.


def _entries(version: NewVersion) -> list[tuple[Any, Entry]]:
    return list(zip(version.prepared.passages, version.entries, strict=True))


def settle(upkeep: Upkeep, staged: object | None, gone: Collection[tuple[str, str]]) -> None:
    """Take the old passages out, and note that the index is up to the record."""
    with suppress(IndexUnavailable):
        if isinstance(staged, _Staged):
            leg = staged.leg
            if gone:
                index = LexicalIndex(upkeep.folder / leg.folder, upkeep.analyzer)
                index.remove_passages(gone)
                index.commit()
            upkeep.switch(replace(staged.manifest, lexical=_described(upkeep, leg, staged.passages)))
            return
    upkeep.catch_up()


def _counts(leg: Leg, versions: Sequence[NewVersion], old: Collection[tuple[str, str]]) -> dict[str, int]:
    """How many passages there will be of each language."""
    counts = Counter(leg.passages)
    counts.update(passage.language for one in versions for passage in one.prepared.passages)
    counts.subtract(language for language, _ in old)
    return {language: count for language, count in sorted(counts.items()) if count}


def _described(upkeep: Upkeep, leg: Leg, passages: Mapping[str, int]) -> Leg:
    return described(upkeep, leg.folder, upkeep.record.generation(), leg, passages)
