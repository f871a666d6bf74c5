"""Making documents in another process."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest

from index.adding import add
from index.errors import UnreadableDocument
from index.exchange import NewVersion
from index.library import open_library
from index.making import ToMake
from index.making_aside import MakingAside
from tests.index.making import TEXTS, write_texts
from tests.index.test_making import is_running, maker, to_make

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]
STARTING_SECONDS = 60.0


@pytest.fixture
def aside() -> Iterator[MakingAside]:
    made_aside = MakingAside(max_tokens=200, max_bytes=1_000_000)
    yield made_aside
    made_aside.close()


def ready(aside: MakingAside, file: ToMake) -> int:
    """Have a document made, wait until the other process is ready, and return its number."""
    aside.make(file, maker())
    end = time.monotonic() + STARTING_SECONDS
    while not aside.is_ready():
        assert time.monotonic() < end, "expected the process to start"
        time.sleep(0.05)
    (child,) = active_children()
    assert child.pid is not None
    return child.pid


def test_what_another_process_makes_is_what_this_one_would(tmp_path: Path, aside: MakingAside) -> None:
    """The same passages, entries and vectors; the reason where there are none; and nobody waits for the start."""
    write_texts(tmp_path, **TEXTS, empty="")
    bread, sea, empty = to_make(tmp_path, "bread", "sea", "empty")
    here = maker()
    asked: list[ToMake] = []
    make = here.make

    def noted(file: ToMake) -> NewVersion:
        asked.append(file)
        return make(file)

    here.make = noted  # type: ignore[method-assign]  # to count what this process is asked for
    aside.make(bread, here)
    assert asked == [bread]
    child = ready(aside, bread)
    assert child != os.getpid()
    made, alone = aside.make(sea, here), make(sea)
    assert asked == [bread]
    assert (made.prepared, list(made.entries)) == (alone.prepared, list(alone.entries))
    assert made.vectors is not None
    assert alone.vectors is not None
    assert np.array_equal(made.vectors, alone.vectors)
    with pytest.raises(UnreadableDocument) as expected:
        make(empty)
    with pytest.raises(UnreadableDocument) as found:
        aside.make(empty, here)
    assert str(found.value) == str(expected.value)
    aside.close()
    end = time.monotonic() + STARTING_SECONDS
    while is_running(child):
        assert time.monotonic() < end, "expected the process to end"
        time.sleep(0.05)


def test_a_process_that_is_ended_is_replaced(tmp_path: Path, aside: MakingAside) -> None:
    """At a file that it was reading, that one is refused; while it waited, nobody notices."""
    write_texts(tmp_path, **TEXTS)
    bread, sea = to_make(tmp_path, "bread", "sea")
    first = ready(aside, bread)
    os.kill(first, signal.SIGSTOP)
    threading.Timer(0.5, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(UnreadableDocument, match="ended the process reading it"):
        aside.make(sea, maker())
    second = ready(aside, sea)
    assert second != first
    os.kill(second, signal.SIGKILL)
    while active_children():
        time.sleep(0.01)
    assert aside.make(sea, maker()).prepared.passages
    third = ready(aside, sea)
    assert third not in (first, second)
    # All processes of a service may be told to stop at once; what was begun is finished by this one.
    os.kill(third, signal.SIGSTOP)
    threading.Timer(0.5, lambda: (os.kill(third, signal.SIGTERM), os.kill(third, signal.SIGCONT))).start()
    assert aside.make(sea, maker()).prepared.passages


def test_nobody_waits_long_for_a_document_before(tmp_path: Path, aside: MakingAside) -> None:
    """While the other process is busy with one, the next is made here."""
    write_texts(tmp_path, **TEXTS)
    bread, sea = to_make(tmp_path, "bread", "sea")
    child = ready(aside, bread)
    os.kill(child, signal.SIGSTOP)
    made: list[NewVersion] = []
    busy = threading.Thread(target=lambda: made.append(aside.make(bread, maker())))
    busy.start()
    time.sleep(0.2)
    assert aside.make(sea, maker()).prepared.document.id == "sea"
    assert not made
    os.kill(child, signal.SIGCONT)
    busy.join()
    assert made[0].prepared.document.id == "bread"


def test_where_no_process_can_be_started_documents_are_made_here(
    tmp_path: Path, aside: MakingAside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is tried once."""
    write_texts(tmp_path, **TEXTS)
    (bread,) = to_make(tmp_path, "bread")
    monkeypatch.setattr(aside, "_limits", ())
    for _ in range(3):
        assert aside.make(bread, maker()).prepared.passages
        for child in active_children():
            child.join()
            assert child.exitcode == 1
    assert not active_children()
    assert not aside.is_ready()
    assert aside.make(bread, maker()).prepared.passages
    assert not active_children()


def test_a_library_that_stays_open_makes_documents_aside(tmp_path: Path) -> None:
    """They are found as before; closing the library ends the process."""
    write_texts(tmp_path, **TEXTS)
    with open_library(tmp_path / "data") as library:
        library.warm_up()
        for name in TEXTS:
            assert add(library, tmp_path / f"{name}.txt", name, path=f"{name}.txt") == "added"
        (child,) = active_children()
        assert {hit.passage.document_id for hit in library.retriever.search("bread", language="en")} >= {"bread"}
    child.join(STARTING_SECONDS)
    assert not child.is_alive()
