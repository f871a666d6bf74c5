"""Runs the application: uvicorn, taught to leave in an orderly way."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from types import FrameType

import uvicorn
from fastapi import FastAPI
from sse_starlette.sse import AppStatus

from service.http.draining import Draining
from service.http.protocol import server_options
from service.settings import Settings

ENDING_SECONDS = 5.0
"""After the time for answers is over: for the last events to be sent, before connections are cut."""


class Server(uvicorn.Server):
    """Told to stop (SIGTERM), it says for a while that it is not ready, then takes no more, then finishes its answers.

    Ctrl-C takes no more at once; a second one cuts everything.
    """

    def __init__(self, config: uvicorn.Config, draining: Draining, settings: Settings) -> None:
        super().__init__(config)
        self._draining = draining
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

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to leave the main loop."""
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, and finish what was begun."""
        ending = asyncio.get_running_loop().call_later(self._settings.shutdown_seconds, self._draining.end)
        try:
            await super().shutdown(sockets)
        finally:
            ending.cancel()


def config_of(app: FastAPI, settings: Settings, host: str, port: int) -> uvicorn.Config:
    """How uvicorn is to run: within our bounds, with our log."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=int(settings.shutdown_seconds + ENDING_SECONDS),
        **server_options(settings.trusted_proxies),
    )
