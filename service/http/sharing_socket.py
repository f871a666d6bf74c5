"""A listening socket that several workers take connections from, so that each has its share of them."""

from __future__ import annotations

import socket
import time
from ctypes import c_int
from multiprocessing.sharedctypes import RawArray
from typing import Any

POLITE_SECONDS = 0.01
"""How long a worker leaves a connection to those that have fewer, which may have to be given a processor first."""
PAUSE_SECONDS = 0.0002
"""For how long it does nothing before it looks again, so that they are given one."""
ABSENT = 2**31 - 1
"""The connections of a worker that takes none."""


class Shares:
    """How many connections each worker has, in memory that all of them share; given to them when they are started."""

    def __init__(self, workers: int) -> None:
        self._counts = RawArray(c_int, [ABSENT] * workers)

    def note(self, place: int, connections: int = ABSENT) -> None:
        """Note how many connections a worker has; nothing is to be left to one that is absent."""
        self._counts[place] = connections

    def taken(self, place: int) -> None:
        """Note one more."""
        self._counts[place] += 1

    def has_more(self, place: int) -> bool:
        """Whether a worker has more than another one."""
        counts: list[int] = list(self._counts)
        return counts[place] > min(counts)


class SharedSocket(socket.socket):
    """The socket as one worker has it.

    Whenever there is a new connection every worker is woken, and nearly always the same one is first: it would get
    those of all clients, and keep them as long as the clients like (docs/decisions/0802). Only the event loop of
    asyncio takes connections by this method.
    """

    _shares: Shares
    _place: int
    _refused_at: float | None = None

    @classmethod
    def of(cls, listening: socket.socket, shares: Shares, place: int) -> SharedSocket:
        """The same socket for the worker at this place; the former object is closed."""
        # Its protocol is read from the system: a socket that says none is not recognised as TCP by asyncio, which then
        # lets every answer of two parts wait for the 40 ms that a client takes its time to acknowledge the first.
        found = cls(fileno=listening.detach())
        found._shares, found._place = shares, place
        shares.note(place, 0)
        return found

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection. Raises BlockingIOError where there is none, or others are to take it."""
        if self._shares.has_more(self._place):
            now = time.monotonic()
            self._refused_at = self._refused_at or now
            if now - self._refused_at < POLITE_SECONDS:
                time.sleep(PAUSE_SECONDS)
                raise BlockingIOError
        self._refused_at = None
        given = super().accept()
        self._shares.taken(self._place)
        return given
