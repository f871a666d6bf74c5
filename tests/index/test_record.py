"""The record keeps documents whole, one transaction a change, and says in one line why it cannot."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from index.errors import IndexBusy, IndexUnavailable, InvalidData
from index.lock import MAKING_NAME, writer_lock
from index.record import Record
from index.schema import changes, conversations, documents, feedback, messages, meta, now, passages, segments, vectors
from tests.index.making import make_prepared, make_vectors, open_record, store


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('record')}/record.sqlite3"
    return str(request.getfixturevalue("postgresql_server").new_database())


@pytest.fixture(scope="module")
def shared_record(url: str) -> Iterator[Record]:
    # Long, because forty threads that each wait for a slow disk in turn are no fault.
    record = Record.open(url, busy_timeout_seconds=60)
    yield record
    record.close()


@pytest.fixture
def record(shared_record: Record) -> Record:
    """A record without documents and conversations, that counts its changes from where the last test left it."""
    with shared_record.write() as connection:
        for table in (documents, conversations, changes):
            connection.execute(delete(table))
        connection.execute(update(meta).values(generation=0))
    return shared_record


def test_document_comes_back_as_it_was_stored(record: Record) -> None:
    """Documents, segments, passages and outlines are equal to what was stored, no-break spaces and all."""
    prepared = make_prepared("a", "Ett\u00a0ord.", "Två \U0001f600 ord.\r", speaker="Åse")
    store(record, prepared)
    assert record.document("a") == prepared.document
    assert tuple(record.segments("a")) == prepared.segments
    assert tuple(record.passages_of(["a"])) == prepared.passages
    assert record.passages([p.id for p in prepared.passages]) == {p.id: p for p in prepared.passages}
    (info,) = record.documents()
    assert (info.id, info.characters, info.passages) == ("a", len(prepared.document.text), 2)
    assert record.info(["a", "unknown"]) == {"a": info}
    assert record.versions() == {"a": prepared.document.sha256}


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1),
        min_size=1,
        max_size=4,
    )
)
def test_any_text_survives(shared_record: Record, texts: list[str]) -> None:
    """Whatever code points a document has, its text and its passages come back unchanged."""
    record = shared_record
    prepared = make_prepared("a", *texts)
    store(record, prepared)
    assert record.document("a") == prepared.document
    for passage in record.passages_of(["a"]):
        assert passage.text == prepared.document.text[passage.start : passage.end]
        assert record.text_slices([("a", passage.start, passage.end)]) == [passage.text]


def test_new_version_takes_the_place_of_the_old_one(record: Record) -> None:
    """After a replacement nothing of the former version is left in any table."""
    store(record, make_prepared("a", "Ett.", "Två."))
    newer = make_prepared("a", "Tre.")
    store(record, newer)
    assert [p.text for batch in record.all_passages() for p in batch] == ["Tre."]
    with record.read() as connection:
        counts = [len(connection.execute(select(table)).all()) for table in (segments, passages, vectors)]
    assert counts == [1, 1, 1]


def test_failed_replacement_leaves_the_old_version(record: Record) -> None:
    """When storing a new version fails half way, the old one is still there, whole, and no change is counted."""
    former = make_prepared("a", "Ett.")
    store(record, former)
    generation = record.generation()
    twice = make_prepared("a", "Ett.", "Två.")
    twice = replace(twice, passages=(twice.passages[0], twice.passages[0]))
    with pytest.raises(IntegrityError):
        record.replace(twice, make_vectors(2), embedding="test")
    assert record.document("a") == former.document
    assert tuple(record.passages_of(["a"])) == former.passages
    assert record.generation() == generation


def test_passage_that_is_not_its_text_is_refused(record: Record) -> None:
    """A passage that is not the document's text at its place is never stored."""
    prepared = make_prepared("a", "Ett.")
    wrong = replace(prepared, passages=(replace(prepared.passages[0], text="Två."),))
    with pytest.raises(InvalidData, match="expected the passage"):
        record.replace(wrong, make_vectors(1), embedding="test")
    with pytest.raises(InvalidData, match="expected 1 vectors"):
        record.replace(prepared, make_vectors(2), embedding="test")
    assert record.documents() == []


def test_generation_counts_changes_of_documents(record: Record) -> None:
    """Each stored or removed document raises the generation by one, and is named as changed since then."""
    assert record.generation() == 0
    store(record, make_prepared("a", "Ett."))
    store(record, make_prepared("b", "Två."))
    assert record.generation() == 2
    assert record.remove("a")
    assert not record.remove("a")
    assert record.generation() == 3
    assert record.changed_since(2) == (3, frozenset({"a"}))
    assert record.changed_since(0) == (3, frozenset({"a", "b"}))
    assert record.changed_since(3) == (3, frozenset())
    assert record.passages_since(0) == 1


def test_vectors_come_back_exactly(record: Record) -> None:
    """Vectors are float32 and bit for bit those that were stored, in batches or by document."""
    array = store(record, make_prepared("a", "Ett.", "Två.", "Tre."))
    batches = list(record.vectors("test", batch=2))
    assert [len(batch.ids) for batch in batches] == [2, 1]
    found = dict(
        zip([name for b in batches for name in b.ids], np.concatenate([b.vectors for b in batches]), strict=True)
    )
    for passage, vector in zip(record.passages_of(["a"]), array, strict=True):
        np.testing.assert_array_equal(found[passage.id], vector)
    assert record.vectors_of("test", ["a"]).languages == ("sv", "sv", "sv")
    assert record.vectors_of("other", ["a"]).ids == ()


def test_vectors_of_another_embedding_are_kept_apart(record: Record) -> None:
    """Passages without a vector by an embedding are found, given one, and the others' vectors can go."""
    prepared = make_prepared("a", "Ett.", "Två.")
    store(record, prepared, embedding="old")
    (missing,) = record.without_vector("new")
    assert {p.id for p in missing} == {p.id for p in prepared.passages}
    record.add_vectors("new", [p.id for p in missing], make_vectors(2))
    assert list(record.without_vector("new")) == []
    record.remove_other_vectors("new")
    assert record.count("old") == {}
    assert record.count("new") == record.count() == {"sv": 2}


def test_places_outside_a_text_have_no_slice(record: Record) -> None:
    """A place that is not in the text, or in no document, has no slice instead of a shortened one."""
    store(record, make_prepared("a", "Ett."))
    places = [("a", 0, 3), ("a", 0, 5), ("a", -2, 2), ("a", 3, 2), ("b", 0, 1)]
    assert record.text_slices(places) == ["Ett", None, None, None, None]


def test_more_ids_than_a_statement_takes(record: Record) -> None:
    """Any number of ids may be asked for at once."""
    prepared = make_prepared("a", "Ett.")
    store(record, prepared)
    ids = [f"x{number}" for number in range(2500)] + [prepared.passages[0].id]
    assert list(record.passages(ids)) == [prepared.passages[0].id]


def test_threads_may_write_and_read_at_once(record: Record) -> None:
    """Forty threads that store and read lose nothing and see no half of a document."""

    def work(number: int) -> bool:
        store(record, make_prepared(f"d{number % 8}", f"Ett {number}.", f"Två {number}."))
        found = record.passages_of([f"d{number % 8}"])
        return len(found) == 2 and found[0].text.split()[1] == found[1].text.split()[1]

    with ThreadPoolExecutor(40) as pool:
        assert all(pool.map(work, range(80)))
    assert record.generation() == 80
    assert len(record.documents()) == 8


def test_acknowledged_document_survives_a_kill(tmp_path: Path) -> None:
    """A document whose storing returned is there after SIGKILL, and the record opens."""
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.index.making import make_prepared, open_record, store\n"
        "record = open_record(Path(sys.argv[1]))\n"
        "for number in range(10_000):\n"
        "    store(record, make_prepared(f'd{number}', f'Ord {number}.'))\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = ""
        while last != "30":
            last = process.stdout.readline().strip()
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read().split()
    acknowledged = int(rest[-1]) if rest else 30
    record = open_record(tmp_path)
    names = set(record.versions())
    assert {f"d{number}" for number in range(acknowledged + 1)} <= names
    assert record.generation() == len(names)
    record.close()


def test_sqlite_is_set_for_safety(tmp_path: Path) -> None:
    """Every connection has a write-ahead log, waits for locks, checks foreign keys, and waits for the disk."""
    record = open_record(tmp_path)
    with record.read() as connection:
        names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in names}
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}
    record.close()


def test_feedback_goes_with_its_conversation(record: Record) -> None:
    """Messages and feedback belong to a conversation that exists, and go when it goes."""
    with pytest.raises(IntegrityError), record.write() as connection:
        connection.execute(
            insert(messages).values(id="m", conversation_id="no", created=now(), question="?", answer={})
        )
    with record.write() as connection:
        connection.execute(insert(conversations).values(id="c", created=now()))
        connection.execute(
            insert(messages).values(id="m", conversation_id="c", created=now(), question="?", answer={"a": 1})
        )
        connection.execute(insert(feedback).values(id="f", message_id="m", rating="up", created=now()))
    with pytest.raises(IntegrityError), record.write() as connection:
        connection.execute(insert(feedback).values(id="g", message_id="m", rating="maybe", created=now()))
    with record.write() as connection:
        connection.execute(conversations.delete())
    with record.read() as connection:
        assert connection.execute(select(feedback)).all() == []


def test_a_record_is_made_by_one_process(tmp_path: Path) -> None:
    """Where there is none, others wait for it; one that is there is opened meanwhile, as before."""
    path = tmp_path / "record.sqlite3"
    with writer_lock(tmp_path, timeout_seconds=0, file_name=MAKING_NAME):
        with pytest.raises(IndexBusy):
            Record.open(path, busy_timeout_seconds=0.1)
        assert not path.exists()
    Record.open(path).close()
    with writer_lock(tmp_path, timeout_seconds=0, file_name=MAKING_NAME):
        Record.open(path, busy_timeout_seconds=0.1).close()


def test_locked_record_is_one_line(tmp_path: Path) -> None:
    """A record that another process has locked gives one line that says so, and opens once it is free."""
    record = Record.open(tmp_path / "record.sqlite3", busy_timeout_seconds=0.05)
    other = sqlite3.connect(tmp_path / "record.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(IndexUnavailable, match="locked by another process; wait") as caught:
        store(record, make_prepared("a", "Ett."))
    assert "\n" not in str(caught.value)
    other.execute("ROLLBACK")
    other.close()
    store(record, make_prepared("a", "Ett."))
    record.close()


@pytest.mark.parametrize("content", [b"this is no database " * 100, b"SQLite format 3\0" + b"garbage " * 1000])
def test_garbage_is_one_line(tmp_path: Path, content: bytes) -> None:
    """A file that is no database gives one line that names it, and is left as it is."""
    path = tmp_path / "record.sqlite3"
    path.write_bytes(content)
    with pytest.raises(IndexUnavailable) as caught:
        Record.open(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_missing_folder_is_one_line(tmp_path: Path) -> None:
    """A record in a folder that does not exist is refused with the folder's name."""
    with pytest.raises(IndexUnavailable, match=r"expected a folder at .*missing"):
        Record.open(tmp_path / "missing" / "record.sqlite3")


def test_folder_in_the_place_of_the_record_is_one_line(tmp_path: Path) -> None:
    """A folder where the file should be is refused with its name."""
    (tmp_path / "record.sqlite3").mkdir()
    with pytest.raises(IndexUnavailable, match=r"record\.sqlite3"):
        Record.open(tmp_path / "record.sqlite3")


def test_unknown_database_is_one_line() -> None:
    """A URL of a database that there is no driver for is refused without its password."""
    with pytest.raises(IndexUnavailable) as caught:
        Record.open("nodatabase://user:secret@localhost/kilde")
    assert "secret" not in str(caught.value)


def test_read_only_record_is_one_line(tmp_path: Path) -> None:
    """A record that may not be written says so when it is written, and can still be read."""
    record = open_record(tmp_path)
    store(record, make_prepared("a", "Ett."))
    record.close()
    # Permissions do not bind root: SQLite itself is told to open the file for reading only.
    reading = Record.open(f"sqlite:///file:{tmp_path}/record.sqlite3?mode=ro&uri=true")
    assert len(reading.documents()) == 1
    with pytest.raises(IndexUnavailable, match="cannot be written"):
        store(reading, make_prepared("b", "Två."))
    reading.close()
