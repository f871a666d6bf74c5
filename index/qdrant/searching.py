"""Finds the candidates of a question in a Qdrant collection: both legs, every language by itself, in one request.

The words' leg is a sparse vector: a question's half of BM25, with its rarity, times a passage's half. What it finds
Qdrant compares with the question's dense vector as well, so that a candidate comes with its cosine and not with its
vector. What comes back is scored exactly here, as on one machine (`index.scoring`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index import scoring
from index.analysis import QuestionTerms
from index.asking import Asked
from index.byte_vectors import VECTOR_SCALE
from index.embedding import Embedding, embed_question
from index.errors import EmbeddingUnavailable
from index.inverted import FEW_ALLOWED
from index.lexical import FEW, FOREIGN_CANDIDATES
from index.pool import CANDIDATES, NOTHING, Pool
from index.qdrant.client import Connection
from index.qdrant.points import (
    DENSE,
    DOCUMENT,
    LANGUAGE,
    PASSAGE,
    SCORED,
    SPEAKER,
    TERMS,
    gathered,
    scored_of,
)
from index.qdrant.words import QdrantWords
from index.records import Filters
from index.scoring import DEFAULTS, Weights, term_hash

if TYPE_CHECKING:
    from qdrant_client.models import Filter, QueryRequest

NO_TERMS = bytes(scoring.HEADER.itemsize)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """`scored` is NO_TERMS where a passage was found by its vector only."""

    id: str
    language: str
    cosine: float
    scored: bytes


class QdrantFinder:
    """See `index.pool.Finder`; over one collection with its statistics."""

    def __init__(
        self,
        connection: Connection,
        collection: str,
        words: QdrantWords,
        embedding: Embedding,
        *,
        vectors: bool,
        weights: Weights = DEFAULTS,
    ) -> None:
        """`vectors` is whether every passage has its vector: of some only, they would push the others down."""
        self._connection = connection
        self._collection = collection
        self._words = words
        self._embedding = embedding
        self._vectors = vectors
        self._weights = weights
        self._subwords = embedding.name.startswith("subword")
        # What a product of vectors is multiplied with to be a cosine: those of subwords are kept as whole numbers.
        self._scale = 1 / VECTOR_SCALE if self._subwords else 1.0

    def find(self, terms: QuestionTerms, filters: Filters) -> Pool:
        """The candidates of both legs with their exact scores. Raises IndexUnavailable."""
        terms = self._words.correct(terms)
        asked = Asked.of(terms, self._weights)
        vector = self._vector(terms.text)
        known = self._words.languages
        languages = [one for one in sorted(filters.languages) or known if one in known]
        allowed = self._allowed(languages, filters) if filters.documents or filters.speakers else {}
        requests: dict[tuple[str, bool], QueryRequest] = {}
        for language in languages:
            foreign = language != terms.language
            if allowed.get(language, FEW_ALLOWED + 1) <= FEW_ALLOWED:
                if allowed[language]:
                    requests[language, True] = self._everything(language, vector, filters, allowed[language])
                continue
            if request := self._by_words(language, asked, foreign, vector, filters):
                requests[language, True] = request
            if vector is not None and not allowed and self._may_be_few(language, asked, foreign):
                requests[language, False] = self._near(language, vector, filters, CANDIDATES)
        return self._pool(terms, asked, self._chosen(self._ask(requests)))

    def nearest(
        self, vector: NDArray[np.float32], languages: Sequence[str], limit: int
    ) -> dict[str, list[tuple[str, float]]]:
        """(passage id, cosine) of the passages nearest to a vector, by language, nearest first."""
        if limit < 1 or not np.any(vector):
            return {}
        wanted = [one for one in languages or self._words.languages if one in self._words.languages]
        found = self._ask({(one, False): self._near(one, vector, Filters(), limit) for one in wanted})
        return {language: [(one.id, one.cosine) for one in some] for (language, _), some in found.items() if some}

    def _vector(self, question: str) -> NDArray[np.float32] | None:
        """The question's vector; None where there is nothing to compare."""
        if not self._vectors:
            return None
        try:
            vector = embed_question(self._embedding, question)
        except EmbeddingUnavailable:
            return None
        return vector if vector.any() else None

    def _may_be_few(self, language: str, asked: Asked, foreign: bool) -> bool:
        """Whether words may find so few passages that vectors have to make up for it (decision 0104)."""
        if not self._subwords:
            return True
        counts = self._words.statistics[language]
        return max((counts.frequency(term) for term, _ in asked.candidates(foreign)), default=0) < FEW

    def _by_words(
        self, language: str, asked: Asked, foreign: bool, vector: NDArray[np.float32] | None, filters: Filters
    ) -> QueryRequest | None:
        from qdrant_client import models

        weights: dict[int, float] = {}
        wanted = asked.candidates(foreign)
        counts = self._words.statistics[language]
        for (term, weight), rarity in zip(
            wanted, self._words.rarities(language, [one for one, _ in wanted]), strict=True
        ):
            if counts.frequency(term):
                key = term_hash(term)
                weights[key] = weights.get(key, 0.0) + weight * rarity
        if not weights:
            return None
        indices = sorted(weights)
        sparse = models.SparseVector(indices=indices, values=[weights[key] for key in indices])
        limit = FOREIGN_CANDIDATES if foreign else CANDIDATES
        chosen, payload = self._filter(language, filters), [PASSAGE, SCORED]
        if vector is None:
            return models.QueryRequest(query=sparse, using=TERMS, filter=chosen, limit=limit, with_payload=payload)
        return models.QueryRequest(
            prefetch=models.Prefetch(query=sparse, using=TERMS, filter=chosen, limit=limit),
            query=_shortened(vector),
            using=DENSE,
            limit=limit,
            with_payload=payload,
        )

    def _near(self, language: str, vector: NDArray[np.float32], filters: Filters, limit: int) -> QueryRequest:
        from qdrant_client import models

        chosen = self._filter(language, filters)
        return models.QueryRequest(
            query=_shortened(vector), using=DENSE, filter=chosen, limit=limit, with_payload=[PASSAGE]
        )

    def _everything(
        self, language: str, vector: NDArray[np.float32] | None, filters: Filters, limit: int
    ) -> QueryRequest:
        """All passages that the filters allow: where they are few, words need not find them."""
        from qdrant_client import models

        return models.QueryRequest(
            query=None if vector is None else _shortened(vector),
            using=None if vector is None else DENSE,
            filter=self._filter(language, filters),
            limit=limit,
            with_payload=[PASSAGE, SCORED],
        )

    def _allowed(self, languages: Sequence[str], filters: Filters) -> dict[str, int]:
        """How many passages of each language the filters allow: the one more request that a filtered question takes."""
        with self._connection.asking() as client:
            found = client.facet(
                self._collection, LANGUAGE, facet_filter=self._filter(None, filters), limit=1000, exact=True
            )
        counts = {str(hit.value): hit.count for hit in found.hits}
        return {language: counts.get(language, 0) for language in languages}

    def _ask(self, requests: Mapping[tuple[str, bool], QueryRequest]) -> dict[tuple[str, bool], list[_Candidate]]:
        if not requests:
            return {}
        with self._connection.asking() as client:
            answers = client.query_batch_points(self._collection, list(requests.values()))
        return {
            key: [
                _candidate(key[0], one, self._scale if requests[key].using == DENSE else 0.0) for one in answer.points
            ]
            for key, answer in zip(requests, answers, strict=True)
        }

    def _chosen(self, found: Mapping[tuple[str, bool], list[_Candidate]]) -> dict[str, list[_Candidate]]:
        """What words found of each language; where that is little, what is nearest to it as well."""
        chosen: dict[str, list[_Candidate]] = {}
        for (language, by_words), some in found.items():
            mine = chosen.setdefault(language, [])
            few = len(mine) < min(FEW, self._words.count(language)) or not self._subwords
            if by_words or few:
                ids = {one.id for one in mine}
                mine += [one for one in some if one.id not in ids]
        return chosen

    def _pool(self, terms: QuestionTerms, asked: Asked, chosen: Mapping[str, list[_Candidate]]) -> Pool:
        found = [one for some in chosen.values() for one in some]
        if not found:
            return NOTHING
        groups = []
        for language, some in chosen.items():
            foreign = language != terms.language
            rarities = self._words.rarities(language, asked.sought[foreign].terms)
            average = self._words.statistics[language].average_length
            groups.append(asked.group(foreign, rarities, average, len(some)))
        packed = gathered([one.scored for one in found], [one.cosine for one in found])
        ids = [one.id for one in found]
        return Pool(
            languages=[one.language for one in found],
            lexical=scoring.score(asked.keys, groups, packed, self._weights),
            cosines=packed.cosines.astype(np.float64),
            ids=lambda places: [ids[place] for place in places],
        )

    def _filter(self, language: str | None, filters: Filters) -> Filter:
        from qdrant_client import models

        wanted = (
            (LANGUAGE, [language] if language else []),
            (DOCUMENT, sorted(filters.documents)),
            (SPEAKER, sorted(speaker.casefold() for speaker in filters.speakers)),
        )
        return models.Filter(
            must=[models.FieldCondition(key=key, match=models.MatchAny(any=some)) for key, some in wanted if some]
        )


def _candidate(language: str, point: Any, scale: float) -> _Candidate:
    payload = point.payload or {}
    scored = scored_of(payload) if SCORED in payload else NO_TERMS
    return _Candidate(str(payload[PASSAGE]), language, float(point.score) * scale, scored)


def _shortened(vector: NDArray[np.float32]) -> list[float]:
    """A vector in so many decimals as count: it is sent as text, once for each language."""
    return [round(value, 6) for value in vector.tolist()]
