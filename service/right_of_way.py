"""Who is quick goes first: an answer stands aside while a search is worked out in the same process.

Both need the interpreter, which one thread has at a time. Taking turns, a search beside an answer takes twice as long
as alone, while an answer hardly takes longer for letting one go first (docs/decisions/0830).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 0.1
"""How long an answer stands aside in all: where searches never cease it gets its turns like anybody."""

Aside = Callable[[], None]
"""What an answer calls between two steps, so that others can go first."""


class RightOfWay:
    """The searches and answers that are being worked out. Safe to use from several threads."""

    def __init__(self) -> None:
        self._searches = self._answers = 0
        self._changed = threading.Condition()
        self._patience = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have answers stand aside while this search is worked out."""
        with self._changed:
            self._searches += 1
        try:
            yield
        finally:
            with self._changed:
                self._searches -= 1
                if not self._searches:
                    self._changed.notify_all()

    @property
    def is_clear(self) -> bool:
        """Whether no answer is being worked out."""
        return not self._answers

    @contextmanager
    def respected(self) -> Iterator[None]:
        """Within this, `stand_aside` waits, for PATIENCE_SECONDS in all."""
        self._patience.seconds = PATIENCE_SECONDS
        with self._changed:
            self._answers += 1
        try:
            yield
        finally:
            self._patience.seconds = 0.0
            with self._changed:
                self._answers -= 1

    def stand_aside(self) -> None:
        """Let the searches go first that are being worked out, if there are any."""
        left = getattr(self._patience, "seconds", 0.0)
        if not self._searches or left <= 0:
            return
        began = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: not self._searches, left)
        self._patience.seconds = left - (time.monotonic() - began)


def go_on() -> None:
    """For those who need not stand aside."""
