"""Remembers what was read of the record, for as long as its documents stay as they are.

SQLite tells within some microseconds whether anybody has committed anything since it was last asked; a statement by way
of SQLAlchemy takes half a millisecond, most of it to begin and end a transaction and to bind twenty ids. So what is not
remembered is read by the connection that watches. Other databases do not tell, and nothing is remembered of them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, Select
from sqlalchemy.dialects.sqlite import dialect

from index.recent import Recent

T = TypeVar("T")

MAX_REMEMBERED = 10_000
"""Of each kind: passages of some 1.5 kB."""
MAX_CHANGED = 1000
"""Documents that have changed of which is known when; with more of them, nothing read before counts any more."""
MAX_IDS = 200
"""Ids of a statement that is kept: a result has twenty, or as many as somebody asked for."""
NEVER = 1 << 62
"""A generation that no record reaches."""
_STATE = (
    "SELECT meta.generation, changes.document_id, changes.generation FROM meta "
    "LEFT JOIN changes ON changes.generation > ? LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A generation of the record, and in which one each document was last changed that was so after `since`."""

    generation: int
    since: int = 0
    changed: Mapping[str, int] = field(default_factory=dict)

    def holds(self, document_id: str, read_at: int) -> bool:
        """Whether a document is now as it was in the generation `read_at`."""
        return self.since <= read_at <= self.generation and self.changed.get(document_id, 0) <= read_at


class Remembered(Generic[T]):
    """What has been read of the record, by id. Safe to use from several threads."""

    def __init__(self, watched: Watched, document_of: Callable[[T], str]) -> None:
        """Take the record's `Watched`, and which document something belongs to: it stays as it is as long as that."""
        self._watched = watched
        self._document_of = document_of
        self._known: Recent[str, tuple[int, T]] = Recent(MAX_REMEMBERED)

    def get(self, ids: Sequence[str], read: Callable[[Sequence[str]], Mapping[str, T]]) -> dict[str, T]:
        """What `read` returns for these ids, all of one moment; it is asked for those that are not remembered only."""
        moment = self._watched.moment()
        if moment is None:
            return dict(read(ids))
        there, missing = self._divided(ids, moment)
        if missing:
            found = read(missing)
            now = self._watched.moment()
            if now is None or now.generation != moment.generation:
                return dict(read(ids))
            for id_, one in found.items():
                there[id_] = one
                self._known[id_] = moment.generation, one
        return {id_: there[id_] for id_ in ids if id_ in there}

    def _divided(self, ids: Sequence[str], moment: Moment) -> tuple[dict[str, T], list[str]]:
        """What is remembered of these ids and still holds, and those of which nothing is."""
        there: dict[str, T] = {}
        missing: list[str] = []
        for id_ in ids:
            try:
                read_at, one = self._known[id_]
            except KeyError:
                missing.append(id_)
                continue
            if moment.holds(self._document_of(one), read_at):
                there[id_] = one
            else:
                missing.append(id_)
        return there, missing


class Watched:
    """The generation of a record in an SQLite file, read again only when something was committed to the file."""

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock()
        self._connection: Any = engine.raw_connection() if engine.dialect.name == "sqlite" else None
        self._version = -1
        self._moment: Moment | None = None

    def generation(self) -> int | None:
        """The record's generation; None where nobody can tell whether it is still the same."""
        moment = self.moment()
        return None if moment is None else moment.generation

    def moment(self) -> Moment | None:
        """The record's generation and what has changed lately; None where nobody can tell."""
        with self._lock:
            if self._connection is None:
                return None
            # https://sqlite.org/pragma.html#pragma_data_version: differs after any other connection's commit.
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version != self._version or self._moment is None:
                self._moment = self._next(self._moment)
                self._version = version
            return self._moment

    def _next(self, former: Moment | None) -> Moment:
        # On this connection: a thread of another one may be reading an earlier state of the record.
        after = NEVER if former is None else former.generation
        found = self._connection.execute(_STATE, (after, MAX_CHANGED + 1)).fetchall()
        generation = int(found[0][0])
        if former is None:
            return Moment(generation)
        if generation < former.generation:  # Another record has taken the place of this one.
            return Moment(generation, since=former.generation + 1)
        changed = {**former.changed, **{name: at for _, name, at in found if name is not None}}
        if len(changed) > MAX_CHANGED:
            return Moment(generation, since=generation)
        return Moment(generation, former.since, changed)

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
