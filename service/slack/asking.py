"""Asks the assistant, which works in a thread, and brings what it says to the event loop as it says it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import suppress
from threading import Event as Flag

from service.assistant import Assistant
from service.records import ChatRequest, Event

ANSWER_SECONDS = 120.0
"""Longer than this without a further part of an answer, once it is being made, and there is none."""
GATHER_SECONDS = 0.05
"""Parts that come so close together are one step: Slack allows about a hundred steps of streams a minute."""


class NoAnswer(Exception):
    """The assistant took too long, or ended without an answer."""


async def asking(
    assistant: Assistant, request: ChatRequest, executor: Executor, stopped: Flag
) -> AsyncGenerator[list[Event], None]:
    """What the assistant says to a request, in order, what comes together in one list; ends when it ends.

    When it is closed, or `stopped` is set, the assistant stops at its next step.

    Raises:
        NoAnswer: it took too long. Everything else that the assistant raises.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
    begun = asyncio.Event()
    left = Flag()

    def tell(item: Event | Exception | None) -> None:
        with suppress(RuntimeError):  # The loop has ended; nobody waits any more.
            loop.call_soon_threadsafe(queue.put_nowait, item)

    def work() -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(begun.set)
        try:
            for event in assistant.stream(request, lambda: left.is_set() or stopped.is_set()):
                tell(event)
            tell(None)
        except Exception as error:
            tell(error)

    loop.run_in_executor(executor, work)
    try:
        # Waiting for a free thread is no fault of the assistant's.
        await begun.wait()
        while True:
            items = [await _next(queue)]
            await asyncio.sleep(GATHER_SECONDS)
            while not queue.empty():
                items.append(queue.get_nowait())
            said = [item for item in items if item is not None and not isinstance(item, Exception)]
            if said:
                yield said
            if isinstance(items[-1], Exception):
                raise items[-1]
            if items[-1] is None:
                return
    finally:
        left.set()


async def _next(queue: asyncio.Queue[Event | Exception | None]) -> Event | Exception | None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await queue.get()
    except TimeoutError:
        raise NoAnswer("the assistant took too long") from None
