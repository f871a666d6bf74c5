"""A passage as a point in Qdrant: its weighted terms, its vector, what it is filtered by and what it is scored from."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.inverted import Entry
from index.records import Passage
from index.scoring import HEADER, WEIGHT_SCALE, Packed

if TYPE_CHECKING:
    from qdrant_client.models import PointStruct

DENSE, TERMS = "dense", "terms"
PASSAGE, DOCUMENT, LANGUAGE, SPEAKER, SCORED = "passage", "document", "language", "speaker", "scored"
INDEXED = (DOCUMENT, LANGUAGE, SPEAKER)
K1, B = 1.2, 0.75
REFERENCE_LENGTH = 200.0
"""Terms of a passage of middling length: where lengths are compared to find candidates, a fixed one does, and
a passage is written the same whatever else there is. The exact scores know the real mean."""
_NAMESPACE = uuid.UUID("6b696c64-6500-4000-8000-000000000000")
"""Any fixed one: it only makes ids of passages' ids, so that writing a passage twice writes it once."""


@dataclass(frozen=True, slots=True)
class Point:
    """`scored` is the header and the terms as `scoring.pack` makes them; `vector` is None until a model has made it."""

    id: str
    document_id: str
    language: str
    speaker: str
    scored: bytes
    vector: NDArray[np.float32] | None


def points(
    passages: Sequence[Passage], entries: Sequence[Entry], vectors: Sequence[NDArray[np.float32] | None] | None
) -> list[Point]:
    """Passages with their entries as points.

    Args:
        vectors: one a passage where an embedding of its own makes them; None for the subword vectors of the entries,
            which are then kept as the whole numbers that they are packed as.
    """
    found = []
    for place, (passage, entry) in enumerate(zip(passages, entries, strict=True)):
        header, dense, terms = _parts(entry.packed)
        vector = dense if vectors is None else vectors[place]
        found.append(
            Point(passage.id, passage.document_id, passage.language, entry.speaker.casefold(), header + terms, vector)
        )
    return found


def _parts(packed: bytes) -> tuple[bytes, NDArray[np.float32], bytes]:
    """Header, subword vector in whole numbers, and terms of what `scoring.pack` made."""
    size = HEADER.itemsize
    begin = len(packed) - 8 * int(np.frombuffer(packed[:size], dtype=HEADER)["terms"][0])
    return packed[:size], np.frombuffer(packed[size:begin], dtype="i1").astype(np.float32), packed[begin:]


def structure(point: Point) -> PointStruct:
    """The point as the client writes it."""
    from qdrant_client import models

    hashes, values = _weighted(point.scored)
    vector: dict[str, Any] = {TERMS: models.SparseVector(indices=hashes, values=values)}
    if point.vector is not None:
        vector[DENSE] = point.vector.tolist()
    return models.PointStruct(
        id=point_id(point.id),
        vector=vector,
        payload={
            PASSAGE: point.id,
            DOCUMENT: point.document_id,
            LANGUAGE: point.language,
            SPEAKER: point.speaker,
            SCORED: base64.b64encode(point.scored).decode("ascii"),
        },
    )


def _weighted(scored: bytes) -> tuple[list[int], list[float]]:
    """The passage's half of BM25 for each of its terms: what a question's half is multiplied with.

    As tantivy has it, so that candidates are the same on every engine: whole counts, k1 1.2, b .75.
    """
    terms = np.frombuffer(scored[HEADER.itemsize :], dtype="<u8")
    hashes, places = np.unique((terms >> np.uint64(32)).astype(np.uint32), return_inverse=True)
    weights = np.bincount(places, weights=(terms & np.uint64(0xFF)) / WEIGHT_SCALE, minlength=len(hashes))
    counts = np.ceil(weights)
    length = float(counts.sum())
    values = counts * (K1 + 1) / (counts + K1 * (1 - B + B * length / REFERENCE_LENGTH))
    return hashes.tolist(), np.round(values, 4).tolist()


def point_id(name: str) -> str:
    """The id of a passage's point."""
    return str(uuid.uuid5(_NAMESPACE, name))


def scored_of(payload: Any) -> bytes:
    """What a passage is scored from, of its point's payload."""
    return base64.b64decode(payload[SCORED])


def gathered(scored: Iterable[bytes], cosines: Sequence[float]) -> Packed:
    """Passages side by side, as `scoring.score` wants them; one that is empty is not compared by words."""
    size = HEADER.itemsize
    found = list(scored)
    lengths = [int.from_bytes(one[: HEADER["length"].itemsize], "little") for one in found]
    terms = [one[size:] for one in found]
    return Packed(
        np.array(lengths, dtype=np.float64),
        np.arange(len(found)).repeat([len(one) // 8 for one in terms]),
        np.frombuffer(b"".join(terms), dtype="<u8"),
        np.array(cosines, dtype=np.float32),
    )
