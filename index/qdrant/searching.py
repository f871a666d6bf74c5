"""Searches a Qdrant collection: by weighted terms and by vectors, every language by itself, in one request."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.qdrant.client import Connection
from index.qdrant.collection import DENSE, DOCUMENT, LANGUAGE, PACKED, PASSAGE, SPEAKER, TERMS
from index.records import Filters

if TYPE_CHECKING:
    from qdrant_client import models

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found by a leg, with that leg's score, and its packed form where it was asked for."""

    id: str
    document_id: str
    score: float
    packed: bytes


class Search:
    """One collection, for searching. Every method may raise IndexUnavailable."""

    def __init__(self, connection: Connection, collection: str) -> None:
        from qdrant_client import models

        self._connection = connection
        self._models = models
        self.collection = collection

    def nearest(
        self, vector: FloatArray, languages: Sequence[str], limit: int, filters: Filters
    ) -> dict[str, list[Found]]:
        """The passages nearest to a vector (dimensions,) by cosine, of each language, nearest first."""
        query = np.asarray(vector, dtype=np.float32).tolist()
        return self._search(dict.fromkeys(languages, (query, limit)), DENSE, filters, packed=False)

    def best(
        self,
        asked: Mapping[str, tuple[Sequence[tuple[int, float]], int]],
        filters: Filters,
    ) -> dict[str, list[Found]]:
        """The passages whose weighted terms have the greatest product with those asked for, by language, best first.

        Args:
            asked: by language, (hash, weight) of every term and how many passages at most.
        """
        vectors = {}
        for language, (terms, limit) in asked.items():
            if terms:
                indices, values = zip(*sorted(dict(terms).items()), strict=True)
                vectors[language] = (self._models.SparseVector(indices=list(indices), values=list(values)), limit)
        return self._search(vectors, TERMS, filters, packed=True)

    def _search(
        self,
        queries: Mapping[str, tuple[Any, int]],
        using: str,
        filters: Filters,
        *,
        packed: bool,
    ) -> dict[str, list[Found]]:
        models = self._models
        wanted = [PASSAGE, DOCUMENT, PACKED] if packed else [PASSAGE, DOCUMENT]
        requests = [
            models.QueryRequest(
                query=query, using=using, limit=limit, filter=self._filter(language, filters), with_payload=wanted
            )
            for language, (query, limit) in queries.items()
        ]
        if not requests:
            return {}
        with self._connection.explained():
            answers = self._connection.client.query_batch_points(self.collection, requests)
        return {
            language: [_found(one) for one in answer.points] for language, answer in zip(queries, answers, strict=True)
        }

    def _filter(self, language: str, filters: Filters) -> models.Filter:
        speakers = [speaker.casefold() for speaker in filters.speakers]
        wanted = ((LANGUAGE, [language]), (DOCUMENT, list(filters.documents)), (SPEAKER, speakers))
        found: models.Filter = self._models.Filter(
            must=[
                self._models.FieldCondition(key=field, match=self._models.MatchAny(any=values))
                for field, values in wanted
                if values
            ]
        )
        return found


def _found(point: models.ScoredPoint) -> Found:
    payload = point.payload or {}
    packed = payload.get(PACKED)
    return Found(
        str(payload[PASSAGE]), str(payload[DOCUMENT]), float(point.score), base64.b64decode(packed) if packed else b""
    )
