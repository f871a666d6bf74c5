"""The language model's API: the one module that knows the `openai` SDK.

Calls run on an event loop of their own, in a thread, so that each has a hard time limit and can be given up at any
moment; callers see plain iterators.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import openai
from pybreaker import CircuitBreaker, CircuitBreakerError

from service.model.trouble import ModelTrouble, kind_of, retrying

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

log = logging.getLogger(__name__)

FAILURES_TO_PAUSE = 5
PAUSE_SECONDS = 30.0
"""After five failures in a row nobody is made to wait for the model for half a minute; then one call tries it."""
POLL_SECONDS = 0.1
"""How soon a call that nobody waits for any more is given up."""
NO_KEY = "none"
"""What is sent to servers that want no key; the SDK insists on one."""
OWN_HOSTS = ("openai.com", "azure.com")
"""OpenAI's newer models refuse `max_tokens`, which most compatible servers know only."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to the model."""

    role: Literal["system", "user", "assistant"]
    text: str


class ModelClient:
    """Asks one model. Safe to use from several threads; all share one circuit breaker."""

    def __init__(self, model: str, base_url: str, api_key: str, api_version: str = "") -> None:
        """`api_version` is for Azure's dated API, whose `base_url` is the resource's own."""
        self.model = model
        self._base_url = base_url
        self._api_key = api_key or NO_KEY
        self._api_version = api_version
        host = urlsplit(base_url).hostname or ""
        self._own = bool(api_version) or host.endswith(OWN_HOSTS)
        self._breaker = CircuitBreaker(
            fail_max=FAILURES_TO_PAUSE,
            reset_timeout=PAUSE_SECONDS,
            exclude=[asyncio.CancelledError],
            throw_new_error_on_trip=False,
        )
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: AsyncOpenAI | None = None

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, seconds: float, stopped: Callable[[], bool]
    ) -> Generator[str, None, None]:
        """The model's answer, piece by piece. Ends early once `stopped` returns True.

        Args:
            max_tokens: of the answer.
            seconds: for all of it, retries included.

        Raises:
            ModelTrouble: nothing, or nothing more, can be had; also after pieces were given.
        """
        received: queue.SimpleQueue[str | ModelTrouble | None] = queue.SimpleQueue()
        deadline = time.monotonic() + seconds
        call = asyncio.run_coroutine_threadsafe(
            self._call(messages, max_tokens, seconds, received.put), self._running_loop()
        )
        try:
            while not stopped():
                left = deadline - time.monotonic()
                try:
                    piece = received.get(timeout=max(0.0, min(POLL_SECONDS, left)))
                except queue.Empty:
                    # The call ends itself at its time limit; this is for a loop that is too busy to.
                    if left < -POLL_SECONDS:
                        raise ModelTrouble("timeout") from None
                    continue
                if piece is None:
                    return
                if isinstance(piece, ModelTrouble):
                    raise piece
                yield piece
        finally:
            call.cancel()

    def close(self) -> None:
        """Give up every call and close all connections."""
        with self._starting:
            loop, client, self._loop, self._client = self._loop, self._client, None, None
        if loop is None:
            return

        async def finish() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            if client is not None:
                await client.close()

        asyncio.run_coroutine_threadsafe(finish(), loop).result()
        loop.call_soon_threadsafe(loop.stop)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                loop = self._loop = asyncio.new_event_loop()

                def run() -> None:
                    loop.run_forever()
                    loop.close()

                threading.Thread(target=run, name="kilde-model", daemon=True).start()
            return self._loop

    async def _call(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        seconds: float,
        put: Callable[[str | ModelTrouble | None], None],
    ) -> None:
        """Hand every piece to `put`, then None, or what the trouble was."""
        given = False

        def give(piece: str) -> None:
            nonlocal given
            given = True
            put(piece)

        try:
            with self._breaker.calling():
                async with asyncio.timeout(seconds):
                    async for attempt in retrying(seconds, lambda: given):
                        with attempt:
                            async for piece in self._pieces(messages, max_tokens):
                                give(piece)
                if not given:
                    raise ModelTrouble("empty")
            put(None)
        except CircuitBreakerError:
            put(ModelTrouble("paused"))
        except Exception as error:
            trouble = error if isinstance(error, ModelTrouble) else ModelTrouble(kind_of(error, given=given))
            # Not the message: a provider may repeat in it what was sent.
            status = getattr(error, "status_code", None) or "no status"
            log.warning("the model did not answer: %s (%s, %s)", trouble.kind, type(error).__name__, status)
            put(trouble)

    async def _pieces(self, messages: Sequence[Message], max_tokens: int) -> AsyncIterator[str]:
        if self._client is None:
            self._client = self._make_client()
        sent: list[ChatCompletionMessageParam] = [
            {"role": message.role, "content": message.text}  # type: ignore[misc]  # role decides the type
            for message in messages
        ]
        stream = await self._client.chat.completions.create(
            model=self.model,
            messages=sent,
            stream=True,
            max_completion_tokens=max_tokens if self._own else openai.omit,
            max_tokens=openai.omit if self._own else max_tokens,
        )
        finished = any_chunk = False
        async with stream:
            async for chunk in stream:
                any_chunk = True
                text, ended = read(chunk)
                finished = finished or ended
                if text:
                    yield text
        if not any_chunk:
            raise ModelTrouble("malformed")
        if not finished:
            raise ModelTrouble("disconnected")

    def _make_client(self) -> AsyncOpenAI:
        # Retries and the time limit are ours. No single read may wait longer than the longest limit of all.
        if self._api_version:
            return openai.AsyncAzureOpenAI(
                azure_endpoint=self._base_url,
                api_version=self._api_version,
                api_key=self._api_key,
                max_retries=0,
            )
        return openai.AsyncOpenAI(base_url=self._base_url, api_key=self._api_key, max_retries=0)


def read(chunk: ChatCompletionChunk) -> tuple[str, bool]:
    """The text of a chunk, and whether it says that the answer is complete. Raises ModelTrouble when it is no chunk."""
    try:
        if not chunk.choices:
            return "", False
        choice = chunk.choices[0]
        text = choice.delta.content
    except (AttributeError, TypeError, KeyError, IndexError):
        raise ModelTrouble("malformed") from None
    if text is not None and not isinstance(text, str):
        raise ModelTrouble("malformed")
    return text or "", choice.finish_reason is not None
