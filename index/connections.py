"""How the record is read and written: states that stay as they are meanwhile, one transaction a change."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select

from index import postgresql
from index.database import explained, for_writing
from index.storing import IDS_A_STATEMENT


class Connections:
    """The connections to a database of documents. Safe to use from several threads.

    Every method may raise IndexUnavailable: locked, damaged, not writable, out of space.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = for_writing(engine)
        self._turn = threading.Lock()
        self._moment = threading.local()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection that sees one state of the record throughout."""
        if self.holds_moment:
            with explained(self.engine.url):
                yield self._moment.connection
            return
        with explained(self.engine.url), self.engine.connect() as connection:
            yield connection

    @property
    def holds_moment(self) -> bool:
        """Whether this thread is to read an earlier state of the record: what is remembered is of the newest one."""
        return getattr(self._moment, "connection", None) is not None

    @contextmanager
    def one_moment(self, *, long: bool = False) -> Iterator[None]:
        """Have whatever this thread reads meanwhile be of one state of the record, that of the first reading.

        Not for every question: while somebody reads, SQLite's write-ahead log cannot begin anew, and grows. A `long`
        one may have minutes between two readings.
        """
        with explained(self.engine.url), self.engine.connect() as connection:
            if long and self.engine.dialect.name == "postgresql":
                postgresql.take_time(connection)
            self._moment.connection = connection
            try:
                yield
            finally:
                self._moment.connection = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open one transaction that holds the write lock; committed at the end, undone by any error."""
        with ExitStack() as stack:
            if self.engine.dialect.name == "sqlite":
                # SQLite has who waits ask again and again, and some never at the right moment; here each has its turn.
                stack.enter_context(self._turn)
            stack.enter_context(explained(self.engine.url))
            yield stack.enter_context(self._writing.begin())

    def by_ids(self, query: Select[Any], ids: Iterable[str]) -> Iterator[Row[Any]]:
        """The rows of a query that `selecting.named` made."""
        wanted = list(dict.fromkeys(ids))
        with self.read() as connection:
            for start in range(0, len(wanted), IDS_A_STATEMENT):
                some = wanted[start : start + IDS_A_STATEMENT]
                yield from connection.execute(query, {"ids": some}).all()

    def in_batches(
        self, query: Select[Any], key: Any, batch: int, last: str | None = None
    ) -> Iterator[Sequence[Row[Any]]]:
        """Walk a table by its key, one short read a batch, so that no read holds up a writer or the log's upkeep."""
        while True:
            page = query if last is None else query.where(key > last)
            with self.read() as connection:
                found = connection.execute(page.order_by(key).limit(batch)).all()
            if not found:
                return
            yield found
            last = getattr(found[-1], key.name)
