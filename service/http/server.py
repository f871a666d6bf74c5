"""Runs the application: uvicorn, taught to leave in an orderly way."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI
from sse_starlette.sse import AppStatus

from service.http.draining import Draining
from service.http.heartbeat import Heartbeat
from service.http.protocol import server_options
from service.http.sharing_socket import ABSENT
from service.settings import Settings

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while others wait for it. With Python's 5 ms every short step of a search
(each read of the record, the event loop's own) waits so long behind an answer that is being worked out: with two
searches beside one answer at a time, 22 % off the 95th percentile of the searches (docs/decisions/0830)."""
FULL_COLLECTION_AFTER = 100
"""Collections of middle-aged garbage to one of all there is (Python: 10). Those of all stop every thread for as long as
it takes to look at what is remembered of words and passages, up to half a second, and find next to nothing."""
ENDING_SECONDS = 5.0
"""After the time for answers is over: for the last events to be sent, before connections are cut."""


class Server(uvicorn.Server):
    """Told to stop (SIGTERM), it says for a while that it is not ready, then takes no more, then finishes its answers.

    Ctrl-C takes no more at once; a second one cuts everything.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        draining: Draining,
        settings: Settings,
        heartbeat: Heartbeat | None = None,
        note_connections: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Take the parts. `note_connections` is told ten times a second how many there are."""
        super().__init__(config)
        self._note_connections = note_connections
        self._draining = draining
        self._heartbeat = heartbeat or Heartbeat()
        self._settings = settings
        self._leave_at: float | None = None
        # Its streams would be cut at the signal; ours end by themselves, at the latest by Draining.end.
        AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]  # it has no annotations

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called at a signal."""
        if sig != signal.SIGTERM or self._draining.begun:
            self._draining.begin()
            super().handle_exit(sig, frame)
            return
        self._captured_signals.append(sig)
        self._draining.begin()
        self._leave_at = time.monotonic() + self._settings.drain_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen; the process has loaded what it will keep."""
        settle()
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to leave the main loop."""
        self._heartbeat.beat()
        self._note_connections(len(self.server_state.connections))
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, and finish what was begun."""
        self._heartbeat.end()
        self._note_connections(ABSENT)
        ending = asyncio.get_running_loop().call_later(self._settings.shutdown_seconds, self._draining.end)
        try:
            await super().shutdown(sockets)
        finally:
            ending.cancel()


def settle() -> None:
    """Have threads take turns, and the garbage collector leave alone what lives as long as it.

    A full collection stops everything for as long as it takes to look at the lexicon: 180 ms. What is remembered of
    questions comes to lie beside it; for that, full collections are ten times as rare.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_COLLECTION_AFTER)
    gc.collect()
    gc.freeze()


def config_of(app: FastAPI, settings: Settings, host: str, port: int, *, shared: bool = False) -> uvicorn.Config:
    """How uvicorn is to run: within our bounds, with our log; on a `SharedSocket` with the event loop that it needs."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="asyncio" if shared else "auto",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=int(settings.shutdown_seconds + ENDING_SECONDS),
        **server_options(settings.trusted_proxies),
    )
