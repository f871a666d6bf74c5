"""Small disks of our own, which can be filled up and made to fail. They need root, as in a container."""

from __future__ import annotations

import errno
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILLER = "filler"


@contextmanager
def memory_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A disk in memory (tmpfs) of so many megabytes."""
    place.mkdir(parents=True, exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place))
    try:
        yield place
    finally:
        _run("umount", "--lazy", str(place))


class FailingDisk:
    """An ext4 file system in a file, which becomes read-only as one does whose hardware fails: under open files."""

    def __init__(self, place: Path, megabytes: int = 128) -> None:
        self.place = place
        self._image = place.with_name(f"{place.name}.ext4")
        with self._image.open("wb") as file:
            file.truncate(megabytes * 1_000_000)
        _run("mkfs.ext4", "-q", str(self._image))
        place.mkdir(parents=True, exist_ok=True)
        self._device = _run("losetup", "--show", "--find", str(self._image))

    def mount(self, *options: str) -> None:
        """Mount it, so that it becomes read-only when something fails."""
        _run("mount", "-o", ",".join(("errors=remount-ro", *options)), self._device, str(self.place))

    def fail(self) -> None:
        """Have the file system find an error in itself, and wait until nothing can be written."""
        Path("/sys/fs/ext4", Path(self._device).name, "trigger_fs_error").write_text("1", encoding="ascii")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                (self.place / "probe").touch()
            except OSError as error:
                if error.errno == errno.EROFS:
                    return
            time.sleep(0.05)
        raise AssertionError("the disk does not fail")

    def unmount(self) -> None:
        """Take it away; mounting it again mends it."""
        _run("umount", str(self.place))
        subprocess.run(["fsck.ext4", "-p", self._device], capture_output=True, check=False)

    def remove(self) -> None:
        """Leave nothing behind."""
        subprocess.run(["umount", "--lazy", str(self.place)], capture_output=True, check=False)
        _run("losetup", "--detach", self._device)
        self._image.unlink()


def fill(disk: Path) -> None:
    """Use up every byte of a disk."""
    with (disk / FILLER).open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    os.write(file.fileno(), b"x" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def free(disk: Path) -> None:
    """Give back what `fill` has used up."""
    (disk / FILLER).unlink()


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or error
        pytest.skip(f"needs root and {command[0]}: {said}")
