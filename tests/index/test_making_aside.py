"""Taking in documents in another process."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.adding import add
from index.errors import IndexBusy, IndexUnavailable, UnreadableDocument
from index.exchange import Outcome
from index.library import Library, open_library
from index.lock import writer_lock
from index.making import Maker, ToMake
from index.making_aside import MakingAside, Task, place_of, taken
from index.worker import Finished
from tests.index.making import TEXTS, write_texts
from tests.index.test_making import is_running, maker, to_make

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]
STARTING_SECONDS = 60.0


@pytest.fixture
def aside() -> Iterator[MakingAside]:
    made_aside = MakingAside(200, 1_000_000)
    yield made_aside
    made_aside.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """One that stays open, whose other process is ready."""
    write_texts(tmp_path, **TEXTS)
    with open_library(tmp_path / "data") as opened:
        opened.warm_up()
        assert add(opened, tmp_path / "bread.txt", "bread", path="bread.txt") == "added"
        assert opened.aside is not None
        await_ready(opened.aside)
        yield opened


def await_ready(aside: MakingAside) -> int:
    """Wait until the other process is ready, and return its number."""
    end = time.monotonic() + STARTING_SECONDS
    while not aside.is_ready():
        assert time.monotonic() < end, "expected the process to start"
        time.sleep(0.05)
    (child,) = active_children()
    assert child.pid is not None
    return child.pid


def await_end(process: int) -> None:
    """Wait until a process is no more."""
    end = time.monotonic() + STARTING_SECONDS
    while is_running(process):
        assert time.monotonic() < end, "expected the process to end"
        time.sleep(0.05)


def task(file: ToMake) -> Task:
    """To take in a file."""
    return Task(file, 60.0, maker().fingerprint)


def put_in(library: Library, name: str) -> Outcome:
    """Take in one of the texts."""
    return add(library, library.data_dir.parent / f"{name}.txt", name, path=f"{name}.txt", timeout_seconds=60)


def found_for(library: Library, question: str, language: str) -> set[str]:
    """The documents that have a word of a question."""
    hits = library.retriever.search(question, language=language)
    return {hit.passage.document_id for hit in hits if question.split()[0] in hit.passage.text.casefold()}


def never(_: Maker, file: ToMake) -> None:
    """Fails where this process is asked to make a document."""
    raise AssertionError(f"expected {file.path} to be made by the other process")


def test_what_another_process_makes_is_what_this_one_would(tmp_path: Path, aside: MakingAside) -> None:
    """The same passages, entries and vectors; the reason where there are none; and nobody waits for the start."""
    write_texts(tmp_path, **TEXTS, empty="")
    bread, sea, empty = to_make(tmp_path, "bread", "sea", "empty")
    assert aside.ask(task(bread)) is None
    aside.start()
    child = await_ready(aside)
    assert child != os.getpid()
    finished, here = aside.ask(task(sea)), maker()
    assert isinstance(finished, Finished)
    made, alone = taken(finished, here), here.make(sea)
    assert (made.prepared, list(made.entries)) == (alone.prepared, list(alone.entries))
    assert made.vectors is not None
    assert alone.vectors is not None
    assert np.array_equal(made.vectors, alone.vectors)
    with pytest.raises(UnreadableDocument) as expected:
        here.make(empty)
    refused = aside.ask(task(empty))
    assert isinstance(refused, Finished)
    with pytest.raises(UnreadableDocument) as found:
        taken(refused, here)
    assert str(found.value) == str(expected.value)
    assert aside.ask(Task(sea, 60.0, "another lexicon")) is None
    aside.close()
    await_end(child)


def test_a_library_that_stays_open_stores_documents_by_another_process(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are found at once, replaced and refused as before; closing the library ends the process."""
    monkeypatch.setattr(Maker, "make", never)
    (child,) = active_children()
    assert put_in(library, "sea") == "added"
    assert found_for(library, "fiskarna", "sv") == {"sea"}
    assert put_in(library, "sea") == "unchanged"
    write_texts(tmp_path, sea="Wombats dig burrows under the eucalyptus trees.", empty="")
    assert put_in(library, "sea") == "replaced"
    assert found_for(library, "wombats", "en") == {"sea"}
    with pytest.raises(UnreadableDocument, match="empty"):
        put_in(library, "empty")
    with writer_lock(library.data_dir, timeout_seconds=0), pytest.raises(IndexBusy):
        add(library, tmp_path / "bread.txt", "bread", path="bread.txt", timeout_seconds=0.1)
    library.close()
    child.join(STARTING_SECONDS)
    assert not child.is_alive()


def end(process: int, with_signal: signal.Signals) -> None:
    """End a process that was stopped, unless it has been ended already."""
    with suppress(ProcessLookupError):
        os.kill(process, with_signal)
        os.kill(process, signal.SIGCONT)


def ended_over(patched: pytest.MonkeyPatch, aside: MakingAside, with_signal: signal.Signals, times: int) -> list[int]:
    """Have the next processes that are asked ended while they take in a document; the list of them fills up."""
    ended: list[int] = []
    asked = aside._asked

    def asked_and_ended(other: Any, given: Task) -> Any:
        child = other[0].pid
        if len(ended) < times:
            ended.append(child)
            os.kill(child, signal.SIGSTOP)
            threading.Timer(0.2, end, (child, with_signal)).start()
        return asked(other, given)

    patched.setattr(aside, "_asked", asked_and_ended)
    return ended


def test_a_document_whose_process_is_ended_is_given_to_another_one(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost; what ends that one, too, is refused, and the next document is taken in."""
    assert library.aside is not None
    with monkeypatch.context() as patched:
        patched.setattr(Maker, "make", never)
        ended = ended_over(patched, library.aside, signal.SIGKILL, 1)
        assert put_in(library, "sea") == "added"
        assert await_ready(library.aside) not in ended
        assert len(ended) == 1
    assert found_for(library, "fiskarna", "sv") == {"sea"}
    with monkeypatch.context() as patched:
        ended = ended_over(patched, library.aside, signal.SIGKILL, 2)
        with pytest.raises(UnreadableDocument, match="ended the process reading it"):
            put_in(library, "trains")
        assert len(set(ended)) == 2
    assert put_in(library, "trains") == "added"
    assert found_for(library, "train station", "en") == {"trains"}


def test_a_process_may_be_killed_at_any_instant(library: Library, tmp_path: Path) -> None:
    """What was being stored is there afterwards, once, and found in that version: DRILL_KILLS times, or four."""
    assert library.aside is not None
    chance = random.Random(5)  # noqa: S311 - a drill that can be repeated
    for number in range(int(os.environ.get("DRILL_KILLS", "4"))):
        child = await_ready(library.aside)
        write_texts(tmp_path, sea=f"The wombat of day {number} digs a burrow.\n\nThe crow flies over the hills.")
        killing = threading.Timer(chance.uniform(0.0, 0.08), end, (child, signal.SIGKILL))
        killing.start()
        assert put_in(library, "sea") in {"added", "replaced", "unchanged"}
        killing.join()
        (passage,) = library.record.passages_of(["sea"])
        assert f"day {number} " in passage.text
        assert found_for(library, "wombat", "en") == {"sea"}
        assert library.lexical.count() == sum(library.record.count().values())
        assert not library.upkeep.behind()
        put_in(library, "sea")  # Who finds that it has ended starts another one.


def test_a_process_that_is_ended_between_documents_is_replaced(library: Library) -> None:
    """Nobody notices: the next document is taken in by this process."""
    assert library.aside is not None
    first = await_ready(library.aside)
    os.kill(first, signal.SIGKILL)
    while active_children():
        time.sleep(0.01)
    assert put_in(library, "sea") == "added"
    assert await_ready(library.aside) != first


def test_what_was_begun_is_finished_where_all_processes_are_told_to_stop(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own process takes the document in; once it is closed, none is."""
    assert library.aside is not None
    with monkeypatch.context() as patched:
        ended_over(patched, library.aside, signal.SIGTERM, 1)
        assert put_in(library, "sea") == "added"
    await_ready(library.aside)
    ended_over(monkeypatch, library.aside, signal.SIGKILL, 1)
    threading.Timer(0.1, library.aside.close).start()
    with pytest.raises(IndexUnavailable, match="closed"):
        put_in(library, "trains")


def test_nobody_waits_long_for_a_document_before(library: Library) -> None:
    """While the other process is busy with one, the next is taken in here."""
    assert library.aside is not None
    child = await_ready(library.aside)
    os.kill(child, signal.SIGSTOP)
    outcomes: list[Outcome] = []
    busy = threading.Thread(target=lambda: outcomes.append(put_in(library, "sea")))
    busy.start()
    time.sleep(0.2)
    assert put_in(library, "trains") == "added"
    assert not outcomes
    os.kill(child, signal.SIGCONT)
    busy.join()
    assert outcomes == ["added"]


def test_where_no_process_can_be_started_documents_are_taken_in_here(tmp_path: Path) -> None:
    """That is tried once."""
    write_texts(tmp_path, **TEXTS)
    with open_library(tmp_path / "data") as library:
        library.warm_up()
        assert library.aside is not None
        library.aside._settings = ()  # type: ignore[assignment]  # the process ends at once
        for name in TEXTS:
            assert put_in(library, name) == "added"
            for child in active_children():
                child.join()
                assert child.exitcode == 1
        assert not library.aside.is_ready()
        assert put_in(library, "sea") == "unchanged"
        assert not active_children()


def test_where_a_part_is_elsewhere_the_other_process_only_makes_documents(tmp_path: Path) -> None:
    """Of a record in another folder, of a server's vectors, of a model's."""
    write_texts(tmp_path, **TEXTS)
    with open_library(tmp_path / "data") as library:
        assert place_of(library.upkeep) is not None
    with open_library(tmp_path / "data", database_url=f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}") as library:
        assert place_of(library.upkeep) is None
        library.warm_up()
        assert put_in(library, "bread") == "added"
        assert library.aside is not None
        await_ready(library.aside)
        assert put_in(library, "sea") == "added"
        assert found_for(library, "fiskarna", "sv") == {"sea"}
