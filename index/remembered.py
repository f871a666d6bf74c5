"""Remembers what was read of the record, for as long as its documents stay as they are.

SQLite tells within some microseconds whether anybody has committed anything since it was last asked; a statement by way
of SQLAlchemy takes half a millisecond, most of it to begin and end a transaction and to bind twenty ids. So what is not
remembered is read by the connection that watches. Other databases do not tell, and nothing is remembered of them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, Select
from sqlalchemy.dialects.sqlite import dialect

from index.recent import Recent

T = TypeVar("T")

MAX_REMEMBERED = 10_000
"""Of each kind: passages of some 1.5 kB."""


MAX_IDS = 200
"""Ids of a statement that is kept: a result has twenty, or as many as somebody asked for."""


class Remembered(Generic[T]):
    """What has been read of one generation of the record, by id. Safe to use from several threads."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._state: tuple[int, Recent[str, T]] = (-1, Recent(MAX_REMEMBERED))

    def get(self, ids: Sequence[str], read: Callable[[Sequence[str]], Mapping[str, T]]) -> dict[str, T]:
        """What `read` returns for these ids, all of one moment; it is asked for those that are not remembered only."""
        generation = self._watched.generation()
        if generation is None:
            return dict(read(ids))
        remembered_of, known = self._state
        if generation != remembered_of:
            # Not emptied: another thread may still be reading, and must not put what is older into the new one.
            known = Recent(MAX_REMEMBERED)
            self._state = generation, known
        there, missing = _divided(ids, known)
        if missing:
            found = read(missing)
            if self._watched.generation() != generation:
                return dict(read(ids))
            for id_, one in found.items():
                known[id_] = there[id_] = one
        return {id_: there[id_] for id_ in ids if id_ in there}


def _divided(ids: Sequence[str], known: Recent[str, T]) -> tuple[dict[str, T], list[str]]:
    """What is remembered of these ids, and those of which nothing is."""
    there: dict[str, T] = {}
    missing: list[str] = []
    for id_ in ids:
        try:
            there[id_] = known[id_]
        except KeyError:
            missing.append(id_)
    return there, missing


class Watched:
    """The generation of a record in an SQLite file, read again only when something was committed to the file."""

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock()
        self._connection: Any = engine.raw_connection() if engine.dialect.name == "sqlite" else None
        self._version = -1
        self._generation: int | None = None

    def generation(self) -> int | None:
        """The record's generation; None where nobody can tell whether it is still the same."""
        with self._lock:
            if self._connection is None:
                return None
            # https://sqlite.org/pragma.html#pragma_data_version: differs after any other connection's commit.
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version != self._version or self._generation is None:
                # On this connection: a thread of another one may be reading an earlier state of the record.
                self._generation = int(self._connection.execute("SELECT generation FROM meta").fetchone()[0])
                self._version = version
            return self._generation

    def found(self, query: Select[Any], ids: Sequence[str]) -> list[tuple[Any, ...]] | None:
        """The rows of a query that `selecting.named` made, of one moment, with JSON as it is stored.

        None where they are to be read in the ordinary way, which also says what is wrong where something is.
        """
        if len(ids) > MAX_IDS:
            return None
        with self._lock:
            if self._connection is None:
                return None
            try:
                rows: list[tuple[Any, ...]] = self._connection.execute(_written(query, len(ids)), ids).fetchall()
            except sqlite3.Error:
                return None
            return rows

    def close(self) -> None:
        """Close the connection; nothing is remembered any more."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


@lru_cache(maxsize=2 * MAX_IDS)
def _written(query: Select[Any], count: int) -> str:
    """A query for so many ids as SQLite reads it."""
    some = query.params(ids=[""] * count)
    return str(some.compile(dialect=dialect(), compile_kwargs={"render_postcompile": True}))
