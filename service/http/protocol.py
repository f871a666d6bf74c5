"""The connection: how large the head of a request may be, how long it may take, and how long a reader may stall.

uvicorn waits for ever for the rest of a head once its first byte has come, and for a client that does not read.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.http.bounds import MAX_HEAD_BYTES

HEAD_SECONDS = 10.0
"""From the first byte of a request, or from the connection's beginning, to the end of its header fields."""
WRITE_SECONDS = 30.0
"""How long a client may read nothing while there is something to read."""
KEEP_ALIVE_SECONDS = 75
"""How long a connection is kept that nothing is asked on: longer than clients (httpx 5 seconds, browsers and proxies
mostly 60) keep theirs, because whoever closes while the other sends makes a request fail. Six of 40,000 requests did
whose client and this service both waited five seconds."""


class Protocol(H11Protocol):
    """HTTP/1.1 of uvicorn, by h11, with the time limits that it lacks."""

    head_seconds = HEAD_SECONDS
    write_seconds = WRITE_SECONDS
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(self.head_seconds, self._end)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._head_complete()
        self._read_again()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; the head that they begin must end in time."""
        try:
            super().data_received(data)
        except h11.LocalProtocolError:
            # What came is no HTTP, and uvicorn's answer to it comes after the beginning of another.
            self.transport.abort()
            return
        self._await_head()

    def on_response_complete(self) -> None:
        """Wait for the next request; also where the rest of this one's body, which nobody wanted, is still coming."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._await_head()

    def _await_head(self) -> None:
        answered = self.cycle is not None and self.cycle.response_complete
        if self.conn.their_state is not h11.IDLE and not (answered and self.conn.their_state is h11.SEND_BODY):
            self._head_complete()
        elif self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self.head_seconds, self._end)

    def pause_writing(self) -> None:
        """The client does not read: it has so long to begin again."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self.write_seconds, self._end)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._read_again()

    def _head_complete(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _read_again(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _end(self) -> None:
        # Not close(), which would wait for what is still to be written.
        self.transport.abort()


def server_options(trusted_proxies: str = "") -> dict[str, Any]:
    """What uvicorn is told beside the application and the address; `trusted_proxies` are addresses and networks."""
    return {
        "http": Protocol,
        "ws": "none",
        # What is complete after one read of the socket (64 KiB) passes; `service.http.bounds` looks at that.
        "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "proxy_headers": bool(trusted_proxies),
        "forwarded_allow_ips": trusted_proxies or [],
        "server_header": False,
    }
