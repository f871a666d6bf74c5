"""From a question to ranked passages: both legs, their scores fused, every language given its share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.analysis import Analyzer, QuestionTerms
from index.pool import Finder, Pool
from index.records import Filters, Hit, Passage
from index.reranking import RERANKED, Reranker

# The vector leg counts this much of the lexical one where both are in the question's language, and across languages.
OWN_VECTORS, FOREIGN_VECTORS = 0.5, 0.25
# Cosines count as shares of the best one, or of this where none is as good: the best of nothing is nothing.
LEAST_COSINE = 0.4
# Searches for one question while documents are being exchanged under it; each change of the indexes allows one more.
MAX_ATTEMPTS = 5
# Scores nearer than this to one another are the same: engines add up the same numbers in other orders.
TIE = 1e-6
# Of a result of n passages, n // SHARE places are kept for every language that has candidates.
SHARE = 10


class Passages(Protocol):
    """Where passages are read from: the record."""

    def passages(self, ids: Sequence[str]) -> Mapping[str, Passage]:
        """The passages of these ids; unknown ids are left out."""
        ...


class Retriever:
    """Ranks what both legs find."""

    def __init__(
        self,
        record: Passages,
        finder: Finder,
        analyzer: Analyzer,
        newest: Callable[[], Retriever] | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        """Take the parts. `newest` returns the search over the indexes as they are now, this one or a later."""
        self._record = record
        self._newest = newest
        self._finder = finder
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
            IndexUnavailable: neither leg can be searched, or the record cannot be read.
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
        pool = self._finder.find(terms, filters)
        fused = _fused(pool, terms.language)
        if self._reranker is not None:
            fused = self._reranked(self._reranker, terms.text, pool, fused)
        return self._hits(pool, fused, limit, filters)

    def _reranked(
        self, reranker: Reranker, question: str, pool: Pool, fused: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The first passages in a model's order; the scores change hands: what follows is fitted to their range."""
        first = np.argsort(-fused, kind="stable")[:RERANKED].tolist()
        judged = reranker.rank(question, {place: one.text for place, one in self._passages(pool, first).items()})
        exchanged = fused.copy()
        exchanged[judged] = -np.sort(-fused[judged])
        return exchanged

    def _hits(self, pool: Pool, fused: NDArray[np.float64], limit: int, filters: Filters) -> tuple[list[Hit], bool]:
        order = _ordered(pool, fused, 2 * limit)
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

    def _passages(self, pool: Pool, places: Sequence[int]) -> dict[int, Passage]:
        """The passages at these places of the pool, in one read; those that the record does not have are left out."""
        ids = pool.ids(places)
        found = self._record.passages(ids)
        return {place: found[id_] for place, id_ in zip(places, ids, strict=True) if id_ in found}


def _fused(pool: Pool, language: str) -> NDArray[np.float64]:
    """The score of each passage: each leg divided by its maximum, the vectors at their weight."""
    top_lexical = float(pool.lexical.max(initial=0.0)) or 1.0
    top_cosine = float(pool.cosines.max(initial=LEAST_COSINE))
    own = np.fromiter(map(language.__eq__, pool.languages), dtype=bool, count=len(pool.languages))
    weights = np.where(own, OWN_VECTORS, FOREIGN_VECTORS)
    fused: NDArray[np.float64] = pool.lexical / top_lexical + weights * np.maximum(0.0, pool.cosines) / top_cosine
    return fused


def _ordered(pool: Pool, fused: NDArray[np.float64], looked_at: int) -> list[int]:
    """The places, best first; of the first ones those that are as good as one another by id, whatever the engine."""
    order: list[int] = np.argsort(-fused, kind="stable").tolist()
    first = fused[order[:looked_at]]
    ties = np.flatnonzero(first[:-1] - first[1:] < TIE)
    if len(ties):
        for run in np.split(ties, np.flatnonzero(np.diff(ties) > 1) + 1):
            start, end = int(run[0]), int(run[-1]) + 2
            named = sorted(zip(pool.ids(order[start:end]), order[start:end], strict=True))
            order[start:end] = [place for _, place in named]
    return order


def _with_shares(order: Sequence[int], languages: Sequence[str], limit: int) -> list[int]:
    """The best `limit`, in which every language keeps its share: its best take the places of the worst of others."""
    share = limit // SHARE
    chosen = list(order[:limit])
    counts = Counter(languages[place] for place in chosen)
    lacking = {language for language in set(languages) if counts[language] < share}
    for candidate in order[limit:]:
        language = languages[candidate]
        if not lacking:
            break
        if language not in lacking:
            continue
        out = next((at for at in range(len(chosen) - 1, -1, -1) if counts[languages[chosen[at]]] > share), None)
        if out is None:
            break
        counts[languages[chosen.pop(out)]] -= 1
        counts[language] += 1
        if counts[language] >= share:
            lacking.remove(language)
        chosen.append(candidate)
    return chosen


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
