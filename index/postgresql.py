"""What PostgreSQL needs: its driver, settings of every connection, and its errors in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from index.errors import IndexBusy, IndexUnavailable, NoRoom, NotWritable, RecordAway

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 60_000
LOCK_MILLISECONDS = 20_000
"""Documents are stored one transaction each, of some milliseconds; who waits longer has found something wrong."""
MIGRATING = 0x4B696C64
"""The key of the advisory lock under which tables are made or changed."""
WRITING = MIGRATING + 1
"""The key of the one under which documents are changed."""
INDEXING = MIGRATING + 2
"""The key of the one under which the vector index that replicas share is written."""
BUILDING = MIGRATING + 3
"""The key of the one under which a folder of documents is gone through."""
POLL_SECONDS = 0.05

MIN_VERSION = 13
"""The oldest major version that is still looked after by its makers; the tests run on a newer one."""
PEER_SECONDS = 20
"""A server that is gone without a word, as by a cut cable, is given up after so long; a new connection is tried."""

# By SQLSTATE, or by its first two characters, which are its class: https://www.postgresql.org/docs/current/errcodes-appendix.html
_EXPLANATIONS = {
    "08": "cannot be reached; expected a running server there, and a way to it through the network",
    "28": "refuses the name or the password; correct KILDE_DATABASE_URL, or the server's pg_hba.conf",
    "3D": "is missing; create the database first",
    "25": "cannot be written: it is read-only, a standby perhaps; name the primary",
    "40": "was changed by somebody else at the same moment; try again",
    "42501": "does not let this user do what is needed; make the user the owner of the database",
    "42P01": "lacks a table that it should have; restore it from a copy, or use an empty database and index again",
    "42703": "lacks a column that it should have; restore it from a copy, or use an empty database and index again",
    "42P07": "has a table too many; restore it from a copy, or use an empty database and index again",
    "53": "has no room left: its disk, memory or connections are used up; free some",
    "55": "is locked by another process; wait for it to finish, or stop it",
    "57": "is stopping or starting, or a statement took too long; it is used again when it answers",
}

_AWAY = {"08": RecordAway, "57P01": RecordAway, "57P02": RecordAway, "57P03": RecordAway}
_KINDS = {"25": NotWritable, "40": IndexBusy, "53100": NoRoom, "55": IndexBusy, **_AWAY}

# What the server says before there is a connection, which has no SQLSTATE.
_WORDS = {
    "password authentication": "28",
    "no password supplied": "28",
    "pg_hba.conf": "28",
    'role "': "28",
    'database "': "3D",
    "too many": "53",
    "starting up": "57P03",
    "shutting down": "57P03",
}


def engine_settings() -> dict[str, Any]:
    """The arguments of `create_engine`."""
    options = (
        f"-c statement_timeout={STATEMENT_MILLISECONDS} -c lock_timeout={LOCK_MILLISECONDS} "
        f"-c idle_in_transaction_session_timeout={STATEMENT_MILLISECONDS}"
    )
    return {
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": 10,
        # A connection that the server has closed meanwhile, as by a restart, is replaced before it is used.
        "pool_pre_ping": True,
        # Several statements read together see one state of the record, as they do in SQLite.
        "isolation_level": "REPEATABLE READ",
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            "options": options,
            "application_name": "kilde",
            "keepalives_idle": PEER_SECONDS // 2,
            "keepalives_interval": PEER_SECONDS // 4,
            "keepalives_count": 2,
            "tcp_user_timeout": PEER_SECONDS * 1000,
        },
    }


def prepare(engine: Engine) -> None:
    """Set up every statement of an engine: PostgreSQL's text cannot hold NUL, which a question or an id may."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def without_nul(
        _connection: Connection, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> tuple[str, Any]:
        return statement, [_printable(row) for row in parameters] if many else _printable(parameters)


def _printable(row: Any) -> Any:
    """A row of parameters in which NUL is U+2400, its symbol; documents have none, because loading refuses them."""
    if isinstance(row, dict) and any(isinstance(value, str) and "\0" in value for value in row.values()):
        return {name: value.replace("\0", "\u2400") if isinstance(value, str) else value for name, value in row.items()}
    return row


def take_time(connection: Connection) -> None:
    """Let a transaction be idle for as long as it takes between two statements."""
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def writing_options() -> dict[str, Any]:
    """The options of a transaction that writes: it waits for others' locks and then sees what they did."""
    return {"isolation_level": "READ COMMITTED"}


@contextmanager
def alone(engine: Engine, key: int, timeout_seconds: float, busy: str) -> Iterator[None]:
    """Let one replica of the service at a time do something. The server lets go of the lock when a replica dies.

    Args:
        engine: of the record that the replicas share.
        key: of the advisory lock: WRITING, INDEXING, BUILDING.
        timeout_seconds: how long to wait for others.
        busy: what to say when that was not long enough.

    Raises:
        IndexUnavailable: another one held it all the time.
    """
    until = time.monotonic() + timeout_seconds
    # A connection of its own that is in no transaction: the lock is the session's.
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            if time.monotonic() > until:
                raise IndexBusy(busy)
            time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


def lock_migrations(connection: Connection) -> None:
    """Let one process at a time make or change tables, until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})


def explain(error: BaseException | None, name: str) -> IndexUnavailable | None:
    """What an error of the driver means, in one line, or None where it means nothing in particular."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        # Errors of a connection that never came about have no state, only the server's or the system's words.
        words = str(error)
        state = next((found for word, found in _WORDS.items() if word in words), "08")
    found = _EXPLANATIONS.get(state) or _EXPLANATIONS.get(state[:2])
    if found is None:
        return None
    kind = _KINDS.get(state) or _KINDS.get(state[:2], IndexUnavailable)
    return kind(f"the record {name} {found}")


def check_version(connection: Connection, name: str) -> None:
    """Raises IndexUnavailable where the server is of a version that nobody looks after any more."""
    written = str(connection.execute(text("SHOW server_version")).scalar_one())
    if int(written.partition(".")[0]) < MIN_VERSION:
        raise IndexUnavailable(f"expected PostgreSQL {MIN_VERSION} or newer for the record {name}, found {written}")
