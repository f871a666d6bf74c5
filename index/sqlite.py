"""What SQLite needs: its settings on every connection, when its transactions begin, and its errors in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL

from index.errors import IndexBusy, IndexUnavailable, NoRoom, NotWritable
from index.lock import MAKING_NAME, writer_lock


def engine_settings(url: URL) -> dict[str, Any]:
    """The arguments of `create_engine`. Raises IndexUnavailable where the file's folder is missing."""
    if url.database and not url.database.startswith((":", "file:")):
        parent = Path(url.database).parent
        if not parent.is_dir():
            raise IndexUnavailable(f"expected a folder at {parent} for the record, found none; create it first")
    if url.database in (None, "", ":memory:"):
        return {}
    # One connection a thread at most; a web server's thread pool has 40 threads, and SQLite connections are cheap.
    return {"pool_size": 8, "max_overflow": 56, "pool_timeout": 10}


@contextmanager
def made_by_one(url: URL, timeout_seconds: float) -> Iterator[None]:
    """Open a record for the first time while no other process does so where there is none yet.

    Whoever makes one turns it to WAL at once, and SQLite gives that up, without waiting, when another process looks at
    the file meanwhile.

    Raises:
        IndexBusy: another process took all the time.
        IndexUnavailable: the folder cannot be written.
    """
    path = Path(url.database or "")
    # Not opened to look into it: closing it would end the locks of this process's own connections (fcntl).
    if not url.database or url.database.startswith((":", "file:")) or (path.exists() and path.stat().st_size):
        yield
        return
    with writer_lock(path.parent, timeout_seconds=timeout_seconds, file_name=MAKING_NAME):
        yield


def prepare(engine: Engine, busy_timeout_seconds: float) -> None:
    """Set up every connection of an engine."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        # The driver's own transactions begin too late (not before DDL or SELECT); "begin" below begins them instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout_seconds * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            cursor.execute("PRAGMA journal_mode = WAL")
        # FULL: an acknowledged change also survives a power cut (docs/decisions/0202 has what it costs).
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails where another one wrote in between, without waiting:
        # writers ask for the write lock at the start.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# What fails where a disk has become read-only under an open file.
_WRITING = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)


def explain(error: BaseException | None, name: str) -> IndexUnavailable | None:
    """What an error of the driver means, in one line, or None where it means nothing in particular."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    match code & 0xFF:  # The extended codes of SQLite carry the primary one in the lowest byte.
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return IndexBusy(f"the record {name} is locked by another process; wait for it to finish, or stop it")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return NotWritable(f"the record {name} cannot be written; make the file, its folder and the disk writable")
        case sqlite3.SQLITE_CANTOPEN:
            said = "expected a file in a folder that can be read and written"
            return IndexUnavailable(f"the record {name} cannot be opened; {said}")
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            said = "restore it from a copy, or delete it and index again"
            return IndexUnavailable(f"the record {name} is damaged ({error}); {said}")
        case sqlite3.SQLITE_FULL:
            return NoRoom(f"the record {name} cannot be written: its disk is full; free space")
        case sqlite3.SQLITE_IOERR if code in _WRITING:
            return NotWritable(f"the record {name} cannot be written ({error}); check the disk")
        case sqlite3.SQLITE_IOERR:
            return IndexUnavailable(f"the record {name} cannot be read or written ({error}); check the disk")
        case _:
            return None
