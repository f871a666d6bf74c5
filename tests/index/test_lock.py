"""One writer at a time, whoever dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import IndexUnavailable
from index.lock import FILE_NAME, writer_lock

HOLD = (
    "import sys; from pathlib import Path; from index.lock import writer_lock\n"
    "with writer_lock(Path(sys.argv[1]), timeout_seconds=1):\n    print('held', flush=True); sys.stdin.read()"
)


def test_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """While a process holds the lock another is told its number; when it is killed the lock is free."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with (
            pytest.raises(IndexUnavailable, match=rf"being written by process {process.pid} since .*; wait"),
            writer_lock(tmp_path, timeout_seconds=0),
        ):
            pass
        process.kill()
    with writer_lock(tmp_path, timeout_seconds=60):
        pass


def test_threads_of_one_process_take_turns(tmp_path: Path) -> None:
    """The lock also keeps two writers of one process apart."""
    with (
        writer_lock(tmp_path, timeout_seconds=0),
        pytest.raises(IndexUnavailable, match="being written"),
        writer_lock(tmp_path, timeout_seconds=0),
    ):
        pass
    with writer_lock(tmp_path, timeout_seconds=0):
        pass


def test_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A folder that cannot hold the lock is named in one line."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE_NAME).mkdir()
    with pytest.raises(IndexUnavailable, match="cannot be written"), writer_lock(tmp_path / "data", timeout_seconds=0):
        pass
