"""Processes that make documents for a build."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index import crew as module
from index.build import build
from index.crew import Crew, CrewEnded, taken
from index.errors import IndexUnavailable
from index.exchange import NewVersion
from index.making import ToMake, crew_ahead
from index.versions import Version
from tests.index.making import TEXTS, opened, write_texts

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


def to_make(folder: Path, name: str) -> ToMake:
    return ToMake(folder / f"{name}.txt", Version("", f"{name}.txt", None, "p", "folder"))


@contextmanager
def working(count: int) -> Iterator[Crew]:
    crew = Crew(count, max_tokens=200, max_bytes=1_000_000)
    try:
        yield crew
    finally:
        crew.close()
        for process in multiprocessing.active_children():
            process.join()


def forked(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()]


@pytest.mark.parametrize("can_fork", [True, False])
def test_every_process_makes_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, can_fork: bool) -> None:
    """Forked or not, what was asked for comes back: a version or a reason for each file."""
    if can_fork and not module.CAN_FORK:
        pytest.skip("nothing is forked here")
    monkeypatch.setattr(module, "CAN_FORK", can_fork)
    write_texts(tmp_path, **TEXTS)
    with working(2) as crew:
        asked = [crew.submit([to_make(tmp_path, name), to_make(tmp_path, "gone")]) for name in ("bread", "sea") * 4]
        for name, future in zip(("bread", "sea") * 4, asked, strict=True):
            version, reason = taken(future.result()).outcomes
            assert isinstance(version, NewVersion)
            assert version.prepared.document.id == name
            assert isinstance(reason, str)


@linux
def test_a_process_that_is_killed_is_no_answer(tmp_path: Path) -> None:
    """Whoever waits for it is told; the others go on."""
    write_texts(tmp_path, **TEXTS)
    with working(2) as crew:
        crew.submit([to_make(tmp_path, "bread")]).result()
        (first,) = multiprocessing.active_children()
        assert first.pid is not None
        one, _ = forked(first.pid)
        os.kill(one, signal.SIGKILL)
        outcomes = [crew.submit([to_make(tmp_path, "bread")]).exception() for _ in range(6)]
        assert {type(outcome) for outcome in outcomes} == {CrewEnded, type(None)}


@linux
def test_closing_ends_every_process_at_once(tmp_path: Path) -> None:
    """Also while it has work to do that nobody waits for any more."""
    write_texts(tmp_path, **TEXTS)
    with working(2) as crew:
        crew.submit([to_make(tmp_path, "bread")]).result()
        (first,) = multiprocessing.active_children()
        assert first.pid is not None
        workers = forked(first.pid)
        assert len(workers) == 2
        many = [crew.submit([to_make(tmp_path, "bread")] * 5_000) for _ in range(2)]
        time.sleep(0.2)
        crew.close()
        assert all(isinstance(one.exception(), CrewEnded) for one in many)
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_where_no_process_can_be_started_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, as of everything that the machine refuses."""

    def refuse(_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.context.SpawnProcess, "start", refuse)
    with pytest.raises(IndexUnavailable, match=r"cannot start a process .*: Resource temporarily unavailable"):
        Crew(2, max_tokens=200, max_bytes=1_000_000)


def test_what_a_process_fails_with_is_raised_where_it_is_asked_for() -> None:
    """A fault is no silence."""
    with working(1) as crew, pytest.raises(AttributeError):
        taken(crew.submit(["no file"]).result())  # type: ignore[list-item]  # what it cannot make


def test_processes_begin_ahead_only_for_a_first_build_of_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few files are made by the builder alone, and where something is indexed already there may be nothing to do."""
    monkeypatch.setattr("index.making.WORTH_PROCESSES", 3)
    texts, data = tmp_path / "texts", tmp_path / "data"

    def begun(workers: int = 2) -> bool:
        crew = crew_ahead(texts, data, workers=workers, max_tokens=200, max_bytes=1_000_000)
        if crew is None:
            return False
        crew.close()
        return True

    assert not begun()
    texts.mkdir()
    write_texts(texts, one="One.", two="Two.")
    assert not begun()
    write_texts(texts, three="Three.")
    assert begun()
    assert not begun(workers=1)
    data.mkdir()
    assert begun()
    (data / "record.sqlite3").touch()
    assert not begun()
    for process in multiprocessing.active_children():
        process.join()


def test_a_build_uses_the_processes_that_were_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts none of its own, and ends them."""
    monkeypatch.setattr("index.making.WORTH_PROCESSES", 2)
    texts = tmp_path / "texts"
    texts.mkdir()
    write_texts(texts, **TEXTS)
    with working(2) as crew, opened(tmp_path / "data") as library:
        monkeypatch.setattr("index.making.Crew", None)
        assert build(library, texts, workers=2, crew=crew).added == len(TEXTS)
        with pytest.raises(CrewEnded):
            crew.submit([])


def test_a_process_that_makes_documents_loads_no_database() -> None:
    """It stores nothing: a sixth of a second of its start."""
    said = "import sys, index.worker; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0
