"""How a process that supervises others sees that one of them hangs: it lives, and its event loop does nothing."""

from __future__ import annotations

import time
from ctypes import c_bool, c_double
from multiprocessing.sharedctypes import RawValue


class Heartbeat:
    """A moment in memory that two processes share; given to a process when it is started."""

    def __init__(self) -> None:
        self._last = RawValue(c_double, 0.0)
        self._begun = RawValue(c_bool, False)

    def beat(self) -> None:
        """The event loop is alive now."""
        self._last.value = time.monotonic()
        self._begun.value = True

    @property
    def begun(self) -> bool:
        """Whether there ever was a beat."""
        return bool(self._begun.value)

    def end(self) -> None:
        """From now on nothing is expected: the process finishes what it has begun, and leaves."""
        self._last.value = 0.0

    def silent_seconds(self) -> float:
        """How long there has been no beat; 0 before the first one and after the end. The clock is the machine's."""
        last = self._last.value
        return time.monotonic() - last if last else 0.0
