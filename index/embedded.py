"""Opens the engine of this machine: tantivy and Chroma, under the data folder or with Chroma on a server."""

from __future__ import annotations

from index.embedder import Progress
from index.errors import IndexUnavailable
from index.legs import OpenLegs
from index.lock import writer_lock
from index.reranking import Reranker
from index.upkeep import Upkeep


def open_embedded(
    upkeep: Upkeep,
    *,
    compare_at_most: int,
    lock_timeout_seconds: float,
    reranker: Reranker | None = None,
    progress: Progress | None = None,
) -> OpenLegs:
    """Bring both indexes up to the record, and open them.

    Raises:
        IndexUnavailable: the folder cannot be used, or another process is building the first index.
    """
    _make_fit(upkeep, lock_timeout_seconds, progress)

    def opened() -> OpenLegs:
        return OpenLegs(
            upkeep.data_dir,
            upkeep,
            compare_at_most=compare_at_most,
            lock_timeout_seconds=lock_timeout_seconds,
            reranker=reranker,
        )

    try:
        return opened()
    except IndexUnavailable:
        with writer_lock(upkeep.data_dir, timeout_seconds=lock_timeout_seconds):
            try:
                return opened()  # Another process had replaced what was being opened.
            except IndexUnavailable:
                # Damaged in a way that only shows on opening.
                lexical = upkeep.manifest().lexical
                upkeep.bring_up_to_date(suspect={lexical.folder} if lexical else (), opening=True)
                return opened()


def _make_fit(upkeep: Upkeep, timeout_seconds: float, progress: Progress | None) -> None:
    """Bring what is derived up to the record, unless another process is at it and there is something to search."""
    manifest = upkeep.manifest()
    if upkeep.find_fault(manifest) is None and not upkeep.is_behind(manifest):
        return
    searchable = upkeep.find_lexical_fault(manifest.lexical) is None
    try:
        with writer_lock(upkeep.data_dir, timeout_seconds=0 if searchable else timeout_seconds):
            upkeep.bring_up_to_date(opening=True, progress=progress)
    except IndexUnavailable:
        # Without a vector index, as where its server is away, words are searched.
        if upkeep.find_lexical_fault(upkeep.manifest().lexical) is not None:
            raise
