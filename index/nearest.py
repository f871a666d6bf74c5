"""The passages nearest to a vector, never stale: the vector index, and whatever has changed since it was written.

The index is written once and then only read. Passages of documents that were stored later are compared one by one, and
passages of documents that were changed or removed later are left out, so a change counts from the moment the record
has it, in every process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index import byte_vectors
from index.errors import IndexUnavailable
from index.record import Record
from index.vectors import VectorSearch

FloatArray = npt.NDArray[np.float32]

MAX_COMPARED = 50_000
"""Without a usable index at most so many vectors are compared one by one: 200 MB of 1,024 dimensions, 20 ms each."""
SMALLER = 4
"""… and so many times as many subword vectors, of which a byte a dimension is kept, as in the lexical index."""
READ_AT_ONCE = 500
"""Documents whose vectors are read together."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Passages of one language with their vectors, (n, dimensions), and those vectors' lengths, (n,).

    Those of bytes are as `byte_vectors.as_bytes` makes them; the lengths are of the vectors before.
    """

    ids: tuple[str, ...]
    vectors: npt.NDArray[Any]
    lengths: FloatArray


@dataclass(frozen=True, slots=True)
class _Recent:
    """What has changed in the record between the index's generation and this one."""

    generation: int
    documents: frozenset[str] = frozenset()
    rows: Mapping[str, _Rows] = field(default_factory=dict)


class OpenedIndex(VectorSearch, Protocol):
    """A vector index that is open."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it has vectors of."""
        ...

    def count(self) -> dict[str, int]:
        """How many vectors there are, by language."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class NearestPassages:
    """Searches one embedding's vectors. Safe to use from several threads."""

    def __init__(
        self,
        record: Record,
        embedding: str,
        open_index: Callable[[], OpenedIndex] | None,
        generation: int,
        *,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the parts; nothing is opened before the first search.

        Args:
            record: where the vectors are.
            embedding: the name of the embedding that made them.
            open_index: opens the index; None to compare every vector one by one.
            generation: the record's generation that the index holds, 0 for none.
            on_failure: called once when the index turns out to be unusable; searching goes on without it.
        """
        self._record = record
        self._embedding = embedding
        self._is_small = embedding.startswith("subword")
        self._open_index = open_index
        self._on_failure = on_failure
        self._index: OpenedIndex | None = None
        self._failed = False
        self._recent = _Recent(generation if open_index else 0)
        self._lock = threading.Lock()

    def search(
        self, vector: FloatArray, languages: Iterable[str] = (), limit: int = 100
    ) -> dict[str, list[tuple[str, float]]]:
        """Return (passage id, cosine) by language, nearest first.

        Args:
            vector: (dimensions,); a vector of length 0 is near to nothing.
            languages: where to search; everywhere when empty. Languages without passages are left out.
            limit: how many of each language at most.

        Raises:
            IndexUnavailable: the index is unusable and the record too large to do without it.
        """
        if limit < 1 or not np.any(vector):
            return {}
        wanted = tuple(languages)
        index = self._opened_index()
        recent = self._read_recent()
        found: dict[str, list[tuple[str, float]]] = {}
        if index is not None:
            try:
                found = _search_index(index, vector, wanted, limit, recent.documents)
            except IndexUnavailable:
                self._go_on_without(index)
                recent = self._read_recent()
        for language in wanted or tuple(recent.rows):
            if language in recent.rows:
                near = _compare(recent.rows[language], vector, limit)
                found[language] = sorted(found.get(language, []) + near, key=_order)[:limit]
        return {language: near for language, near in found.items() if near}

    def warm_up(self) -> None:
        """Open the index and read what has changed since, so that the first search need not."""
        self._opened_index()
        self._read_recent()

    @property
    def failed(self) -> bool:
        """Whether the index was found unusable, so that vectors are compared one by one."""
        return self._failed

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            if self._index is not None:
                self._index.close()

    def _opened_index(self) -> OpenedIndex | None:
        with self._lock:
            if self._index is None and self._open_index is not None:
                with suppress(IndexUnavailable):
                    self._index = self._open_index()
            index, failed = self._index, self._index is None and self._open_index is not None
        if failed:
            self._go_on_without(None)
        return index

    def _go_on_without(self, index: OpenedIndex | None) -> None:
        """Compare every vector from now on, and let it be known, once."""
        with self._lock:
            if self._failed or self._index is not index:
                return
            self._failed = True
            # Not closed: other threads may be searching it. It closes when the last of them lets go of it.
            self._index, self._open_index = None, None
            self._recent = _Recent(0)
        self._on_failure()

    def _read_recent(self) -> _Recent:
        with self._lock:
            former = self._recent
            generation, changed = self._record.changed_since(former.generation)
            # Somebody who reads an earlier state of the record must not undo what others have read since.
            if generation > former.generation:
                count = self._record.passages_since(former.generation)
                most = MAX_COMPARED * SMALLER if self._is_small else MAX_COMPARED
                if count > most:
                    raise IndexUnavailable(
                        f"expected a vector index of all but {most} passages, found {count} that are in none"
                    )
                rows = _merge(former.rows, changed, self._added(sorted(changed)))
                self._recent = _Recent(generation, former.documents | changed, rows)
            return self._recent

    def _added(self, documents: Sequence[str]) -> Iterator[tuple[str, _Rows]]:
        """The rows of these documents with their languages. What changes meanwhile is read again the next time."""
        for start in range(0, len(documents), READ_AT_ONCE):
            batch = self._record.vectors_of(self._embedding, documents[start : start + READ_AT_ONCE])
            languages = np.asarray(batch.languages)
            for language in dict.fromkeys(batch.languages):
                places = np.flatnonzero(languages == language)
                vectors = batch.vectors[places]
                lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
                ids = tuple(batch.ids[place] for place in places)
                yield language, _Rows(ids, byte_vectors.as_bytes(vectors) if self._is_small else vectors, lengths)


def document_of(passage_id: str) -> str:
    """Return the document of a passage by its id, `document:start-end:version`."""
    return passage_id.rsplit(":", 2)[0]


def _merge(
    former: Mapping[str, _Rows], changed: frozenset[str], added: Iterable[tuple[str, _Rows]]
) -> dict[str, _Rows]:
    """Leave out the rows of changed documents and take in the added ones."""
    parts: dict[str, list[_Rows]] = {}
    for language, rows in former.items():
        kept = [place for place, name in enumerate(rows.ids) if document_of(name) not in changed]
        if kept:
            parts[language] = [_Rows(tuple(rows.ids[place] for place in kept), rows.vectors[kept], rows.lengths[kept])]
    for language, rows in added:
        parts.setdefault(language, []).append(rows)
    return {language: some[0] if len(some) == 1 else _joined(some) for language, some in sorted(parts.items())}


def _joined(parts: Sequence[_Rows]) -> _Rows:
    return _Rows(
        tuple(id_ for part in parts for id_ in part.ids),
        np.concatenate([part.vectors for part in parts]),
        np.concatenate([part.lengths for part in parts]),
    )


def _search_index(
    index: OpenedIndex, vector: FloatArray, languages: tuple[str, ...], limit: int, stale: frozenset[str]
) -> dict[str, list[tuple[str, float]]]:
    """Search the index for passages of documents that are not stale, asking for more until there are enough."""
    found: dict[str, list[tuple[str, float]]] = {}
    for language in languages or index.languages:
        asked = limit
        while True:
            near = index.search(vector, [language], asked).get(language, [])
            found[language] = [pair for pair in near if document_of(pair[0]) not in stale][:limit]
            if len(found[language]) == limit or len(near) < asked:
                break
            asked *= 4
    return found


def _compare(rows: _Rows, vector: FloatArray, limit: int) -> list[tuple[str, float]]:
    lengths = rows.lengths * float(np.linalg.norm(vector))
    is_small = rows.vectors.dtype == np.int8
    products = byte_vectors.products(rows.vectors, vector) if is_small else rows.vectors @ vector
    cosines = np.divide(products, lengths, out=np.zeros(len(rows.ids), np.float32), where=lengths > 0)
    best = np.argsort(-cosines, kind="stable")[:limit]
    return [(rows.ids[place], float(cosines[place])) for place in best]


def _order(pair: tuple[str, float]) -> tuple[float, str]:
    return -pair[1], pair[0]
