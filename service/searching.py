"""Searching for passages alone, without an answer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from index.library import Library
from index.records import DocumentInfo, Filters, Hit
from service.asked_before import AskedBefore
from service.right_of_way import RightOfWay
from service.watch import Watch


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

    def _search(self, query: str, limit: int, filters: Filters) -> Found:
        library = self._library
        language = library.detector.detect(query).language
        hits = library.retriever.search(query, language=language, limit=limit, filters=filters)
        documents = library.record.info({hit.passage.document_id for hit in hits})
        # One that has been removed just now is not shown any more.
        return Found(tuple(hit for hit in hits if hit.passage.document_id in documents), documents, language)
