"""How long something that keeps failing is waited for: not at all, for a while, after it failed twice in a row."""

from __future__ import annotations

import threading
import time

FAILURES = 2
PAUSE_SECONDS = 30.0
"""After so many failures in a row nobody asks for half a minute; then one question tries it."""


class Patience:
    """Counts failures. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._paused_until = 0.0

    @property
    def is_out(self) -> bool:
        """Whether it is not to be asked now."""
        with self._lock:
            return time.monotonic() < self._paused_until

    def note(self, *, failed: bool) -> None:
        """Count how an attempt went."""
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            self._paused_until = time.monotonic() + PAUSE_SECONDS if self._failures >= FAILURES else 0.0
