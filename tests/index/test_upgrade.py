"""A record and an index of another version of Kilde: what an upgrade, and the way back, make of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, select

from index import manifest as manifests
from index.database import MIGRATIONS
from index.errors import IndexUnavailable
from index.record import Record
from index.schema import REVISION, conversations, messages, now
from tests.index.making import TEXTS, built, find, opened

OLDER = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))[:-1]


def make_older(record: Path, revision: str) -> None:
    """Put in the place of a record one that has the tables of an older revision, and of its rows what they hold."""
    older = record.with_name("older.sqlite3")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{older}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(older)) as target:
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("ATTACH ? AS present", (str(record),))
        for (table,) in target.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table == "alembic_version":
                continue
            names = ", ".join(f'"{row[1]}"' for row in target.execute(f"PRAGMA main.table_info({table})"))
            target.execute(f"DELETE FROM main.{table}")  # noqa: S608 - names of the schema
            target.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM present.{table}")  # noqa: S608 - as above
        target.commit()
    for suffix in ("-wal", "-shm"):
        record.with_name(record.name + suffix).unlink(missing_ok=True)
    older.replace(record)


@pytest.mark.parametrize("revision", OLDER)
def test_an_older_record_is_brought_up_with_all_it_has(tmp_path: Path, revision: str) -> None:
    """Documents, passages, vectors and conversations of every former revision are there, and its index is used."""
    library, _ = built(tmp_path)
    with library, library.record.write() as connection:
        connection.execute(insert(conversations).values(id="c", created=now()))
        row = {
            "id": "m",
            "conversation_id": "c",
            "created": now(),
            "question": "Who?",
            "answer": {"answer": "A baker."},
        }
        connection.execute(insert(messages).values(row))
    make_older(tmp_path / "data" / "record.sqlite3", revision)
    with opened(tmp_path) as upgraded:
        assert {info.id for info in upgraded.record.documents()} == set(TEXTS)
        assert find(upgraded, "Who kneads the dough?")[0] == "bread"
        assert set(upgraded.conditions().values()) == {"ok"}
        with upgraded.record.read() as connection:
            assert connection.execute(select(messages.c.question)).scalars().all() == ["Who?"]
        manifest = upgraded.upkeep.manifest()  # type: ignore[attr-defined]  # it is the engine of this machine
        assert manifest.lexical.folder == "lexical-1"
    with closing(sqlite3.connect(tmp_path / "data" / "record.sqlite3")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (REVISION,)


@pytest.mark.parametrize("other", [manifests.FORMAT - 1, manifests.FORMAT + 1])
def test_an_index_of_another_format_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: int) -> None:
    """Whether an older or a newer version laid it out: from the record, with the same documents, there and back."""
    with monkeypatch.context() as before:
        before.setattr(manifests, "FORMAT", other)
        library, _ = built(tmp_path)
        library.close()
    for number in (2, 3):
        with opened(tmp_path) as upgraded:
            assert upgraded.upkeep.manifest().lexical.folder == "lexical-2"  # type: ignore[attr-defined]  # as above
            assert find(upgraded, "Who kneads the dough?")[0] == "bread"
            assert {info.id for info in upgraded.record.documents()} == set(TEXTS), number


def test_a_newer_record_is_left_alone(tmp_path: Path) -> None:
    """A version that is older than the record says so and changes nothing, so that the way back is a copy's restore."""
    built(tmp_path)[0].close()
    record = tmp_path / "data" / "record.sqlite3"
    with closing(sqlite3.connect(record)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = record.read_bytes()
    with pytest.raises(IndexUnavailable, match=r"found 9999 .* upgrade Kilde"):
        Record.open(record)
    assert record.read_bytes() == before
