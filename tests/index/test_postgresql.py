"""The record on a real PostgreSQL server: what is different there, and every trouble in one line.

`test_record` and `test_migrations` run over both databases; here stands what only PostgreSQL can get wrong.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, text

from index.errors import IndexUnavailable, RecordAway
from index.record import Record
from index.schema import conversations, messages, now
from tests import postgresql
from tests.index.making import make_prepared, make_vectors, store
from tests.postgresql import Server


@pytest.fixture
def record(postgresql_server: Server) -> Iterator[Record]:
    record = Record.open(postgresql_server.new_database())
    yield record
    record.close()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may stop."""
    with postgresql.server() as running:
        yield running


def test_any_form_of_the_url_finds_the_driver(postgresql_server: Server) -> None:
    """`postgresql://` and `postgres://` mean the driver that is tested."""
    url = postgresql_server.new_database()
    for scheme in ("postgresql://", "postgres://"):
        record = Record.open(url.replace("postgresql+psycopg://", scheme))
        assert record.generation() == 0
        record.close()


def test_missing_driver_is_named(postgresql_server: Server) -> None:
    """Without the driver the message says what to install."""
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from index.record import Record; from index.errors import IndexUnavailable\n"
        "try:\n    Record.open(sys.argv[1])\nexcept IndexUnavailable as error:\n    print(error)"
    )
    command = [sys.executable, "-c", code, postgresql_server.url("postgres")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "psycopg[binary]" in said


def test_processes_that_open_a_new_record_at_once_make_one(postgresql_server: Server) -> None:
    """Several replicas that start at the same moment on an empty database make its tables once."""
    url = postgresql_server.new_database()
    code = "import sys; from index.record import Record\nsys.stdin.readline(); print(Record.open(sys.argv[1]).identity)"
    command = [sys.executable, "-c", code, url]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate("\n", timeout=60)[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(answers) == 1


def test_two_replicas_that_store_one_document_take_turns(record: Record) -> None:
    """Versions of one document stored at once by two replicas leave one of them, whole, and count every change."""
    other = Record.open(str(record.engine.url))
    versions = [make_prepared("a", f"Text {number}.", "Two.") for number in range(20)]

    def store_all(own: Record) -> None:
        for prepared in versions:
            own.replace(prepared, make_vectors(2), embedding="test")

    with ThreadPoolExecutor() as pool:
        list(pool.map(store_all, (record, other)))
    document = record.document("a")
    assert document is not None
    assert [passage.text for passage in record.passages_of(["a"])] == document.text.split("\n")
    assert record.generation() == 2 * len(versions)
    other.close()


def test_reader_sees_one_state_throughout(record: Record) -> None:
    """What is committed while a reader is connected does not change what that reader sees."""
    store(record, make_prepared("a", "One."))
    with record.read() as connection:
        first = connection.execute(text("SELECT count(*) FROM documents")).scalar()
        store(record, make_prepared("b", "Two."))
        assert connection.execute(text("SELECT count(*) FROM documents")).scalar() == first
    assert len(record.documents()) == 2


def test_a_long_moment_may_be_idle(record: Record) -> None:
    """Who reads one state for minutes is not thrown out for pausing; everybody else still is."""
    with record.one_moment(long=True), record.read() as connection:
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar() == "0"
    with record.one_moment(), record.read() as connection:
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar() == "1min"


def test_nul_in_a_question_is_kept_as_its_symbol(record: Record) -> None:
    """PostgreSQL's text cannot hold NUL: a question with it is kept, and an id with it is that of nothing."""
    with record.write() as connection:
        connection.execute(insert(conversations), [{"id": "c", "created": now()}])
        connection.execute(
            insert(messages).values(
                id="m", conversation_id="c", created=now(), question="a\0b", answer={"said": "a\0b"}
            )
        )
    with record.read() as connection:
        kept = connection.execute(select(messages.c.question, messages.c.answer)).one()
    assert tuple(kept) == ("a\u2400b", {"said": "a\0b"})
    assert record.document("a\0b") is None


def test_server_that_is_away_and_comes_back(own_server: Server) -> None:
    """A server that stops gives one line; when it is back, the same record works, with all that was acknowledged."""
    record = Record.open(own_server.new_database())
    store(record, make_prepared("a", "One."))
    own_server.stop("immediate")
    with pytest.raises(RecordAway, match=r"cannot be reached|is stopping"):
        record.documents()
    with pytest.raises(IndexUnavailable, match="cannot be reached"):
        store(record, make_prepared("b", "Two."))
    own_server.start()
    assert list(record.versions()) == ["a"]
    store(record, make_prepared("b", "Two."))
    assert sorted(record.versions()) == ["a", "b"]
    record.close()


def test_nobody_there_is_one_line() -> None:
    """An address where no server is gives one line without the password."""
    with pytest.raises(IndexUnavailable, match="cannot be reached") as caught:
        Record.open("postgresql://kilde:secret@127.0.0.1:1/kilde")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_database_is_one_line(postgresql_server: Server) -> None:
    """A database that is not there is named as missing."""
    with pytest.raises(IndexUnavailable, match="create the database first"):
        Record.open(postgresql_server.url("nowhere"))


def test_unknown_user_is_one_line(postgresql_server: Server) -> None:
    """A user whom the server does not know is told so."""
    url = postgresql_server.new_database().replace("kilde@", "nobody:secret@")
    with pytest.raises(IndexUnavailable, match="refuses the name or the password") as caught:
        Record.open(url)
    assert "secret" not in str(caught.value)


def test_read_only_server_is_one_line(record: Record) -> None:
    """On a standby reading goes on, and writing says what is the matter."""
    store(record, make_prepared("a", "One."))
    name = record.engine.url.database
    with record.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    record.engine.dispose()
    assert list(record.versions()) == ["a"]
    with pytest.raises(IndexUnavailable, match="read-only"):
        store(record, make_prepared("b", "Two."))
    assert list(record.versions()) == ["a"]


def test_half_migrated_record_is_one_line(record: Record) -> None:
    """A record that lacks a table that its revision has says so, instead of answering from the rest."""
    with record.write() as connection:
        connection.execute(text("DROP TABLE vectors"))
    with pytest.raises(IndexUnavailable, match="lacks a table"):
        store(record, make_prepared("a", "One."))
    assert record.documents() == []


def test_opening_half_migrated_tables_is_one_line(postgresql_server: Server) -> None:
    """Tables of a later revision than the record says are not made again: opening says so, and changes nothing."""
    url = postgresql_server.new_database()
    record = Record.open(url)
    store(record, make_prepared("a", "One."))
    with record.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(IndexUnavailable, match="has a table too many") as caught:
        Record.open(url)
    assert "\n" not in str(caught.value)
    assert list(record.versions()) == ["a"]
    with record.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
    record.close()


def test_server_that_is_too_old_is_one_line(postgresql_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that nobody looks after any more is refused before anything is made in it."""
    monkeypatch.setattr("index.postgresql.MIN_VERSION", 99)
    with pytest.raises(IndexUnavailable, match=r"expected PostgreSQL 99 or newer .*, found \d+"):
        Record.open(postgresql_server.new_database())


def test_statement_that_takes_too_long_is_one_line(postgresql_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is slow is not waited for without end, and the connection is good for the next statement."""
    address = postgresql_server.new_database()
    Record.open(address).close()
    monkeypatch.setattr("index.postgresql.STATEMENT_MILLISECONDS", 1000)
    record = Record.open(address)
    with pytest.raises(IndexUnavailable, match="took too long") as caught, record.read() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    assert not isinstance(caught.value, RecordAway)
    store(record, make_prepared("a", "One."))
    assert list(record.versions()) == ["a"]
    record.close()


def test_tables_that_somebody_else_has_locked_are_one_line(
    postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that a person at the database holds is waited for, for a while; then it is said, and nothing is kept."""
    monkeypatch.setattr("index.postgresql.LOCK_MILLISECONDS", 200)
    record = Record.open(postgresql_server.new_database())
    with record.write() as connection:
        connection.execute(text("LOCK TABLE documents IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(IndexUnavailable, match="locked by another process"):
            store(record, make_prepared("a", "One."))
    assert record.documents() == []
    store(record, make_prepared("a", "One."))
    assert list(record.versions()) == ["a"]
    record.close()


def test_disk_that_is_full_is_one_line(record: Record) -> None:
    """Where the server has no room, nothing of a document is kept, what was there stays; with room it goes on.

    The server's own words for it are raised by a trigger: filling a disk takes a disk.
    """
    store(record, make_prepared("a", "One."))
    full = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'"
    with record.write() as connection:
        connection.execute(
            text(f"CREATE FUNCTION full_disk() RETURNS trigger AS $$BEGIN {full}; END$$ LANGUAGE plpgsql")
        )
        connection.execute(text("CREATE TRIGGER full_disk BEFORE INSERT ON vectors EXECUTE FUNCTION full_disk()"))
    with pytest.raises(IndexUnavailable, match="no room left"):
        store(record, make_prepared("b", "Two."))
    assert list(record.versions()) == ["a"]
    with record.write() as connection:
        connection.execute(text("DROP TRIGGER full_disk ON vectors"))
    store(record, make_prepared("b", "Two."))
    assert sorted(record.versions()) == ["a", "b"]
