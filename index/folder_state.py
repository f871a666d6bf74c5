"""Remembers that a folder of documents was found to be what is indexed, so that its files need not be read again.

Whether a folder has changed since is told by the names, sizes, times and inode numbers of its files, as git tells it of
a work tree. A file that changed only just now could change again within the same tick of its clock, so a folder is not
remembered before it has been left alone for SETTLED_SECONDS.

Imports nothing that is not light: `kilde ask` looks here before it decides whether anything else is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "folder.json"
SETTLED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder whose files have this digest, and the generation of the record that holds what is in it."""

    folder: str
    files: str
    generation: int


def digest_of(folder: Path) -> str | None:
    """What changes with any file under a folder; None where it cannot be told, or a file changed only just now."""
    found: list[tuple[str, int, int, int, int]] = []
    newest = 0
    try:
        for root, folders, names in os.walk(folder, onerror=_raise):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                if not name.startswith("."):
                    path = os.path.join(root, name)  # noqa: PTH118 - a Path for each of 100,000 files takes a second
                    status = os.stat(path)  # noqa: PTH116 - the same
                    times = status.st_mtime_ns, status.st_ctime_ns
                    found.append((path, status.st_size, *times, status.st_ino))
                    newest = max(newest, *times)
    except OSError:
        return None
    if newest / 1e9 > time.time() - SETTLED_SECONDS:
        return None
    return hashlib.sha256(json.dumps(sorted(found)).encode("utf-8", "surrogateescape")).hexdigest()


def read(data_dir: Path) -> FolderState | None:
    """What was remembered last; None where nothing was, or it cannot be read."""
    try:
        return FolderState(**json.loads((data_dir / FILE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remember(data_dir: Path, folder: Path, files: str | None, generation: int) -> None:
    """Note that a folder with this digest is what the record holds; where it cannot be written it is not remembered."""
    if files is None:
        return
    temporary = data_dir / f"{FILE_NAME}.{os.getpid()}"
    with suppress(OSError):
        temporary.write_text(json.dumps(asdict(FolderState(str(folder.resolve()), files, generation))), "utf-8")
        temporary.replace(data_dir / FILE_NAME)


def is_indexed(data_dir: Path, folder: Path, files: str | None, generation: int) -> bool:
    """Whether a folder with this digest was found to be what the record of this generation holds."""
    return files is not None and read(data_dir) == FolderState(str(folder.resolve()), files, generation)


def _raise(error: OSError) -> None:
    raise error
