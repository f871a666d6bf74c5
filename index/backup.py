"""Copies of the record: taken and put back while other processes use it, by SQLite's own online backup.

Only the record is copied: the indexes are derived from it. Whatever is written is looked through before it counts.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.database import open_engine
from index.errors import IndexUnavailable

LOCK_SECONDS = 30.0
READABLE_BY_OWNER = 0o600
"""A record holds what people asked."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was made and looked through. `in_place` tells that a running service has it already."""

    path: Path
    documents: int
    messages: int
    size_bytes: int
    in_place: bool = True


def back_up(record: Path, destination: Path) -> Copy:
    """Write a copy of the record as it is at one moment; nobody has to wait for it.

    It is written beside its place, looked through, and renamed: a copy of that name is whole, or it is not there.

    Raises:
        IndexUnavailable: there is no record, it is damaged, or the copy cannot be written.
    """
    if not record.is_file():
        raise IndexUnavailable(f"expected a record at {record}, found none")
    if not destination.parent.is_dir():
        raise IndexUnavailable(f"expected a folder at {destination.parent} for the copy, found none")
    with _written_aside(destination) as aside:
        with _explained(record), closing(_open(record, "ro")) as source, closing(_open(aside, "rwc")) as target:
            # All pages in one step: that is one read transaction, which in WAL mode holds up no writer.
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # One file, without a log beside it.
        _sync(aside)
        copy = look_through(aside)
        _put_in_place(aside, destination)
    return Copy(destination, copy.documents, copy.messages, copy.size_bytes)


def look_through(path: Path) -> Copy:
    """Check every page and reference of a record, and count what is in it.

    Raises:
        IndexUnavailable: it is no record, or a damaged one.
    """
    if not path.is_file():
        raise IndexUnavailable(f"expected a copy of a record at {path}, found none")
    with _explained(path), closing(_open(path, "ro")) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"meta", "documents", "messages", "alembic_version"} <= tables:
            raise IndexUnavailable(f"expected a record of Kilde's at {path}, found another database")
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
            raise IndexUnavailable(f"expected a sound record at {path}, found a damaged one: {found}")
        documents, messages = (
            int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names of ours
            for table in ("documents", "messages")
        )
    return Copy(path, documents, messages, path.stat().st_size)


def restore(copy: Path, record: Path) -> Copy:
    """Put a copy in the place of the record, under the writer lock; the indexes have to be brought up to it after.

    A sound record is overwritten in one transaction of SQLite's, which processes that have it open see whole or not at
    all. A damaged one is replaced as a file: what has it open must be started anew (`in_place` is False).

    Raises:
        IndexUnavailable: the copy is no sound record or of a newer version, or the place cannot be written.
    """
    look_through(copy)
    with _written_aside(record) as aside:
        with _explained(copy), closing(_open(copy, "ro")) as source, closing(_open(aside, "rwc")) as target:
            source.backup(target)
        open_engine(aside).dispose()  # Migrated where it is older, refused where it is newer.
        usable = _is_sound(record)
        with _explained(aside), closing(_open(aside, "rw")) as target:
            _mark_changed(target, record if usable else None)
            # So that all of it is in the one file that is renamed or read.
            target.execute("PRAGMA journal_mode = DELETE")
        _sync(aside)
        found = look_through(aside)
        if usable:
            with _explained(record), closing(_open(aside, "ro")) as source, closing(_open(record, "rw")) as target:
                source.backup(target)
        else:
            for suffix in ("-wal", "-shm"):
                record.with_name(record.name + suffix).unlink(missing_ok=True)
            _put_in_place(aside, record)
    return Copy(record, found.documents, found.messages, found.size_bytes, in_place=usable)


def _mark_changed(target: sqlite3.Connection, present: Path | None) -> None:
    """Count every document, of the copy and of the present record, as changed: whatever is derived catches up."""
    if present is not None:
        target.execute("ATTACH ? AS present", (f"file:{_quoted(present)}?mode=ro",))
    with target:
        target.execute("BEGIN IMMEDIATE")
        names = {name for (name,) in target.execute("SELECT id FROM documents UNION SELECT document_id FROM changes")}
        generation = target.execute("SELECT generation FROM meta").fetchone()[0]
        if present is not None:
            query = "SELECT id FROM present.documents UNION SELECT document_id FROM present.changes"
            names |= {name for (name,) in target.execute(query)}
            other, identity = target.execute("SELECT generation, identity FROM present.meta").fetchone()
            generation = max(generation, other)
            # Processes that have the record open, and the indexes, know it by its identity.
            target.execute("UPDATE meta SET identity = ?", (identity,))
        target.execute("UPDATE meta SET generation = ?", (generation + 1,))
        target.execute("DELETE FROM changes")
        rows = [(name, generation + 1) for name in names]
        target.executemany("INSERT INTO changes (document_id, generation) VALUES (?, ?)", rows)
    if present is not None:
        target.execute("DETACH present")


def _is_sound(record: Path) -> bool:
    """Whether a record can be overwritten in a transaction of its own."""
    try:
        if not record.is_file():
            return False
        look_through(record)
        open_engine(record).dispose()  # At this code's revision, as what takes its place.
    except IndexUnavailable:
        return False
    return True


@contextmanager
def _written_aside(destination: Path) -> Iterator[Path]:
    """A file beside a place, which is gone afterwards in any case."""
    aside = destination.with_name(f"{destination.name}.{os.getpid()}.part")
    try:
        aside.touch(mode=READABLE_BY_OWNER, exist_ok=False)
        yield aside
    except OSError as error:
        raise IndexUnavailable(f"cannot write {destination}: {error.strerror or error}") from None
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            aside.with_name(aside.name + suffix).unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise IndexUnavailable(f"{path} cannot be read or written as a record: {error}") from None


def _open(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{_quoted(path)}?mode={mode}", uri=True, timeout=LOCK_SECONDS, isolation_level=None
    )
    if mode != "ro":
        connection.execute("PRAGMA synchronous = FULL")
    return connection


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path.absolute()))


def _put_in_place(aside: Path, destination: Path) -> None:
    aside.replace(destination)
    _sync(destination.parent)


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
