"""The vector index: Chroma, one collection a language. With `index.chroma` the only module that knows Chroma.

A folder, or a set of collections on a server, is written once, from the record, and then only read: Chroma loses whole
collections when it is killed while it writes, and two processes must not have a folder open of which one writes
(docs/decisions/0203). What has changed since is searched exactly, by `index.nearest`.
"""

from __future__ import annotations

import weakref
from collections.abc import Collection as Names
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from index.chroma import Place, Server, close_client, explained, listed, names, never_embeds, open_client, prefix_of
from index.errors import IndexUnavailable, unwritable

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

    from index.versions import VectorBatch

FloatArray = npt.NDArray[np.float32]
# Chroma refuses more rows in a call (get_max_batch_size); it comes from SQLite's limit on bound values.
MAX_BATCH = 5461
# How many candidates a search keeps. With Chroma's own 100 it found .86 of the hundred nearest of 12,000 subword
# vectors, with 200 .95, for 1.5 ms more.
EF_SEARCH = 200
COUNT, LANGUAGES = "vectors", "languages"
"""What a collection is said to hold when it is whole, and of how many collections its index is made."""


class VectorSearch(Protocol):
    """Whatever finds the passages nearest to a vector."""

    def search(
        self, vector: FloatArray, languages: Iterable[str] = (), limit: int = 100
    ) -> dict[str, list[tuple[str, float]]]:
        """Return (passage id, cosine) by language, nearest first."""
        ...


class VectorIndex:
    """An index of Chroma's, opened for searching. Safe to use from several threads."""

    def __init__(self, place: Place) -> None:
        """Open what `write` made.

        Raises:
            IndexUnavailable: there is none, or Chroma cannot open it.
        """
        if isinstance(place, Path) and not (place / "chroma.sqlite3").is_file():
            raise IndexUnavailable(f"expected a vector index in {place}, found none")
        self.place = place
        prefix = prefix_of(place)
        client = open_client(place)
        # Not __del__: the client has to outlive searches of other threads, and to be closed when the last one ends.
        self._finalizer = weakref.finalize(self, close_client, client)
        with explained(place):
            self._collections: dict[str, Collection] = {
                name.removeprefix(prefix): client.get_collection(name, embedding_function=never_embeds())
                for name in names(client, prefix)
            }

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that there is a collection of."""
        return tuple(sorted(self._collections))

    def count(self) -> dict[str, int]:
        """How many vectors there are, by language."""
        with explained(self.place):
            return {language: collection.count() for language, collection in self._collections.items()}

    def search(
        self, vector: FloatArray, languages: Iterable[str] = (), limit: int = 100
    ) -> dict[str, list[tuple[str, float]]]:
        """Return (passage id, cosine) by language, nearest first.

        Args:
            vector: (dimensions,); a vector of length 0 is near to nothing.
            languages: where to search; everywhere when empty. Languages without passages are left out.
            limit: how many of each language at most.

        Raises:
            IndexUnavailable: whatever goes wrong inside Chroma.
        """
        if limit < 1 or not np.any(vector):
            return {}
        wanted = [language for language in (languages or self.languages) if language in self._collections]
        with explained(self.place):
            return {language: self._nearest(self._collections[language], vector, limit) for language in wanted}

    def close(self) -> None:
        """Close Chroma; afterwards this object cannot be searched."""
        self._finalizer()

    @staticmethod
    def _nearest(collection: Collection, vector: FloatArray, limit: int) -> list[tuple[str, float]]:
        # Never `where`, never texts: the one is a thousand times slower, the other downloads a model (DESIGN 2, 10).
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        found = collection.query(query_embeddings=query, n_results=limit, include=["distances"])
        distances = found["distances"]
        if distances is None:
            raise IndexUnavailable("expected distances from Chroma, found none")
        return [(name, 1.0 - float(distance)) for name, distance in zip(found["ids"][0], distances[0], strict=True)]


def write(place: Place, batches: Iterable[VectorBatch], counts: Mapping[str, int]) -> None:
    """Write a new vector index, into an empty or missing folder or under a prefix of its own, and close it.

    Args:
        batches: every vector, with its passage's id and language; lengths do not matter.
        counts: how many vectors there are of each language.

    Raises:
        IndexUnavailable: the place cannot be written, or Chroma fails, or the counts were wrong.
    """
    if isinstance(place, Path):
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(f"cannot write the vector index to {place}", error) from None
    client, prefix = open_client(place), prefix_of(place)
    try:
        with explained(place):
            for name in names(client, prefix):  # Of a process that was ended while it wrote.
                client.delete_collection(name)
            wanted = {name: count for name, count in counts.items() if count}
            collections = {name: _create(client, prefix + name, count, len(wanted)) for name, count in wanted.items()}
            for batch in batches:
                _add(collections, batch)
            for name, collection in collections.items():
                _check_written(place, name, collection, counts[name])
    finally:
        close_client(client)


def _create(client: Client, name: str, count: int, languages: int) -> Collection:
    # Chroma writes its graph to disk after `sync_threshold` rows, else every later process builds it anew, and writes
    # while it only searches. With the number of rows as the threshold it is written once, at the end.
    return client.create_collection(
        name,
        embedding_function=None,
        metadata={COUNT: count, LANGUAGES: languages},
        configuration={"hnsw": {"space": "cosine", "sync_threshold": max(2, count), "ef_search": EF_SEARCH}},
    )


def _add(collections: Mapping[str, Collection], batch: VectorBatch) -> None:
    languages = np.asarray(batch.languages)
    for language in dict.fromkeys(batch.languages):
        places = np.flatnonzero(languages == language)
        for start in range(0, len(places), MAX_BATCH):
            some = places[start : start + MAX_BATCH]
            collections[language].add(ids=[batch.ids[place] for place in some], embeddings=batch.vectors[some])


def _check_written(place: Place, language: str, collection: Collection, expected: int) -> None:
    if expected == 1:  # The threshold is two rows at least: the one row is written again.
        only = collection.get(include=["embeddings"])
        collection.upsert(ids=only["ids"], embeddings=only["embeddings"])
    found = collection.count()
    if found != expected:
        raise IndexUnavailable(f"expected {expected} vectors of {language} in {place}, found {found}")


def complete(server: Server) -> dict[str, dict[str, int]]:
    """The indexes on a server that were written to their end: by name, how many vectors of each language.

    An index's name is what stands between the server's prefix and `-` with the language.

    Raises:
        IndexUnavailable: the server cannot be reached, or refuses.
    """
    client = open_client(server)
    try:
        with explained(server):
            indexes: dict[str, list[tuple[str, Collection]]] = {}
            for collection in listed(client, server.prefix):
                name, _, language = collection.name.removeprefix(server.prefix).rpartition("-")
                indexes.setdefault(name, []).append((language, collection))
            counts = {
                name: {language: collection.count() for language, collection in parts}
                for name, parts in indexes.items()
                if all((part.metadata or {}).get(LANGUAGES) == len(parts) for _, part in parts)
            }
            return {
                name: found
                for name, found in counts.items()
                if all((part.metadata or {}).get(COUNT) == found[language] for language, part in indexes[name])
            }
    finally:
        close_client(client)


def sweep(server: Server, keep: Names[str]) -> None:
    """Remove the indexes on a server whose names begin with its prefix, except those that are to be kept.

    Raises:
        IndexUnavailable: the server cannot be reached, or refuses.
    """
    client = open_client(server)
    kept = tuple(f"{server.prefix}{name}-" for name in keep)
    try:
        with explained(server):
            for name in names(client, server.prefix):
                if not name.startswith(kept):
                    client.delete_collection(name)
    finally:
        close_client(client)
