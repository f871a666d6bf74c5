"""From a question to ranked passages: both legs, their scores fused, every language given its share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.analysis import Analyzer, QuestionTerms
from index.embedding import Embedding, embed_question
from index.errors import IndexUnavailable
from index.lexical import LexicalIndex
from index.records import Filters, Hit, Passage

# The vector leg counts this much of the lexical one where both are in the question's language, and across languages.
OWN_VECTORS, FOREIGN_VECTORS = 0.5, 0.25
# Cosines count as shares of the best one, or of this where none is as good: the best of nothing is nothing.
LEAST_COSINE = 0.4
CANDIDATES = 100
# A language with fewer lexical candidates than this is also searched by the subword vectors.
FEW = 20
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
class _Scored:
    language: str
    lexical: float = 0.0
    cosine: float = 0.0


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
    ) -> None:
        """Take the parts. `newest` returns the search over the indexes as they are now, this one or a later."""
        self._record = record
        self._newest = newest
        self._lexical = lexical
        self._vectors = vectors
        self._embedding = embedding
        self._analyzer = analyzer

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
        scored: dict[str, _Scored] = {}
        broken: list[IndexUnavailable] = []
        try:
            terms = self._lexical.correct(terms)
            self._add_lexical(scored, terms, filters)
        except IndexUnavailable as error:
            broken.append(error)
        try:
            self._add_vectors(scored, terms, filters, alone=bool(broken))
        except IndexUnavailable as error:
            broken.append(error)
        if len(broken) == 2:
            raise broken[0]
        return self._hits(_fused(scored, terms.language), limit, filters)

    def _add_lexical(self, scored: dict[str, _Scored], terms: QuestionTerms, filters: Filters) -> None:
        for language, hits in self._lexical.search(terms, tuple(filters.languages), CANDIDATES, filters).items():
            for hit in hits:
                scored[hit.id] = _Scored(language, hit.score, hit.cosine)

    def _add_vectors(self, scored: dict[str, _Scored], terms: QuestionTerms, filters: Filters, *, alone: bool) -> None:
        """The nearest passages by vector; the subword vectors only where the words found little (decision 0104)."""
        if self._vectors is None or self._embedding is None:
            if alone:
                raise IndexUnavailable("expected a vector index, found none")
            return
        languages = self._vector_languages(scored, filters, alone=alone)
        if languages is None:
            return
        found = self._vectors.search(embed_question(self._embedding, terms.text), languages, CANDIDATES)
        if not self._embedding.name.startswith("subword"):
            _forget_subwords(scored, found)
        for language, near in found.items():
            for id_, cosine in near:
                scored.setdefault(id_, _Scored(language)).cosine = cosine

    def _vector_languages(
        self, scored: Mapping[str, _Scored], filters: Filters, *, alone: bool
    ) -> tuple[str, ...] | None:
        """Where to search by vector: () for everywhere, None for nowhere."""
        wanted = tuple(sorted(filters.languages))
        if alone or self._embedding is None or not self._embedding.name.startswith("subword"):
            return wanted
        counts: dict[str, int] = dict.fromkeys(wanted or self._lexical.languages, 0)
        for one in scored.values():
            counts[one.language] = counts.get(one.language, 0) + 1
        few = tuple(language for language, count in counts.items() if count < FEW)
        return few or None

    def _hits(
        self, fused: Sequence[tuple[str, float, _Scored]], limit: int, filters: Filters
    ) -> tuple[list[Hit], bool]:
        narrowed = bool(filters.documents or filters.speakers)
        chosen = list(fused) if narrowed else _with_shares(fused, limit)
        passages = self._record.passages([id_ for id_, _, _ in chosen])
        complete = len(passages) == len(chosen)
        if not complete and not narrowed:
            # Documents are being exchanged: the indexes know two versions of them, the record one. All are read at
            # once, so that they are of one moment, and those that are not there take nobody's place.
            passages = self._record.passages([id_ for id_, _, _ in fused])
            chosen = _with_shares([one for one in fused if one[0] in passages], limit)
        hits: list[Hit] = []
        for id_, score, legs in chosen:
            passage = passages.get(id_)
            if passage is None or not _allowed(passage, filters):
                continue
            found = {"lexical": legs.lexical, "vectors": legs.cosine}
            hits.append(Hit(passage=passage, score=score, rank=len(hits) + 1, legs=found))
            if len(hits) == limit:
                break
        return hits, complete


def _forget_subwords(scored: Mapping[str, _Scored], found: Mapping[str, Sequence[tuple[str, float]]]) -> None:
    """Two embeddings' cosines do not compare: what is not among the nearest is as near as the last of them at most."""
    for one in scored.values():
        near = found.get(one.language, ())
        one.cosine = near[-1][1] if len(near) >= CANDIDATES else 0.0


def _fused(scored: Mapping[str, _Scored], language: str) -> list[tuple[str, float, _Scored]]:
    """(id, score, legs), best first: each leg divided by its maximum, the vectors at their weight."""
    top_lexical = max((one.lexical for one in scored.values()), default=0.0) or 1.0
    top_cosine = max((LEAST_COSINE, *(one.cosine for one in scored.values())))
    fused = []
    for id_, one in scored.items():
        weight = OWN_VECTORS if one.language == language else FOREIGN_VECTORS
        fused.append((id_, one.lexical / top_lexical + weight * max(0.0, one.cosine) / top_cosine, one))
    fused.sort(key=lambda found: -found[1])
    return fused


def _with_shares(fused: Sequence[tuple[str, float, _Scored]], limit: int) -> list[tuple[str, float, _Scored]]:
    """The best `limit`, in which every language keeps its share: its best take the places of the worst of others."""
    share = limit // SHARE
    chosen = list(fused[:limit])
    counts: dict[str, int] = {}
    for _, _, one in chosen:
        counts[one.language] = counts.get(one.language, 0) + 1
    for candidate in fused[limit:]:
        language = candidate[2].language
        if counts.get(language, 0) >= share:
            continue
        place = next((at for at in range(len(chosen) - 1, -1, -1) if counts[chosen[at][2].language] > share), None)
        if place is None:
            break
        counts[chosen.pop(place)[2].language] -= 1
        counts[language] = counts.get(language, 0) + 1
        chosen.append(candidate)
    return sorted(chosen, key=lambda found: -found[1])


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
