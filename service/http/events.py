"""Answers at the edge: taken from the assistant in threads of their own, streams stopped when the client goes away."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from math import inf
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from service.assistant import Assistant
from service.http.draining import Draining
from service.records import ChatRequest, Event, Reply

PING_SECONDS = 15
"""A comment line this often keeps proxies from closing a stream that is silent."""
MAX_AT_ONCE = 64
"""Answers that are worked on at a time. One that waits for a model holds a thread, so these are not of the pool that
serves all other requests."""

Result = TypeVar("Result")


class Answers:
    """The answers that a service is working on. Both methods raise ServiceStopping when it has no time left."""

    def __init__(self, assistant: Assistant, draining: Draining) -> None:
        self._assistant = assistant
        self._draining = draining
        self._places = CapacityLimiter(MAX_AT_ONCE)
        self._threads = CapacityLimiter(inf)

    async def reply(self, request: ChatRequest) -> Reply:
        """The whole answer."""
        return await self._at_work(lambda: self._assistant.ask(request))

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
            while event := await self._at_work(following):
                yield event
        finally:
            gone.set()
            # Where it is at work in an abandoned thread it cannot be closed from here; that thread closes it.
            with suppress(ValueError):
                stream.close()

    async def _at_work(self, work: Callable[[], Result]) -> Result:
        """Do it in a thread, once there is a place."""
        place = object()
        with self._assistant.watch.stage("wait"):
            await self._draining.within(self._places.acquire_on_behalf_of(place))
        try:
            # Abandoned on cancellation, because the thread may be waiting for a model.
            running = to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._threads)
            return await self._draining.within(running)
        finally:
            self._places.release_on_behalf_of(place)
