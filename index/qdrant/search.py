"""The passages in Qdrant, open for searching: always the present collection with its statistics."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.analysis import QuestionTerms
from index.errors import IndexUnavailable
from index.pool import Pool
from index.qdrant.client import NotThere
from index.qdrant.searching import QdrantFinder
from index.qdrant.state import State
from index.qdrant.upkeep import QdrantUpkeep
from index.qdrant.words import QdrantWords
from index.records import Filters
from index.reranking import Reranker
from index.retrieve import Retriever

LOOK_SECONDS = 1.0
"""How long a search may use the statistics, and the name of the collection, as they were."""
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _View:
    """One state with what goes with it."""

    state: State
    words: QdrantWords
    finder: QdrantFinder
    retriever: Retriever


class QdrantSearch:
    """See `index.engine.EngineSearch`. Nothing is asked of Qdrant before the first search."""

    def __init__(self, upkeep: QdrantUpkeep, reranker: Reranker | None = None) -> None:
        self._upkeep = upkeep
        self._reranker = reranker
        self._view: _View | None = None
        self._looked, self._seen = float("-inf"), 0
        self._looking = threading.Lock()

    @property
    def retriever(self) -> Retriever:
        """The search over the passages as they are now."""
        return self._current().retriever

    @property
    def opened(self) -> None:
        """None: the server has to be asked what is there."""
        return None

    @property
    def lexical(self) -> QdrantWords:
        """The words of the passages as they are now."""
        return self._current().words

    @property
    def vectors(self) -> QdrantSearch:
        """The vectors of the passages as they are now."""
        return self

    def search(
        self, vector: NDArray[np.float32], languages: Iterable[str] = (), limit: int = 100
    ) -> dict[str, list[tuple[str, float]]]:
        """See `index.vectors.VectorSearch`."""
        return self._current().finder.nearest(vector, tuple(languages), limit)

    def find(self, terms: QuestionTerms, filters: Filters) -> Pool:
        """See `index.pool.Finder`: in the present collection, also when it has just taken another one's place."""
        view = self._current()
        try:
            return view.finder.find(terms, filters)
        except NotThere:
            newer = self._current(now=True)
            if newer.state.collection == view.state.collection:
                raise
            return newer.finder.find(terms, filters)

    def conditions(self) -> dict[str, str]:
        """The state of each leg: "ok", or what is wrong with it."""
        upkeep = self._upkeep
        try:
            state = self._current(now=True).state
            upkeep.collections.count(state.collection)
        except IndexUnavailable as error:
            return {"lexical": str(error), "vectors": str(error)}
        if state.vectors:
            return {"lexical": "ok", "vectors": "ok"}
        name = upkeep.embedding.name
        made, all_ = (sum(upkeep.record.count(one).values()) for one in (name, None))
        said = f"{name} has made {made} of {all_} vectors; search goes on by words"
        return {"lexical": "ok", "vectors": said}

    def find_faults(self) -> dict[str, str]:
        """Nothing: Qdrant looks after its files, and what it has lost the upkeep finds behind the record."""
        return {}

    def mend(self, faults: Collection[str]) -> None:
        """Bring the passages up to the record."""
        self._upkeep.bring_up_to_date()

    def warm_up(self) -> None:
        """Read the statistics; where Qdrant is away, the first search says so."""
        try:
            self._current()
        except IndexUnavailable:
            return

    @contextmanager
    def pausing(self) -> Iterator[None]:
        """Nothing is done behind the scenes."""
        yield

    def close(self) -> None:
        """Let go of the connection."""
        self._upkeep.connection.close()

    def _newest(self) -> Retriever:
        return self._current(now=True).retriever

    def _current(self, *, now: bool = False) -> _View:
        with self._looking:
            view = self._view
            written = self._upkeep.states.written
            if view is not None and not now and written == self._seen and self._is_fresh():
                return view
            self._view = self._opened(view)
            self._looked, self._seen = time.monotonic(), written
            return self._view

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._looked < LOOK_SECONDS

    def _opened(self, former: _View | None) -> _View:
        """The present view; the former one where nothing has changed."""
        upkeep = self._upkeep
        for left in range(ATTEMPTS - 1, -1, -1):
            state = upkeep.states.read()
            if state is None:
                raise IndexUnavailable(
                    f"expected passages in Qdrant at {upkeep.connection.place}, found none; "
                    "they are written by: kilde index build"
                )
            if former is not None and former.state == state:
                return former
            try:
                return self._view_of(state)
            except NotThere:  # Another process has just summed the statistics up.
                if not left:
                    raise
        raise IndexUnavailable("expected statistics beside the passages in Qdrant, found them replaced all the time")

    def _view_of(self, state: State) -> _View:
        upkeep = self._upkeep
        words = QdrantWords(upkeep.states.statistics(state.parts), upkeep.analyzer)
        finder = QdrantFinder(upkeep.connection, state.collection, words, upkeep.embedding, vectors=state.vectors)
        retriever = Retriever(upkeep.record, self, upkeep.analyzer, self._newest, self._reranker)
        return _View(state, words, finder, retriever)
