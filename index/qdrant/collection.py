"""Both legs of retrieval in one Qdrant collection: writing it, and what it says of itself.

A point is a passage: its vector, its weighted terms as a sparse vector, what it is filtered by, and the packed form
that it is scored from. A second, small collection keeps what is known of all passages together (`State`).
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from index.qdrant.client import Connection

if TYPE_CHECKING:
    from qdrant_client import models

DENSE, TERMS = "dense", "terms"
PASSAGE, DOCUMENT, LANGUAGE, SPEAKER, PACKED = "passage", "document", "language", "speaker", "packed"
INDEXED = (DOCUMENT, LANGUAGE, SPEAKER)
BATCH = 128
"""Points in a request: some 8 kB each with 1,024 dimensions, and a request may have 32 MB."""
WRITE_TIMEOUT_SECONDS = 120
_NAMESPACE = uuid.UUID("6b696c64-6500-4000-8000-000000000000")
"""Any fixed one: it only makes ids of passages' ids, so that writing a passage twice writes it once."""


@dataclass(frozen=True, slots=True)
class Point:
    """A passage as it is kept: `terms` are 32-bit hashes with weights, `vector` has any length but 0."""

    id: str
    document_id: str
    language: str
    speaker: str
    hashes: Sequence[int]
    weights: Sequence[float]
    vector: Sequence[float]
    packed: bytes


@dataclass(frozen=True, slots=True)
class State:
    """What a collection holds: of which record, up to which generation of it, and made with which settings."""

    collection: str
    record: str
    generation: int
    settings: str


class Passages:
    """The passages of one corpus in Qdrant. Safe to use from several threads.

    Every method may raise IndexUnavailable: the server is away, too slow, full, or refuses.
    """

    def __init__(self, connection: Connection) -> None:
        from qdrant_client import models

        self._models = models
        self.connection = connection
        self._client = connection.client
        self.place = connection.place

    # What is there

    def state(self) -> State | None:
        """What the present collection holds, or None where there is none."""
        with self.connection.explained():
            if not self._client.collection_exists(self._state_name):
                return None
            found = self._client.retrieve(self._state_name, [_STATE_ID], with_payload=True)
            return State(**(found[0].payload or {})) if found else None

    def count(self, collection: str) -> int:
        """How many passages a collection holds."""
        with self.connection.explained():
            return int(self._client.count(collection, exact=True).count)

    def statistics(self, language: str) -> bytes | None:
        """What was kept of a language by `keep_statistics`."""
        with self.connection.explained():
            found = self._client.retrieve(self._state_name, [_point_id(f"statistics {language}")], with_payload=True)
        return base64.b64decode((found[0].payload or {})["data"]) if found else None

    # Changing

    def create(self, collection: str, dimensions: int) -> None:
        """Make an empty collection, in the place of one of the same name."""
        models = self._models
        with self.connection.explained():
            if self._client.collection_exists(collection):
                self._client.delete_collection(collection, timeout=WRITE_TIMEOUT_SECONDS)
            self._client.create_collection(
                collection,
                vectors_config={DENSE: models.VectorParams(size=dimensions, distance=models.Distance.COSINE)},
                sparse_vectors_config={TERMS: models.SparseVectorParams()},
                shard_number=self.place.shards,
                replication_factor=self.place.replicas,
                on_disk_payload=True,
                timeout=WRITE_TIMEOUT_SECONDS,
            )
            if not self.connection.is_local:  # The local mode has no payload indexes, and warns of it.
                for field in INDEXED:
                    self._client.create_payload_index(collection, field, models.PayloadSchemaType.KEYWORD, wait=True)

    def put(self, collection: str, points: Iterable[Point]) -> None:
        """Write passages; one that is there already is overwritten."""
        batch: list[models.PointStruct] = []
        with self.connection.explained():
            for point in points:
                batch.append(self._as_stored(point))
                if len(batch) == BATCH:
                    self._client.upsert(collection, batch, wait=True)
                    batch = []
            if batch:
                self._client.upsert(collection, batch, wait=True)

    def remove_others(self, collection: str, document_ids: Sequence[str], keep: Sequence[str]) -> None:
        """Remove every passage of these documents but those whose ids are to be kept."""
        models = self._models
        of_documents = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=list(document_ids)))
        kept = models.HasIdCondition(has_id=[_point_id(name) for name in keep])
        chosen = models.Filter(must=[of_documents], must_not=[kept] if keep else None)
        with self.connection.explained():
            self._client.delete(collection, models.FilterSelector(filter=chosen), wait=True)

    def packed_of(self, collection: str, document_ids: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
        """(passage id, language, packed form) of every passage of these documents."""
        models = self._models
        chosen = models.Filter(
            must=[models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=list(document_ids)))]
        )
        place: Any = None
        while True:
            with self.connection.explained():
                found, place = self._client.scroll(
                    collection, scroll_filter=chosen, limit=BATCH, offset=place, with_payload=True
                )
            for one in found:
                payload = one.payload or {}
                yield str(payload[PASSAGE]), str(payload[LANGUAGE]), base64.b64decode(payload[PACKED])
            if place is None:
                return

    def keep_statistics(self, data: Mapping[str, bytes]) -> None:
        """Keep something of each language."""
        self._put_state({_point_id(f"statistics {name}"): {"data": _text(found)} for name, found in data.items()})

    def set_state(self, state: State) -> None:
        """Make a collection the present one, and remove every other one of this corpus."""
        self._put_state({_STATE_ID: asdict(state)})
        with self.connection.explained():
            for other in self._client.get_collections().collections:
                if other.name.startswith(f"{self.place.collection}-passages-") and other.name != state.collection:
                    self._client.delete_collection(other.name, timeout=WRITE_TIMEOUT_SECONDS)

    # Helpers

    @property
    def _state_name(self) -> str:
        return f"{self.place.collection}-state"

    def new_name(self) -> str:
        """A name for a new collection of this corpus."""
        return f"{self.place.collection}-passages-{uuid.uuid4().hex[:8]}"

    def _put_state(self, payloads: Mapping[str, Mapping[str, Any]]) -> None:
        models = self._models
        with self.connection.explained():
            if not self._client.collection_exists(self._state_name):
                self._client.create_collection(
                    self._state_name, vectors_config={}, replication_factor=self.place.replicas
                )
            points = [models.PointStruct(id=id_, vector={}, payload=dict(one)) for id_, one in payloads.items()]
            self._client.upsert(self._state_name, points, wait=True)

    def _as_stored(self, point: Point) -> models.PointStruct:
        terms = self._models.SparseVector(indices=list(point.hashes), values=list(point.weights))
        return self._models.PointStruct(
            id=_point_id(point.id),
            vector={DENSE: list(point.vector), TERMS: terms},
            payload={
                PASSAGE: point.id,
                DOCUMENT: point.document_id,
                LANGUAGE: point.language,
                SPEAKER: point.speaker.casefold(),
                PACKED: _text(point.packed),
            },
        )


def _point_id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


_STATE_ID = _point_id("state")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
