"""Searching for passages alone, without an answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from index.library import Library
from index.records import DocumentInfo, Filters, Hit
from service.asked_before import AskedBefore
from service.right_of_way import RightOfWay
from service.watch import Watch

SHORT_SECONDS = 0.005
"""Of the processor. A search that takes no longer may be worked out where others wait for it: as long as Python lets a
thread keep the interpreter from others if nobody says otherwise. To hand it to a thread and back takes .3 ms."""
SHORT_ONES = 10
"""So many searches in a row have to be short before the next one is taken for short, too."""


@dataclass(frozen=True, slots=True)
class Found:
    """Passages for a query, best first, with what is known of their documents."""

    hits: tuple[Hit, ...]
    documents: Mapping[str, DocumentInfo]
    language: str


class Searching:
    """Searches an opened library, and remembers what it found. Safe to use from several threads."""

    def __init__(self, library: Library, watch: Watch, way: RightOfWay) -> None:
        self._library = library
        self._way = way
        self._watch = watch
        self._searched: AskedBefore[Found] = AskedBefore(library)
        self._short = 0

    def search(self, query: str, limit: int, filters: Filters) -> Found:
        """The passages nearest to `query`, best first."""
        # Nobody stands aside for a search that waits for a model or a database elsewhere.
        way = nullcontext() if self._library.moment() is None else self._way.taken()
        with self._watch.stage("retrieve"), way:
            found = self._searched.get((query, limit, filters), lambda: self._search(query, limit, filters))
        self._watch.found(found.hits)
        return found

    def known(self, query: str, limit: int, filters: Filters) -> Found | None:
        """What `search` would return, if it was asked the same before and nothing has changed: never waits."""
        found = self._searched.known((query, limit, filters))
        if found is not None:
            with self._watch.stage("retrieve"):
                self._watch.found(found.hits)
        return found

    @property
    def is_short(self) -> bool:
        """Whether the next search will take so little time, as far as the last ones tell, that it needs no thread.

        Not beside an answer, which would take turns with it while all others wait for both.
        """
        return self._short >= SHORT_ONES and self._way.is_clear and self._library.moment(at_once=True) is not None

    def _search(self, query: str, limit: int, filters: Filters) -> Found:
        library, began = self._library, time.thread_time()
        short, self._short = self._short, 0  # Also for one that fails, which may have waited long before.
        language = library.detector.detect(query).language
        hits = library.retriever.search(query, language=language, limit=limit, filters=filters)
        documents = library.record.info({hit.passage.document_id for hit in hits})
        self._short = short + 1 if time.thread_time() - began <= SHORT_SECONDS else 0
        # One that has been removed just now is not shown any more.
        return Found(tuple(hit for hit in hits if hit.passage.document_id in documents), documents, language)
