"""The lock that lets one process at a time change what is under a data folder. Readers need none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexBusy, unwritable
from index.schema import now

FILE_NAME = "writer.lock"
EMBEDDING_NAME = "embedding.lock"
COPYING_NAME = "copying.lock"
BUILDING_NAME = "building.lock"
MAKING_NAME = "making.lock"
RENEWING_NAME = "renewing.lock"


@contextmanager
def writer_lock(data_dir: Path, *, timeout_seconds: float, file_name: str = FILE_NAME) -> Iterator[None]:
    """Hold the lock of a data folder. The system lets go of it when the process dies, however it dies.

    EMBEDDING_NAME is the lock of the one process that has a model embed: for hours, in which others may write;
    COPYING_NAME that of the one that copies the index to another engine; BUILDING_NAME that of the one that goes
    through a folder, between whose batches of documents others may write; MAKING_NAME that of the one that makes a
    record where there is none; RENEWING_NAME that of the one that writes a worn index anew, before it takes it up.

    Raises:
        IndexBusy: another process, which the message names, held it all the time.
        IndexUnavailable: the folder cannot be written.
    """
    # Imported here because only writers need it.
    from filelock import FileLock, Timeout

    path = data_dir / file_name

    def sign(descriptor: int) -> None:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} since {now()[:19]} UTC".encode())

    try:
        lock = FileLock(path, timeout=timeout_seconds, thread_local=False, on_acquired=sign)
        lock.acquire()
    except Timeout:
        raise IndexBusy(
            f"the index in {data_dir} is being written by {_holder(path)}; wait for it to finish, or stop it"
        ) from None
    except OSError as error:
        raise unwritable(f"the data folder {data_dir} cannot be written", error) from None
    try:
        yield
    finally:
        lock.release()


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")[:80] or "another process"
    except (OSError, UnicodeDecodeError):
        return "another process"
