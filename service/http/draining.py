"""A process on its way out: no longer ready, finishing what it has begun, and ending what takes too long."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from anyio import CancelScope

from service.errors import ServiceStopping

Result = TypeVar("Result")


class Draining:
    """Whether the process is on its way out. Used in one event loop, except for `begin`."""

    def __init__(self) -> None:
        self._begun = False
        self._ended = False
        self._scopes: set[CancelScope] = set()

    @property
    def begun(self) -> bool:
        """Whether no new requests should be sent here."""
        return self._begun

    def begin(self) -> None:
        """Be no longer ready; what comes yet is still answered. May be called in a signal handler."""
        self._begun = True

    def end(self) -> None:
        """End whatever is still under way, now."""
        self._begun = self._ended = True
        for scope in tuple(self._scopes):
            scope.cancel()

    async def within(self, work: Awaitable[Result]) -> Result:
        """Await `work` as long as there is time. Raises ServiceStopping when there is none left."""
        with CancelScope() as scope:
            self._scopes.add(scope)
            if self._ended:
                scope.cancel()
            try:
                return await work
            finally:
                self._scopes.discard(scope)
        raise ServiceStopping("The service is being stopped and had no time left for this answer; ask again.")
