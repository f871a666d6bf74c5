"""Migrations bring a record to the tables that the code expects, once, and refuse what they do not know."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect, text

from index.database import MIGRATIONS
from index.errors import IndexUnavailable
from index.record import Record
from index.schema import REVISION, metadata
from tests.index.making import make_prepared, open_record, store


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_migrations_make_the_tables_of_the_schema(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A migrated record has exactly the tables, columns, keys, indexes and checks that `schema` declares."""
    if database == "sqlite":
        record = open_record(tmp_path)
    else:
        record = Record.open(request.getfixturevalue("postgresql_server").new_database())
    with record.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        found = {
            (table, str(check["name"]))
            for table in metadata.tables
            for check in inspect(connection).get_check_constraints(table)
        }
    declared = {
        (table.name, str(check.name))
        for table in metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    assert found == declared
    record.close()


def test_revision_is_the_last_migration() -> None:
    """`schema.REVISION` names the one last migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_record_at_the_right_revision_is_opened_without_alembic(tmp_path: Path) -> None:
    """Opening a record that needs no migration does not import Alembic, which would cost 0.3 s."""
    open_record(tmp_path).close()
    code = (
        "import sys; from pathlib import Path; from index.record import Record\n"
        "Record.open(Path(sys.argv[1])); sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "record.sqlite3")], check=True)


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    """A record opened again is the same record with the same documents."""
    record = open_record(tmp_path)
    store(record, make_prepared("a", "Ett."))
    identity = record.identity
    record.close()
    record = open_record(tmp_path)
    assert (record.identity, list(record.versions())) == (identity, ["a"])
    record.close()


def test_newer_record_is_refused(tmp_path: Path) -> None:
    """A record that a newer version made is left alone, and the message says what to do."""
    record = open_record(tmp_path)
    with record.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    record.close()
    with pytest.raises(IndexUnavailable, match=r"found 9999 .* upgrade Kilde"):
        open_record(tmp_path)


def test_folder_with_a_percent_sign(tmp_path: Path) -> None:
    """The record may lie in a folder whose name has characters that mean something in a URL or in Alembic."""
    folder = tmp_path / "100% ?#å"
    folder.mkdir()
    record = open_record(folder)
    assert record.generation() == 0
    record.close()
    assert (folder / "record.sqlite3").is_file()


def test_processes_that_open_a_new_record_at_once_make_one(tmp_path: Path) -> None:
    """Several processes that open a new record at the same moment all get the same one."""
    code = (
        "import sys; from pathlib import Path; from index.record import Record\n"
        "sys.stdin.readline(); print(Record.open(Path(sys.argv[1])).identity)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "record.sqlite3")]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = {process.communicate(timeout=60)[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(answers) == 1


def test_failed_migration_leaves_the_record_as_it_was(tmp_path: Path) -> None:
    """When a migration fails, nothing of it is left, because it is one transaction."""
    record_path = tmp_path / "record.sqlite3"
    blank = Record.open(record_path)
    with blank.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(text(f"DROP TABLE {table.name}"))
        connection.execute(text("DROP TABLE alembic_version"))
        # The last table that the migration makes is already there: it fails after having made all others.
        connection.execute(text("CREATE TABLE feedback (id TEXT)"))
    blank.close()
    with pytest.raises(IndexUnavailable, match="feedback"):
        Record.open(record_path)
    engine = blank.engine
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["feedback"]
    engine.dispose()
