"""Brings the lexical index of this machine up to the record: by what has changed, or anew where it is not sound."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from index import manifest as manifests
from index import packed, word_cache
from index.embedder import BATCH
from index.errors import IndexUnavailable, unwritable
from index.inspection import TANTIVY_LISTS
from index.lexical import LexicalIndex
from index.lock import RENEWING_NAME, writer_lock
from index.manifest import Leg, Manifest

if TYPE_CHECKING:
    from index.upkeep import Upkeep

NAME, AHEAD = "lexical", "lexical-ahead"
"""How the folders of indexes begin, and the folder of one that is written without the writer lock."""
MAX_WORN, MIN_WORN = 2, 2000
"""An index that keeps more rows than twice its passages, and some more for small ones, is worn."""
WAIT_SECONDS = 60.0
"""For whoever is writing, once an index that was written ahead is to be taken up."""
# Files that tantivy changes by itself and checks itself; a damaged cache of words is left unread.
SKIP = frozenset({*TANTIVY_LISTS, ".tantivy-meta.lock", ".tantivy-writer.lock", word_cache.FILE_NAME.format("*")})


def bring(upkeep: Upkeep, suspect: Collection[str] = (), *, renewing: bool = False) -> Manifest:
    """Bring the index up to the record, under the writer lock, and return the manifest.

    Args:
        suspect: folders of indexes that failed in use and must not be kept.
        renewing: a worn index is built anew, which takes as long as a build.
    """
    manifest = upkeep.manifest()
    leg = manifest.lexical
    if (
        leg is not None
        and leg.folder not in suspect
        and not (renewing and is_worn(upkeep, leg))
        and not upkeep.find_lexical_fault(leg)
    ):
        with suppress(IndexUnavailable):  # It was damaged in a way that only shows in use.
            return _catch_up(upkeep, manifest, leg)
    leg = _write(upkeep, upkeep.new_folder(NAME))
    return upkeep.switch(replace(manifest, lexical=replace(leg, passages=upkeep.record.count())))


def is_worn(upkeep: Upkeep, leg: Leg) -> bool:
    """Whether most rows of an index belong to passages that were removed."""
    return packed.count_rows(upkeep.folder / leg.folder) > MAX_WORN * sum(leg.passages.values()) + MIN_WORN


def renew(upkeep: Upkeep, stopped: Callable[[], bool]) -> bool:
    """See `EngineUpkeep.renew`: what is stored while the new index is written is brought into it at the end."""
    if not upkeep.is_worn():
        return False
    place = upkeep.folder / AHEAD
    with writer_lock(upkeep.data_dir, timeout_seconds=0, file_name=RENEWING_NAME):
        shutil.rmtree(place, ignore_errors=True)  # Of a process that was ended while it wrote.
        try:
            leg = _write(upkeep, AHEAD, stopped)
            if stopped():
                return False
            with writer_lock(upkeep.data_dir, timeout_seconds=WAIT_SECONDS):
                if not upkeep.is_worn():  # A build has been faster.
                    return False
                name = upkeep.new_folder(NAME)
                place.rename(upkeep.folder / name)
                _catch_up(upkeep, upkeep.manifest(), replace(leg, folder=name))
                upkeep.sweep()
                return True
        finally:
            shutil.rmtree(place, ignore_errors=True)


def described(upkeep: Upkeep, folder: str, generation: int, former: Leg | None, passages: Mapping[str, int]) -> Leg:
    """The index as it now is, with nothing pending; `passages` are to be found in it."""
    files = manifests.take_stock(upkeep.folder / folder, former.files if former else {}, skip=SKIP)
    return Leg(folder, upkeep.analyzer.fingerprint, generation, passages, files)


def _catch_up(upkeep: Upkeep, manifest: Manifest, leg: Leg) -> Manifest:
    """Bring an index up to the record, and have the manifest say so."""
    generation, changed = upkeep.record.changed_since(leg.generation)
    if generation == leg.generation and not leg.pending:
        return manifest if manifest.lexical == leg else upkeep.switch(replace(manifest, lexical=leg))
    index = LexicalIndex(upkeep.folder / leg.folder, upkeep.analyzer)
    names = sorted(changed.union(leg.pending))
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        index.remove(some)
        index.add(upkeep.record.passages_of(some))
    index.commit()
    # Counted by the index, because counting in the record takes a second a million passages.
    caught_up = described(upkeep, leg.folder, generation, leg, index.counts())
    return upkeep.switch(replace(manifest, lexical=caught_up))


def _write(upkeep: Upkeep, folder: str, stopped: Callable[[], bool] = lambda: False) -> Leg:
    """Write every passage into an index of its own, until `stopped`, which is asked after every batch."""
    try:
        (upkeep.folder / folder).mkdir()
    except OSError as error:
        raise unwritable(f"cannot write a lexical index to {upkeep.folder / folder}", error) from None
    generation = upkeep.record.generation()
    index = LexicalIndex(upkeep.folder / folder, upkeep.analyzer)
    for passages in upkeep.record.all_passages(BATCH):
        index.add(passages)
        if stopped():
            break
    index.commit()
    return described(upkeep, folder, generation, None, index.counts())
