"""Opens the engine on Qdrant over a record."""

from __future__ import annotations

import logging

from index.basis import Basis, parts_of
from index.database import writing_documents
from index.embedder import Progress
from index.errors import IndexUnavailable
from index.lock import writer_lock
from index.qdrant.client import Connection
from index.qdrant.collection import Collections
from index.qdrant.place import parse
from index.qdrant.search import QdrantSearch
from index.qdrant.state import States
from index.qdrant.upkeep import QdrantUpkeep
from index.reranking import Reranker

log = logging.getLogger(__name__)


def qdrant_upkeep(basis: Basis, url: str, api_key: str = "") -> QdrantUpkeep:
    """What keeps a record's passages at a URL; nothing is asked there yet.

    Raises:
        IndexUnavailable: the URL means nothing.
    """
    connection = Connection(parse(url), api_key or None)
    record, settings = basis.record, f"{basis.analyzer.fingerprint}, {basis.embedder.settings}"
    return QdrantUpkeep(
        *parts_of(basis),
        connection=connection,
        states=States(connection, record.identity, settings),
        collections=Collections(connection, record.identity, whole=basis.has_subwords),
    )


def open_qdrant(
    upkeep: QdrantUpkeep,
    *,
    lock_timeout_seconds: float,
    reranker: Reranker | None = None,
    progress: Progress | None = None,
) -> QdrantSearch:
    """Bring the passages up to the record, and open them. Where Qdrant is away, searching says so until it is back.

    Raises:
        IndexUnavailable: the record cannot be used, or another process is writing the first passages.
    """
    search = QdrantSearch(upkeep, reranker)
    try:
        state = upkeep.states.read()
        if state is not None and not upkeep.behind() and not upkeep.record.prepared_otherwise(upkeep.preparation):
            return search
    except IndexUnavailable as error:
        log.warning("Qdrant cannot be searched yet: %s", error)
        return search
    timeout = lock_timeout_seconds if state is None else 0
    try:
        with (
            writer_lock(upkeep.data_dir, timeout_seconds=timeout),
            writing_documents(upkeep.record.engine, timeout),
        ):
            upkeep.bring_up_to_date(opening=True, progress=progress)
    except IndexUnavailable:
        if state is None:
            raise
    return search
