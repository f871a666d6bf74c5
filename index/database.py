"""Opens the record's database: the engine, migrations, and errors in words.

`index.sqlite` and `index.postgresql` know what the two databases need; nobody else does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, inspect, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from index import postgresql, sqlite
from index.errors import IndexBusy, IndexUnavailable
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
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise IndexUnavailable(f"expected a database of SQLite or PostgreSQL, found {url.get_backend_name()}")
    sqlite_file = url.get_backend_name() == "sqlite"
    settings = sqlite.engine_settings(url) if sqlite_file else postgresql.engine_settings()
    try:
        engine = create_engine(url, **settings)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise IndexUnavailable(f"cannot open {_name(url)}: {error}; for PostgreSQL install psycopg[binary]") from None
    if sqlite_file:
        sqlite.prepare(engine, busy_timeout_seconds)
    else:
        postgresql.prepare(engine)
    try:
        first = sqlite.made_by_one(url, busy_timeout_seconds) if sqlite_file else nullcontext()
        with first, explained(url):
            _bring_to_revision(engine, _name(url))
    except IndexUnavailable:
        engine.dispose()
        raise
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same engine, whose transactions write."""
    options = {} if engine.dialect.name == "sqlite" else postgresql.writing_options()
    return engine.execution_options(writes=True, **options)


@contextmanager
def writing_documents(engine: Engine, timeout_seconds: float) -> Iterator[None]:
    """Let one process at a time change documents, on whatever machine; with SQLite the data folder's lock does that.

    Raises:
        IndexUnavailable: another one did all the time, or the database is away.
    """
    busy = "another replica of the service is changing documents; wait for it to finish"
    with _alone(engine, postgresql.WRITING, timeout_seconds, busy):
        yield


@contextmanager
def building_documents(engine: Engine, timeout_seconds: float) -> Iterator[None]:
    """Let one process at a time go through a folder of documents. Raises as `writing_documents` does."""
    busy = "another replica of the service is building from a folder of documents; wait for it to finish"
    with _alone(engine, postgresql.BUILDING, timeout_seconds, busy):
        yield


@contextmanager
def writing_vectors(engine: Engine, timeout_seconds: float) -> Iterator[None]:
    """Let one process at a time write the vector index that replicas share. Raises as `writing_documents` does."""
    busy = "another replica of the service is writing the vector index; it is taken up when that is done"
    with _alone(engine, postgresql.INDEXING, timeout_seconds, busy):
        yield


@contextmanager
def _alone(engine: Engine, key: int, timeout_seconds: float, busy: str) -> Iterator[None]:
    if engine.dialect.name == "sqlite":
        yield
        return
    with explained(engine.url), postgresql.alone(engine, key, timeout_seconds, busy):
        yield


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless there is one of its key, also one that another transaction inserts just now; say whether."""
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    return connection.execute(insert(table).values(row).on_conflict_do_nothing()).rowcount > 0


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn the database's errors into IndexUnavailable with one readable line; broken constraints pass through."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout) as error:
        raise _explain(error, _name(url)) from error


def _url(url_or_path: str | Path) -> URL:
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        url = make_url(url_or_path)
    except ArgumentError:
        raise IndexUnavailable("expected a database URL such as sqlite:///kilde.sqlite3, found another text") from None
    # The one driver that is tested, whether it is named or not.
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _name(url: URL) -> str:
    """How messages call the database: the file, or the URL without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def _bring_to_revision(engine: Engine, name: str) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            postgresql.check_version(connection, name)
        found = _revision(connection)
    if found == REVISION:
        return
    # Looked at again inside the write transaction: another process may have migrated in between.
    with for_writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            postgresql.lock_migrations(connection)
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


def _explain(error: DBAPIError | PoolTimeout, name: str) -> IndexUnavailable:
    if isinstance(error, PoolTimeout):
        return IndexBusy(f"the record {name} is busy: every connection is in use; try again")
    explain = sqlite.explain if hasattr(error.orig, "sqlite_errorcode") else postgresql.explain
    found = explain(error.orig, name)
    return found or IndexUnavailable(f"the record {name} cannot be used: {_first_line(error.orig)}")


def _first_line(error: object) -> str:
    return (str(error).splitlines() or ["unknown reason"])[0]
