"""One process that holds the vector index for all: where `chroma run` serves the current folder, workers ask it.

The folder is the same one that any process may open by itself, and it is only read (docs/decisions/0203). So when the
server dies or has not started yet, whoever needs an answer opens the folder, and goes back to the server later.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from index.chroma import Server
from index.errors import IndexUnavailable
from index.vectors import FloatArray, VectorIndex

FILE_NAME = "served.json"
TRY_AGAIN_SECONDS, HUNG_SECONDS = 2.0, 30.0
"""How long the folder is searched in this process after the server has failed, or has not answered in time."""
ANSWER_SECONDS = 5.0
"""What the server may take for an answer: on loopback it takes a few milliseconds."""


def announce(folder: Path, name: str, url: str) -> None:
    """Say where the index of that name is served; `folder` holds the indexes."""
    temporary = folder / f"{FILE_NAME}.{os.getpid()}"
    temporary.write_text(json.dumps({"folder": name, "url": url}), encoding="utf-8")
    temporary.replace(folder / FILE_NAME)


def withdraw(folder: Path) -> None:
    """Say that nothing is served any more."""
    (folder / FILE_NAME).unlink(missing_ok=True)


def address_of(folder: Path, name: str) -> str | None:
    """Where the index of that name is served, None if it is not."""
    try:
        found = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return str(found["url"]) if found["folder"] == name else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


class SharedIndex:
    """Searches an index where it is served, and else in this process. Safe to use from several threads."""

    def __init__(self, folder: Path, name: str) -> None:
        """`folder` holds the indexes, `name` is the one to search.

        Raises:
            IndexUnavailable: it is neither served nor can it be opened.
        """
        self._folder = folder
        self._name = name
        self._lock = threading.Lock()
        self._remote: VectorIndex | None = None
        self._local: VectorIndex | None = None
        self._not_before = 0.0
        self._counts = self._now().count()
        self.languages = tuple(sorted(self._counts))

    def count(self) -> dict[str, int]:
        """How many vectors there are, by language."""
        return self._counts

    def search(
        self, vector: FloatArray, languages: Iterable[str] = (), limit: int = 100
    ) -> dict[str, list[tuple[str, float]]]:
        """As `VectorIndex.search`."""
        index, began = self._now(), time.monotonic()
        try:
            return index.search(vector, languages, limit)
        except IndexUnavailable:
            if index is self._local:
                raise
            with self._lock:
                self._remote = None
                self._leave_alone(began)
            return self._now().search(vector, languages, limit)

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            for index in (self._remote, self._local):
                if index is not None:
                    index.close()

    def _leave_alone(self, began: float) -> None:
        """Not ask the server for a while, a longer one where somebody has waited for it since `began`."""
        now = time.monotonic()
        self._not_before = now + (HUNG_SECONDS if now - began > ANSWER_SECONDS / 2 else TRY_AGAIN_SECONDS)

    def _now(self) -> VectorIndex:
        with self._lock:
            if self._remote is not None:
                return self._remote
            began = time.monotonic()
            if began >= self._not_before and (url := address_of(self._folder, self._name)):
                try:
                    self._remote = VectorIndex(Server(url, timeout_seconds=ANSWER_SECONDS))
                    # Not closed: other threads may be searching it. It closes when the last of them lets go of it.
                    self._local = None
                    return self._remote
                except IndexUnavailable:
                    self._leave_alone(began)
            if self._local is None:
                self._local = VectorIndex(self._folder / self._name)
            return self._local
