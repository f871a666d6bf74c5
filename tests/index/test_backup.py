"""Copies of the record: whole, taken and put back while it is in use, and never in the place of something better."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from index.backup import back_up, look_through, restore
from index.build import build
from index.errors import IndexUnavailable
from index.exchange import remove
from tests.index.making import TEXTS, built, find, make_prepared, open_record, opened, store, write_texts


def record_of(place: Path) -> Path:
    return place / "data" / "record.sqlite3"


def test_copy_is_whole_while_others_write(tmp_path: Path) -> None:
    """Copies taken during writes are sound, each holds what was stored before it, and no writer fails."""
    stop = threading.Event()
    record = open_record(tmp_path)
    stored = [0]

    def write() -> None:
        while not stop.is_set():
            store(record, make_prepared(f"d{stored[0]}", "En mening om havet.", "En till."))
            stored[0] += 1

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for turn in range(5):
            least = stored[0]
            copy = back_up(tmp_path / "record.sqlite3", tmp_path / f"copy{turn}.sqlite3")
            assert least <= copy.documents <= stored[0] + 1
            assert look_through(copy.path).documents == copy.documents
    finally:
        stop.set()
        writing.join()
        record.close()
    assert not list(tmp_path.glob("*.part*"))


def test_copy_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """It holds what people asked."""
    open_record(tmp_path).close()
    copy = back_up(tmp_path / "record.sqlite3", tmp_path / "copy")
    assert stat.S_IMODE(copy.path.stat().st_mode) == 0o600


def test_restored_record_is_seen_by_who_has_it_open(tmp_path: Path) -> None:
    """A library that is open finds after a restore exactly what the copy holds, by words and by vector."""
    built(tmp_path)[0].close()
    copy = back_up(record_of(tmp_path), tmp_path / "copy").path
    with opened(tmp_path) as running, opened(tmp_path) as other:
        write_texts(tmp_path / "texts", bread="Bread\n\nA wombat digs.\n", snow="Snow\n\nThe plough clears the road.\n")
        build(other, tmp_path / "texts")
        with other.writing() as upkeep:
            remove(upkeep, ["sea"])
        assert find(running, "Who clears the road?")[0] == "snow"
        with other.writing() as upkeep:
            restored = restore(copy, record_of(tmp_path))
            upkeep.bring_up_to_date()
        assert (restored.in_place, restored.documents) == (True, len(TEXTS))
        for library in (running, other):
            assert {info.id for info in library.record.documents()} == set(TEXTS)
            assert find(library, "Who kneads the dough?")[0] == "bread"
            assert find(library, "Vem kommer hem med torsk?", "sv")[0] == "sea"
            assert "snow" not in find(library, "Who clears the road?")
            assert library.lag()["lexical"] == 0
            found = library.vectors.search(library.embedding.embed(["a wombat digs"])[0], (), 1000)
            passages = {passage.id for batch in library.record.all_passages() for passage in batch}
            assert {name for near in found.values() for name, _ in near} == passages


def test_damaged_record_is_replaced(tmp_path: Path) -> None:
    """Garbage in the place of the record gives way to the copy, and everything is found again."""
    built(tmp_path)[0].close()
    copy = back_up(record_of(tmp_path), tmp_path / "copy").path
    record_of(tmp_path).write_bytes(os.urandom(20_000))
    assert restore(copy, record_of(tmp_path)).in_place is False
    with opened(tmp_path) as library:
        assert find(library, "Who kneads the dough?")[0] == "bread"


def test_copy_makes_a_record_where_there_is_none(tmp_path: Path) -> None:
    """On a new machine the copy becomes the record, and the indexes are built from it."""
    built(tmp_path)[0].close()
    copy = back_up(record_of(tmp_path), tmp_path / "copy").path
    (tmp_path / "new" / "data").mkdir(parents=True)
    restore(copy, record_of(tmp_path / "new"))
    with opened(tmp_path / "new") as library:
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert library.conditions() == {"record": "ok", "lexical": "ok", "vectors": "ok"}


@pytest.mark.parametrize("kind", ["missing", "garbage", "another database", "cut off", "newer"])
def test_what_is_no_sound_copy_changes_nothing(tmp_path: Path, kind: str) -> None:
    """The record stays as it was, and one line says what was found."""
    record = open_record(tmp_path)
    store(record, make_prepared("d", *(f"En mening om havet nummer {number}." for number in range(200))))
    copy = back_up(tmp_path / "record.sqlite3", tmp_path / "copy").path
    if kind == "missing":
        copy.unlink()
    elif kind == "garbage":
        copy.write_bytes(os.urandom(5000))
    elif kind == "another database":
        copy.unlink()
        with sqlite3.connect(copy) as connection:
            connection.execute("CREATE TABLE birds (name TEXT)")
        connection.close()
    elif kind == "cut off":
        copy.write_bytes(copy.read_bytes()[:-8192])
    else:
        with sqlite3.connect(copy) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
    with pytest.raises(IndexUnavailable) as raised:
        restore(copy, tmp_path / "record.sqlite3")
    assert "\n" not in str(raised.value)
    assert record.document("d") is not None
    record.close()
    assert not list(tmp_path.glob("*.part*"))


def test_copy_that_cannot_be_written_leaves_the_former_one(tmp_path: Path) -> None:
    """A record that is damaged does not take the place of a copy that is sound."""
    record = open_record(tmp_path)
    store(record, make_prepared("d", *(f"En mening om havet nummer {number}." for number in range(500))))
    record.close()
    copy = back_up(tmp_path / "record.sqlite3", tmp_path / "copy").path
    damaged = bytearray((tmp_path / "record.sqlite3").read_bytes())
    damaged[8192:20_000] = os.urandom(20_000 - 8192)
    (tmp_path / "record.sqlite3").write_bytes(bytes(damaged))
    with pytest.raises(IndexUnavailable):
        back_up(tmp_path / "record.sqlite3", copy)
    assert look_through(copy).documents == 1
