"""Builds a vector index, or has a model embed what has no vector, in a thread while searching goes on without it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexUnavailable
from index.lock import BUILDING_NAME, writer_lock
from index.upkeep import Upkeep

log = logging.getLogger(__name__)

RETRY_SECONDS = 60.0
"""Between two tries to have a model embed what is left, when it failed or another process was at it."""
CLOSING_SECONDS = 5.0
"""How long closing waits for a model's answer to the last batch; later ones are lost, and asked for again."""


class Repairs:
    """One repair at a time. Nothing is lost where one fails: the next opening tries again, and says what is wrong."""

    def __init__(self, data_dir: Path, upkeep: Upkeep, lock_timeout_seconds: float) -> None:
        self._data_dir = data_dir
        self._upkeep = upkeep
        self._lock_timeout_seconds = lock_timeout_seconds
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def start(self, *suspect: str, timeout_seconds: float | None = None) -> None:
        """Build a vector index that is missing or failed in use; `suspect` are folders that are not to be used again.

        Args:
            timeout_seconds: how long to wait for another process to finish; by default as long as others do.
        """
        wait = self._lock_timeout_seconds if timeout_seconds is None else timeout_seconds
        if self._upkeep.embedder.is_neural:
            self._thread = threading.Thread(target=self._embed, args=(suspect,), name="kilde-embedding", daemon=True)
        else:
            self._thread = threading.Thread(target=self._repair, args=(suspect, wait), name="kilde-repair")
        self._thread.start()

    def go_on_embedding(self) -> None:
        """Start to embed what other processes, or a build whose model failed, have left."""
        if self._stopped.is_set() or (self._thread is not None and self._thread.is_alive()):
            return
        if self._upkeep.embedder.lacks_vectors():
            self.start()

    @contextmanager
    def pausing(self) -> Iterator[None]:
        """Have no model embed meanwhile: somebody does it in the foreground."""
        if self._upkeep.embedder.is_neural and self._thread is not None:
            self._stopped.set()
            self._thread.join(CLOSING_SECONDS)
            self._stopped.clear()
        yield
        self.go_on_embedding()

    def close(self) -> None:
        """Wait for a repair that is under way; what a model still has to embed waits."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS if self._upkeep.embedder.is_neural else None)

    def _repair(self, suspect: Collection[str], timeout_seconds: float) -> None:
        try:
            self._bring_up_to_date(suspect, timeout_seconds)
        except IndexUnavailable as error:
            log.info("the vector index is not built yet: %s", error)

    def _bring_up_to_date(self, suspect: Collection[str], timeout_seconds: float) -> None:
        """Hold the writer lock at the end only: documents may be added while a large index is written."""
        with writer_lock(self._data_dir, timeout_seconds=timeout_seconds, file_name=BUILDING_NAME):
            ahead = self._upkeep.work_ahead(suspect=suspect)
            with writer_lock(self._data_dir, timeout_seconds=self._lock_timeout_seconds):
                self._upkeep.bring_up_to_date(suspect=suspect, ahead=ahead)

    def _embed(self, suspect: tuple[str, ...]) -> None:
        """Have the model embed what is missing, write the index, and switch to it; try again for as long as it takes.

        The writer lock is only held at the end: documents may be added while a model works for hours.
        """
        while not self._stopped.is_set():
            try:
                usable = self._upkeep.find_vectors_fault(self._upkeep.manifest()) is None
                self._upkeep.embedder.embed_by_model(changing=usable, stopped=self._stopped.is_set)
                if self._stopped.is_set():
                    return
                # Who builds from a folder does the same at its end; waiting for that could not be ended.
                self._bring_up_to_date(suspect, timeout_seconds=0)
                if not self._upkeep.embedder.lacks_vectors():
                    return
            except IndexUnavailable as error:
                log.info("the vectors are not complete yet: %s", error)
                self._stopped.wait(RETRY_SECONDS)
