"""Opens the record's database: the engine, SQLite's settings, migrations, and errors in words.

The only module that knows how SQLite differs from PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from index.errors import IndexUnavailable
from index.schema import REVISION

BUSY_TIMEOUT_SECONDS = 5.0
MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url_or_path: str | Path, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> Engine:
    """Return an engine on a record whose tables are at this code's revision; made or migrated where needed.

    Args:
        url_or_path: an SQLAlchemy URL, or the path of an SQLite file.
        busy_timeout_seconds: how long to wait for a lock that another process holds.

    Raises:
        IndexUnavailable: the place is missing, locked, not writable, not a database, or made by a newer version.
    """
    url = _url(url_or_path)
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith((":", "file:")):
        parent = Path(url.database).parent
        if not parent.is_dir():
            raise IndexUnavailable(f"expected a folder at {parent} for the record, found none; create it first")
    try:
        engine = create_engine(url, **_pool_settings(url))
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise IndexUnavailable(f"cannot open {_name(url)}: {error}") from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, busy_timeout_seconds)
    try:
        with explained(url):
            _bring_to_revision(engine, _name(url))
    except IndexUnavailable:
        engine.dispose()
        raise
    return engine


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn the database's errors into IndexUnavailable with one readable line; broken constraints pass through."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout) as error:
        raise IndexUnavailable(_explain(error, _name(url))) from error


def _url(url_or_path: str | Path) -> URL:
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        return make_url(url_or_path)
    except ArgumentError:
        raise IndexUnavailable("expected a database URL such as sqlite:///kilde.sqlite3, found another text") from None


def _name(url: URL) -> str:
    """How messages call the database: the file, or the URL without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def _pool_settings(url: URL) -> dict[str, Any]:
    # One connection a thread at most; a web server's thread pool has 40 threads, and SQLite connections are cheap.
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        return {}
    return {"pool_size": 8, "max_overflow": 56, "pool_timeout": 10}


def _prepare_sqlite(engine: Engine, busy_timeout_seconds: float) -> None:
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


def _bring_to_revision(engine: Engine, name: str) -> None:
    with engine.connect() as connection:
        found = _revision(connection)
    if found == REVISION:
        return
    # Looked at again inside the write transaction: another process may have migrated in between.
    with engine.execution_options(writes=True).begin() as connection:
        found = _revision(connection)
        if found != REVISION:
            _migrate(connection, found, name)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _migrate(connection: Connection, found: str | None, name: str) -> None:
    # Imported here because it costs 0.3 s and is needed once in a record's life and version.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    # Alembic interpolates option values: a percent sign in the path would be read as one.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise IndexUnavailable(
            f"expected a record of revision {REVISION} or older, found {found} in {name}: "
            "a newer version of Kilde made it; upgrade Kilde, or choose another data folder"
        )
    command.upgrade(config, "head")


def _explain(error: DBAPIError | PoolTimeout, name: str) -> str:
    if isinstance(error, PoolTimeout):
        return f"the record {name} is busy: every connection is in use; try again"
    original = error.orig
    code = getattr(original, "sqlite_errorcode", None)
    if code is None:
        return f"the record {name} cannot be used: {_first_line(original)}"
    match code & 0xFF:  # The extended codes of SQLite carry the primary one in the lowest byte.
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"the record {name} is locked by another process; wait for it to finish, or stop it"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return f"the record {name} cannot be written; make the file and its folder writable"
        case sqlite3.SQLITE_CANTOPEN:
            return f"the record {name} cannot be opened; expected a file in a folder that can be read and written"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return f"the record {name} is damaged ({original}); restore it from a copy, or delete it and index again"
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return f"the record {name} cannot be read or written ({original}); free space or check the disk"
        case _:
            return f"the record {name} cannot be used: {_first_line(original)}"


def _first_line(error: object) -> str:
    return (str(error).splitlines() or ["unknown reason"])[0]
