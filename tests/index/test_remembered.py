"""What is remembered of the record is what a statement would read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select, text, update

from index import selecting
from index.record import Record
from index.remembered import MAX_CHANGED, MAX_IDS, MAX_REMEMBERED, Moment, Remembered, Watched
from index.schema import meta, passages
from tests.index.making import make_prepared, store


class Generation:
    """A generation that a test sets."""

    def __init__(self) -> None:
        self.now: int | None = 1
        self.changed: dict[str, int] = {}

    def moment(self) -> Moment | None:
        return None if self.now is None else Moment(self.now, changed=dict(self.changed))


def first_letter(text: str) -> str:
    """The document that a test's text belongs to."""
    return text[0]


def test_a_passage_is_read_once_and_again_when_documents_have_changed(tmp_path: Path) -> None:
    """Another process's change of a document is seen with the next read; what did not change is as before."""
    record, other = Record.open(tmp_path / "record.sqlite3"), Record.open(tmp_path / "record.sqlite3")
    store(other, make_prepared("one", "The wombat digs."))
    (passage,) = other.passages_of(["one"])
    assert record.passages([passage.id]) == {passage.id: passage}
    assert record.info(["one", "two"]).keys() == {"one"}
    store(other, make_prepared("two", "The crow flies."))
    assert record.passages([passage.id]) == {passage.id: passage}
    assert record.info(["one", "two"]).keys() == {"one", "two"}
    other.remove("one")
    assert record.passages([passage.id]) == {}
    assert record.info(["one", "two"]).keys() == {"two"}
    record.close()
    other.close()


def test_only_what_is_missing_is_read_and_everything_where_nobody_tells_of_changes() -> None:
    """Ids that were found are not read again until their document changes; without a generation all are, each time."""
    watched, asked = Generation(), list[list[str]]()

    def read(ids: list[str]) -> dict[str, str]:
        asked.append(list(ids))
        return {id_: f"{id_} of {watched.now}" for id_ in ids if id_ != "none"}

    remembered: Remembered[str] = Remembered(watched, first_letter)
    assert remembered.get(["a", "none"], read) == {"a": "a of 1"}
    assert remembered.get(["b", "a"], read) == {"b": "b of 1", "a": "a of 1"}
    watched.now, watched.changed = 2, {"a": 2}
    assert remembered.get(["a", "b"], read) == {"a": "a of 2", "b": "b of 1"}
    watched.now = None
    assert remembered.get(["a"], read) == remembered.get(["a"], read) == {"a": "a of None"}
    assert asked == [["a", "none"], ["b"], ["a"], ["a"], ["a"]]


def test_nothing_read_before_many_documents_changed_is_taken_for_the_present(tmp_path: Path) -> None:
    """Of so many is not known when each changed: before that, and in a record that has gone back, all may have."""
    record, other = Record.open(tmp_path / "record.sqlite3"), Record.open(tmp_path / "record.sqlite3")
    watched = Watched(record.engine)
    assert watched.moment() == Moment(0)
    store(other, make_prepared("one", "The wombat digs."))
    moment = watched.moment()
    assert moment == Moment(1, changed={"one": 1})
    assert not moment.holds("one", 0)
    assert moment.holds("two", 0)
    assert moment.holds("one", 1)
    assert not moment.holds("two", 2)
    other.replace_all(
        [(make_prepared(f"n{number}", "A crow."), None, None, "added") for number in range(MAX_CHANGED + 1)],
        embedding="none",
        preparation="none",
    )
    moment = watched.moment()
    assert moment is not None
    assert moment.since == moment.generation
    assert not moment.holds("one", moment.generation - 1)
    with other.write() as connection:
        connection.execute(update(meta).values(generation=0))
    back = watched.moment()
    assert back is not None
    assert not back.holds("two", 0)
    watched.close()
    assert watched.moment() is None
    record.close()
    other.close()


def test_what_is_returned_is_of_one_moment() -> None:
    """Where documents change while the missing ones are read, all are read again."""
    watched = Generation()

    def read(ids: list[str]) -> dict[str, str]:
        return {id_: f"{id_} of {watched.now}" for id_ in ids}

    def read_while_it_changes(ids: list[str]) -> dict[str, str]:
        watched.now, watched.changed = 2, {"a": 2}
        return read(ids)

    remembered: Remembered[str] = Remembered(watched, first_letter)
    remembered.get(["a"], read)
    assert remembered.get(["a", "b"], read_while_it_changes) == {"a": "a of 2", "b": "b of 2"}


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    """Reading everything of a large record does not keep it in memory."""
    remembered: Remembered[int] = Remembered(Generation(), str)
    for start in range(0, 5 * MAX_REMEMBERED, 100):
        remembered.get([str(number) for number in range(start, start + 100)], lambda ids: dict.fromkeys(ids, 1))
    assert len(remembered._known) <= MAX_REMEMBERED + 100


def test_who_holds_on_to_a_moment_neither_sees_nor_spoils_what_others_remember(tmp_path: Path) -> None:
    """A thread within one moment reads all of that moment; what is newer is remembered for the others, and stays."""
    record, other = Record.open(tmp_path / "record.sqlite3"), Record.open(tmp_path / "record.sqlite3")
    store(other, make_prepared("one", "The wombat digs."))
    (old,) = other.passages_of(["one"])
    with record.one_moment():
        assert record.passages([old.id]) == {old.id: old}
        store(other, make_prepared("one", "The crow flies high."))
        (new,) = other.passages_of(["one"])
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(record.passages, [old.id, new.id]).result() == {new.id: new}
        assert record.passages([old.id, new.id]) == {old.id: old}
        assert record.info(["one"])["one"].characters == len("The wombat digs.")
    assert record.passages([old.id, new.id]) == {new.id: new}
    assert record.info(["one"])["one"].characters == len("The crow flies high.")
    record.close()
    other.close()


def test_what_is_read_past_sqlalchemy_is_what_it_reads(tmp_path: Path) -> None:
    """Passages and documents are equal, however many are asked for and whether or not they are there."""
    record = Record.open(tmp_path / "record.sqlite3")
    for name in ("one", "two", "three"):
        store(record, make_prepared(name, f"The wombat digs in {name}. 'Æblet' faldt ned."))
    found = {passage.id: passage for passage in record.passages_of(["one", "two", "three"])}
    for ids in ([], ["none"], [*found, "none"], [*found, *(str(number) for number in range(2 * MAX_IDS))]):
        there = {id_: found[id_] for id_ in ids if id_ in found}
        assert record.passages(ids) == there
        with record.one_moment():
            assert record.passages(ids) == there
    documents = {document.id: document for document in record.documents()}
    assert record.info([*documents, "none"]) == documents
    assert record._watched.found(selecting.PASSAGES, list(found)) is not None
    record.close()


def test_a_read_that_fails_is_left_to_the_ordinary_way(tmp_path: Path) -> None:
    """Whatever is wrong is said by the statement that explains errors, and nothing is read after closing."""
    record = Record.open(tmp_path / "record.sqlite3")
    store(record, make_prepared("one", "The wombat digs."))
    (passage,) = record.passages_of(["one"])
    assert record._watched.found(selecting.named(select(text("nowhere")), passages.c.id), ["one"]) is None
    assert record.passages([passage.id]) == {passage.id: passage}
    record.close()
    assert record._watched.found(selecting.PASSAGES, [passage.id]) is None
