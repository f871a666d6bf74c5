"""The collection of one corpus' passages: making it, writing and removing points, and reading some back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from index.qdrant.client import Connection
from index.qdrant.points import (
    DENSE,
    DOCUMENT,
    INDEXED,
    LANGUAGE,
    PASSAGE,
    SCORED,
    TERMS,
    Point,
    point_id,
    scored_of,
    structure,
)
from index.qdrant.state import WRITE_SECONDS

BATCH = 128
"""Points in a request: some 8 kB each with 1,024 dimensions, and a request may have 32 MB."""
IDS_A_REQUEST = 1000


class Collections:
    """The collections of one record. Every method may raise IndexUnavailable.

    Args:
        whole: whether vectors are the subwords' whole numbers, of which half precision loses nothing.
    """

    def __init__(self, connection: Connection, record: str, *, whole: bool) -> None:
        self._connection = connection
        self._prefix = f"{connection.place.name}-{record[:12]}-"
        self._whole = whole

    def create(self, dimensions: int) -> str:
        """Make an empty collection, with as many shards and replicas as the URL says; return its name."""
        from qdrant_client import models

        place, name = self._connection.place, f"{self._prefix}{uuid.uuid4().hex[:8]}"
        distance = models.Distance.DOT if self._whole else models.Distance.COSINE
        kind = models.Datatype.FLOAT16 if self._whole else models.Datatype.FLOAT32
        with self._connection.asking() as client:
            client.create_collection(
                name,
                vectors_config={DENSE: models.VectorParams(size=dimensions, distance=distance, datatype=kind)},
                sparse_vectors_config={TERMS: models.SparseVectorParams()},
                shard_number=place.shards,
                replication_factor=place.replicas,
                on_disk_payload=True,
                timeout=WRITE_SECONDS,
            )
            if not self._connection.is_local:  # The local mode has no payload indexes, and warns of it.
                for field in INDEXED:
                    client.create_payload_index(name, field, models.PayloadSchemaType.KEYWORD, wait=True)
        return name

    def exists(self, name: str) -> bool:
        """Whether there is such a collection."""
        with self._connection.asking() as client:
            return bool(client.collection_exists(name))

    def count(self, name: str) -> int:
        """How many passages a collection holds."""
        with self._connection.asking() as client:
            return int(client.count(name, exact=True).count)

    def put(self, name: str, points: Sequence[Point]) -> None:
        """Write passages; one that is there already is overwritten."""
        for start in range(0, len(points), BATCH):
            batch = [structure(point) for point in points[start : start + BATCH]]
            with self._connection.asking() as client:
                client.upsert(name, batch, wait=True)

    def remove(self, name: str, ids: Iterable[str]) -> None:
        """Remove passages by their ids; ids that are not there do no harm."""
        gone = [point_id(one) for one in ids]
        for start in range(0, len(gone), IDS_A_REQUEST):
            with self._connection.asking() as client:
                client.delete(name, list(gone[start : start + IDS_A_REQUEST]), wait=True)

    def of_documents(self, name: str, document_ids: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        """(language, what it is scored from) of every passage of these documents, by passage id."""
        from qdrant_client import models

        chosen = models.Filter(
            must=[models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=list(document_ids)))]
        )
        return {id_: (language, scored) for id_, language, scored in self._scroll(name, chosen)}

    def sweep(self, keep: Iterable[str]) -> None:
        """Remove the record's other collections, which were replaced or never finished."""
        kept = set(keep)
        with self._connection.asking() as client:
            for found in client.get_collections().collections:
                if found.name.startswith(self._prefix) and found.name not in kept:
                    client.delete_collection(found.name, timeout=WRITE_SECONDS)

    def _scroll(self, name: str, chosen: Any) -> Iterator[tuple[str, str, bytes]]:
        place: Any = None
        while True:
            with self._connection.asking() as client:
                found, place = client.scroll(
                    name, scroll_filter=chosen, limit=BATCH, offset=place, with_payload=[PASSAGE, LANGUAGE, SCORED]
                )
            for one in found:
                payload = one.payload or {}
                yield str(payload[PASSAGE]), str(payload[LANGUAGE]), scored_of(payload)
            if place is None:
                return
