"""Making many documents at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from index import making
from index.language import LanguageDetector
from index.making import BYTES_A_TASK, FILES_A_TASK, Maker, ToMake, in_tasks
from index.subwords import SubwordEmbedding
from index.versions import Version
from tests.index.analysing import analyzer
from tests.index.making import TEXTS, write_texts


def maker() -> Maker:
    """A maker of its own, with the analyzer that the tests share."""
    detector = LanguageDetector(analyzer().words)
    return Maker(analyzer(), detector, SubwordEmbedding(), max_tokens=200, max_bytes=1_000_000)


def to_make(folder: Path, *names: str) -> list[ToMake]:
    return [ToMake(folder / f"{name}.txt", Version("", f"{name}.txt", None, "p", "folder")) for name in names]


def test_many_at_once_are_made_as_one_by_one(tmp_path: Path) -> None:
    """Each version has its own passages, vectors and entries, and a file that cannot be read its reason."""
    write_texts(tmp_path, **TEXTS, empty="")
    files = to_make(tmp_path, "bread", "empty", "sea", "gone", "trains", "bread")
    outcomes = maker().outcomes(files)
    assert [isinstance(outcome, str) for outcome in outcomes] == [False, True, False, True, False, False]
    for file, outcome in zip(files, outcomes, strict=True):
        if not isinstance(outcome, str):
            alone = maker().make(file)
            assert (outcome.prepared, list(outcome.entries)) == (alone.prepared, list(alone.entries))
            assert outcome.vectors is not None
            assert alone.vectors is not None
            assert np.array_equal(outcome.vectors, alone.vectors)
    assert maker().outcomes([]) == []
    assert all(isinstance(outcome, str) for outcome in maker().outcomes(to_make(tmp_path, "gone")))


def test_tasks_are_of_few_files_and_few_bytes(tmp_path: Path) -> None:
    """In order, none left out: many small files, or few large ones, or one that is larger than a task."""
    large = "word " * (BYTES_A_TASK // 5 + 1)
    write_texts(tmp_path, small="word", large=large, half=large[: BYTES_A_TASK // 2])
    files = to_make(tmp_path, *["small"] * (FILES_A_TASK + 1), "large", "half", "half", "gone", "small")
    tasks = list(in_tasks(files))
    assert [len(task) for task in tasks] == [FILES_A_TASK, 2, 2, 2]
    assert [file for task in tasks for file in task] == files
    assert list(making.in_tasks([])) == []


BUILDER = """
import multiprocessing, sys, time
from pathlib import Path
from index.making import made
from tests.index.test_making import maker, to_make

if __name__ == "__main__":
    files = to_make(Path(sys.argv[1]), *["bread"] * 400)
    outcomes = made(maker(), files, workers=2, max_tokens=200, max_bytes=1_000_000)
    next(outcomes)
    first = [child.pid for child in multiprocessing.active_children()]
    forked = [Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split() for pid in first]
    print(*first, *sum(forked, []), flush=True)
    time.sleep(600)
"""


def is_running(process: int) -> bool:
    """Whether a process is there and has not ended, on Linux."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_workers_end_with_the_process_that_they_work_for(tmp_path: Path) -> None:
    """A build that is killed leaves no process behind."""
    write_texts(tmp_path, **TEXTS)
    script = tmp_path / "builder.py"
    script.write_text(BUILDER, encoding="utf-8")
    root = Path(making.__file__).parent.parent
    command = [sys.executable, str(script), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    # Python says of what is killed that it has left semaphores, and removes them.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as builder:
        assert builder.stdout is not None
        workers = [int(one) for one in builder.stdout.readline().split()]
        try:
            assert len(workers) == 3
            assert all(map(is_running, workers))
        finally:
            builder.kill()
    while any(map(is_running, workers)):
        time.sleep(0.05)  # The test's own limit ends it.
