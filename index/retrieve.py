"""From a question to ranked passages: both legs, their scores fused, every language given its share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.analysis import Analyzer, QuestionTerms
from index.embedding import Embedding, embed_question
from index.errors import IndexUnavailable
from index.lexical import FEW, Candidates, LexicalIndex
from index.records import Filters, Hit, Passage
from index.reranking import RERANKED, Reranker

# The vector leg counts this much of the lexical one where both are in the question's language, and across languages.
OWN_VECTORS, FOREIGN_VECTORS = 0.5, 0.25
# Cosines count as shares of the best one, or of this where none is as good: the best of nothing is nothing.
LEAST_COSINE = 0.4
CANDIDATES = 100
# Searches for one question while documents are being exchanged under it; each change of the indexes allows one more.
MAX_ATTEMPTS = 5
# Of a result of n passages, n // SHARE places are kept for every language that has candidates.
SHARE = 10


class Passages(Protocol):
    """Where passages are read from: the record."""

    def passages(self, ids: Sequence[str]) -> Mapping[str, Passage]:
        """The passages of these ids; unknown ids are left out."""
        ...


class Vectors(Protocol):
    """Whatever finds the passages nearest to a vector, by language, nearest first."""

    def search(
        self, vector: NDArray[np.float32], languages: Sequence[str] = (), limit: int = 100
    ) -> Mapping[str, Sequence[tuple[str, float]]]:
        """(passage id, cosine) by language."""
        ...


@dataclass(slots=True)
class _Pool:
    """What both legs have found: passage i has the language `languages[i]`, and its two scores. Shapes (n,)."""

    languages: list[str]
    lexical: NDArray[np.float64]
    cosines: NDArray[np.float64]
    ids: Callable[[Sequence[int]], list[str]]


class Retriever:
    """Searches both legs; where one of them is broken, the other goes on alone."""

    def __init__(
        self,
        record: Passages,
        lexical: LexicalIndex,
        vectors: Vectors | None,
        embedding: Embedding | None,
        analyzer: Analyzer,
        newest: Callable[[], Retriever] | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        """Take the parts. `newest` returns the search over the indexes as they are now, this one or a later."""
        self._record = record
        self._newest = newest
        self._lexical = lexical
        self._vectors = vectors
        self._embedding = embedding
        self._analyzer = analyzer
        self._reranker = reranker

    def search(
        self,
        question: QuestionTerms | str,
        *,
        language: str,
        limit: int = 20,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> list[Hit]:
        """The best passages, best first; scores are comparable within one search.

        Args:
            language: the question's language; every language is searched unless `filters` says otherwise.

        Raises:
            IndexUnavailable: both legs are broken, or the record cannot be read.
        """
        terms = self._analyzer.question(question, language) if isinstance(question, str) else question
        retriever = self
        for _ in range(MAX_ATTEMPTS):
            hits, complete = retriever._search(terms, limit, filters)
            newest = self._newest() if self._newest and not complete else retriever
            if newest is retriever:
                break
            retriever = newest
        return hits

    def _search(self, terms: QuestionTerms, limit: int, filters: Filters) -> tuple[list[Hit], bool]:
        """The hits, and whether the record still had every passage that the indexes found."""
        pool, broken = _Pool([], np.zeros(0), np.zeros(0), lambda places: []), []
        try:
            terms = self._lexical.correct(terms)
            pool = _pooled(self._lexical.search(terms, tuple(filters.languages), CANDIDATES, filters))
        except IndexUnavailable as error:
            self._lexical.failed = True
            broken.append(error)
        try:
            pool = self._with_vectors(pool, terms, filters, alone=bool(broken))
        except IndexUnavailable as error:
            broken.append(error)
        if len(broken) == 2:
            raise broken[0]
        fused = _fused(pool, terms.language)
        if self._reranker is not None:
            fused = self._reranked(self._reranker, terms.text, pool, fused)
        return self._hits(pool, fused, limit, filters)

    def _with_vectors(self, pool: _Pool, terms: QuestionTerms, filters: Filters, *, alone: bool) -> _Pool:
        """The nearest passages by vector; the subword vectors only where the words found little (decision 0104)."""
        if self._vectors is None or self._embedding is None:
            if alone:
                raise IndexUnavailable("expected a vector index, found none")
            return pool
        languages = self._vector_languages(pool, filters, alone=alone)
        if languages is None:
            return pool
        found = self._vectors.search(embed_question(self._embedding, terms.text), languages, CANDIDATES)
        if not self._embedding.name.startswith("subword"):
            pool = _without_subwords(pool, found)
        return _added(pool, found)

    def _vector_languages(self, pool: _Pool, filters: Filters, *, alone: bool) -> tuple[str, ...] | None:
        """Where to search by vector: () for everywhere, None for nowhere."""
        wanted = tuple(sorted(filters.languages))
        if alone or self._embedding is None or not self._embedding.name.startswith("subword"):
            return wanted
        if filters.documents or filters.speakers:
            # The vectors' index knows no filters, and of few passages all have been compared (decision 1001).
            return None
        counts = Counter(pool.languages)
        # Of a language that is in the pool as a whole everything has been compared.
        few = tuple(
            language
            for language in wanted or self._lexical.languages
            if counts[language] < min(FEW, self._lexical.count(language))
        )
        return few or None

    def _reranked(
        self, reranker: Reranker, question: str, pool: _Pool, fused: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The first passages in a model's order; the scores change hands: what follows is fitted to their range."""
        first = np.argsort(-fused, kind="stable")[:RERANKED].tolist()
        judged = reranker.rank(question, {place: one.text for place, one in self._passages(pool, first).items()})
        exchanged = fused.copy()
        exchanged[judged] = -np.sort(-fused[judged])
        return exchanged

    def _hits(self, pool: _Pool, fused: NDArray[np.float64], limit: int, filters: Filters) -> tuple[list[Hit], bool]:
        order = np.argsort(-fused, kind="stable").tolist()
        narrowed = bool(filters.documents or filters.speakers)
        chosen = order[:limit] if narrowed else _with_shares(order, pool.languages, limit)
        passages = self._passages(pool, chosen)
        complete = len(passages) == len(chosen)
        allowed = sum(_allowed(passage, filters) for passage in passages.values())
        if allowed < min(limit, len(order)):
            # Documents are being exchanged: the indexes know two versions of them, the record one. Or the vectors found
            # what the filters refuse. All are read at once, so that they are of one moment, and those that are not
            # there take nobody's place.
            passages = self._passages(pool, order)
            left = [place for place in order if place in passages and _allowed(passages[place], filters)]
            chosen = left[:limit] if narrowed else _with_shares(left, pool.languages, limit)
        return [
            Hit(
                passage=passages[place],
                score=float(fused[place]),
                rank=rank,
                legs={"lexical": float(pool.lexical[place]), "vectors": float(pool.cosines[place])},
            )
            for rank, place in enumerate(chosen, start=1)
        ], complete

    def _passages(self, pool: _Pool, places: Sequence[int]) -> dict[int, Passage]:
        """The passages at these places of the pool, in one read; those that the record does not have are left out."""
        ids = pool.ids(places)
        found = self._record.passages(ids)
        return {place: found[id_] for place, id_ in zip(places, ids, strict=True) if id_ in found}


def _without_subwords(pool: _Pool, near: Mapping[str, Sequence[tuple[str, float]]]) -> _Pool:
    """Two embeddings' cosines do not compare: what is not among the nearest is as near as the last of them at most."""
    least = {language: pairs[-1][1] if len(pairs) >= CANDIDATES else 0.0 for language, pairs in near.items()}
    return replace(pool, cosines=np.array([least.get(language, 0.0) for language in pool.languages]))


def _pooled(found: Candidates) -> _Pool:
    languages = [found.languages[group] for group in found.groups.tolist()]
    return _Pool(languages, found.scores, found.cosines.astype(np.float64), found.ids)


def _added(pool: _Pool, near: Mapping[str, Sequence[tuple[str, float]]]) -> _Pool:
    """The pool with what the vectors found, by id."""
    ids = pool.ids(range(len(pool.languages)))
    languages = list(pool.languages)
    places = {id_: place for place, id_ in enumerate(ids)}
    cosines = pool.cosines.tolist()
    for language, pairs in near.items():
        for id_, cosine in pairs:
            if id_ in places:
                cosines[places[id_]] = cosine
            else:
                places[id_] = len(ids)
                ids.append(id_)
                languages.append(language)
                cosines.append(cosine)
    lexical = np.concatenate([pool.lexical, np.zeros(len(ids) - len(pool.lexical))])
    return _Pool(languages, lexical, np.array(cosines, dtype=np.float64), lambda some: [ids[place] for place in some])


def _fused(pool: _Pool, language: str) -> NDArray[np.float64]:
    """The score of each passage: each leg divided by its maximum, the vectors at their weight."""
    top_lexical = float(pool.lexical.max(initial=0.0)) or 1.0
    top_cosine = float(pool.cosines.max(initial=LEAST_COSINE))
    weights = np.array([OWN_VECTORS if one == language else FOREIGN_VECTORS for one in pool.languages])
    fused: NDArray[np.float64] = pool.lexical / top_lexical + weights * np.maximum(0.0, pool.cosines) / top_cosine
    return fused


def _with_shares(order: Sequence[int], languages: Sequence[str], limit: int) -> list[int]:
    """The best `limit`, in which every language keeps its share: its best take the places of the worst of others."""
    share = limit // SHARE
    chosen = list(order[:limit])
    counts = Counter(languages[place] for place in chosen)
    for candidate in order[limit:]:
        language = languages[candidate]
        if counts[language] >= share:
            continue
        out = next((at for at in range(len(chosen) - 1, -1, -1) if counts[languages[chosen[at]]] > share), None)
        if out is None:
            break
        counts[languages[chosen.pop(out)]] -= 1
        counts[language] += 1
        chosen.append(candidate)
    rank = {place: at for at, place in enumerate(order)}
    return sorted(chosen, key=rank.__getitem__)


def _allowed(passage: Passage, filters: Filters) -> bool:
    speakers = {speaker.casefold() for speaker in filters.speakers}
    return (
        (not filters.languages or passage.language in filters.languages)
        and (not filters.documents or passage.document_id in filters.documents)
        and (not speakers or (passage.speaker.name or "").casefold() in speakers)
    )


def diversify(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """The hits in rounds over documents and speakers: the best of each voice first, then the second best, …"""
    voices: dict[tuple[str, str | None, int], list[Hit]] = {}
    for hit in hits:
        passage = hit.passage
        voices.setdefault((passage.document_id, passage.speaker.name, passage.number), []).append(hit)
    chosen: list[Hit] = []
    turn = 0
    while len(chosen) < limit and any(turn < len(voice) for voice in voices.values()):
        chosen += sorted((voice[turn] for voice in voices.values() if turn < len(voice)), key=lambda hit: -hit.score)
        turn += 1
    return [
        Hit(passage=hit.passage, score=hit.score, rank=rank, legs=hit.legs)
        for rank, hit in enumerate(chosen[:limit], start=1)
    ]
