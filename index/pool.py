"""What both legs find for a question, before it is ranked; on this machine, one leg after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.analysis import QuestionTerms
from index.embedding import Embedding, embed_question
from index.errors import IndexUnavailable
from index.lexical import FEW, Candidates, LexicalIndex
from index.records import Filters

CANDIDATES = 100


class Vectors(Protocol):
    """Whatever finds the passages nearest to a vector, by language, nearest first."""

    def search(
        self, vector: NDArray[np.float32], languages: Sequence[str] = (), limit: int = 100
    ) -> Mapping[str, Sequence[tuple[str, float]]]:
        """(passage id, cosine) by language."""
        ...


@dataclass(slots=True)
class Pool:
    """What both legs have found: passage i has the language `languages[i]`, and its two scores. Shapes (n,)."""

    languages: list[str]
    lexical: NDArray[np.float64]
    cosines: NDArray[np.float64]
    ids: Callable[[Sequence[int]], list[str]]


NOTHING = Pool([], np.zeros(0), np.zeros(0), lambda places: [])


class Finder(Protocol):
    """Finds the passages that may answer a question, in every language."""

    def find(self, terms: QuestionTerms, filters: Filters) -> Pool:
        """The candidates of both legs with their exact scores, in no order.

        Raises:
            IndexUnavailable: neither leg can be searched.
        """
        ...


class TwoLegs:
    """The lexical index and the vectors; where one of them is broken, the other goes on alone."""

    def __init__(self, lexical: LexicalIndex, vectors: Vectors | None, embedding: Embedding | None) -> None:
        self._lexical = lexical
        self._vectors = vectors
        self._embedding = embedding

    def find(self, terms: QuestionTerms, filters: Filters) -> Pool:
        """See `Finder.find`."""
        pool, broken = NOTHING, []
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
        return pool

    def _with_vectors(self, pool: Pool, terms: QuestionTerms, filters: Filters, *, alone: bool) -> Pool:
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

    def _vector_languages(self, pool: Pool, filters: Filters, *, alone: bool) -> tuple[str, ...] | None:
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
            if counts[language] < FEW and counts[language] < self._lexical.count(language)
        )
        return few or None


def _without_subwords(pool: Pool, near: Mapping[str, Sequence[tuple[str, float]]]) -> Pool:
    """Two embeddings' cosines do not compare: what is not among the nearest is as near as the last of them at most."""
    least = {language: pairs[-1][1] if len(pairs) >= CANDIDATES else 0.0 for language, pairs in near.items()}
    return replace(pool, cosines=np.array([least.get(language, 0.0) for language in pool.languages]))


def _pooled(found: Candidates) -> Pool:
    languages = np.array(found.languages, dtype=object).take(found.groups).tolist()
    return Pool(languages, found.scores, found.cosines.astype(np.float64), found.ids)


def _added(pool: Pool, near: Mapping[str, Sequence[tuple[str, float]]]) -> Pool:
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
    return Pool(languages, lexical, np.array(cosines, dtype=np.float64), lambda some: [ids[place] for place in some])
