"""Answers at the edge: taken from the assistant in threads of their own, streams stopped when the client goes away."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import suppress

from anyio import CapacityLimiter, to_thread

from service.assistant import Assistant
from service.records import ChatRequest, Event, Reply

PING_SECONDS = 15
"""A comment line this often keeps proxies from closing a stream that is silent."""
MAX_AT_ONCE = 64
"""Answers that are worked on at a time. One that waits for a model holds a thread, so these are not of the pool that
serves all other requests."""


class Answers:
    """The answers that one edge is working on."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._limiter = CapacityLimiter(MAX_AT_ONCE)

    async def reply(self, request: ChatRequest) -> Reply:
        """The whole answer."""
        return await to_thread.run_sync(self._assistant.ask, request, limiter=self._limiter)

    async def events(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """The events of an answer. When this generator is closed or cancelled, the work on the answer stops."""
        gone = threading.Event()
        stream = self._assistant.stream(request, stopped=gone.is_set)

        def following() -> Event | None:
            event = next(stream, None)
            if gone.is_set():
                stream.close()
            return event

        try:
            # Abandoned on cancellation, because the thread may be waiting for a model; it sees `gone` and ends.
            while event := await to_thread.run_sync(following, abandon_on_cancel=True, limiter=self._limiter):
                yield event
        finally:
            gone.set()
            # Where it is at work in an abandoned thread it cannot be closed from here; that thread closes it.
            with suppress(ValueError):
                stream.close()
