"""Which engine the settings name: the one place that knows all there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.basis import Basis, parts_of
from index.embedded import open_embedded
from index.embedder import Progress
from index.engine import EngineSearch
from index.lexical import COMPARED_IN_ALL
from index.reranking import Reranker
from index.upkeep import Upkeep

if TYPE_CHECKING:
    from index.qdrant.upkeep import QdrantUpkeep


def upkeep_of(
    basis: Basis,
    *,
    chroma_url: str = "",
    vector_index_above: int = COMPARED_IN_ALL,
    index_url: str = "",
    index_api_key: str = "",
) -> Upkeep | QdrantUpkeep:
    """What keeps the engine at `index_url`, or the one of the data folder; nothing is opened yet.

    Raises:
        IndexUnavailable: the URL means nothing.
    """
    if index_url:
        # Imported here: an engine beyond one machine, which few have.
        from index.qdrant.opening import qdrant_upkeep

        return qdrant_upkeep(basis, index_url, index_api_key)
    return Upkeep(*parts_of(basis), chroma_url=chroma_url, vector_index_above=vector_index_above)


def open_engine(
    upkeep: Upkeep | QdrantUpkeep,
    *,
    compare_at_most: int,
    lock_timeout_seconds: float,
    reranker: Reranker | None = None,
    progress: Progress | None = None,
) -> EngineSearch:
    """Bring an engine up to the record as far as that cannot wait, and open it for searching.

    Raises:
        IndexUnavailable: it cannot be used, or another process is writing it for the first time.
    """
    if isinstance(upkeep, Upkeep):
        return open_embedded(
            upkeep,
            compare_at_most=compare_at_most,
            lock_timeout_seconds=lock_timeout_seconds,
            reranker=reranker,
            progress=progress,
        )
    from index.qdrant.opening import open_qdrant

    return open_qdrant(upkeep, lock_timeout_seconds=lock_timeout_seconds, reranker=reranker, progress=progress)
