"""What a request may take: bytes of body, time to send it, headers, and time until the response begins.

Time to send the head of a request, and to read a response, is the connection's affair: `service.http.protocol`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import shaped

MAX_HEADERS = 100
"""Browsers and proxies send twenty to forty."""
MAX_HEAD_BYTES = 32_768
"""Target and header fields together; nginx and Apache allow about as much."""
BODY_SECONDS = 20.0
BODY_BYTES_A_SECOND = 20_000
"""A body has BODY_SECONDS, and a second more for every so many bytes that have come (as Apache's mod_reqtimeout has
it): a slow line is borne with, a connection that is only held is not."""
UPLOADS = "/documents/"
UPLOAD_SECONDS = 600.0
"""What taking in a document may last: the largest one that is accepted by default takes some minutes."""
CLOSE = {"connection": "close"}
"""Where the body was not read, the connection cannot serve another request."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What every request is held to. An upload, PUT under /documents/, has bounds of its own."""

    max_body_bytes: int = 1_000_000
    max_upload_bytes: int = 20_000_000
    response_seconds: float = 60.0
    body_seconds: float = BODY_SECONDS

    def body_bytes(self, scope: Scope) -> int:
        """How large the body may be."""
        return self.max_upload_bytes if is_upload(scope) else self.max_body_bytes

    def seconds(self, scope: Scope) -> float:
        """How long the response may be in coming, from the end of the body on."""
        return max(self.response_seconds, UPLOAD_SECONDS) if is_upload(scope) else self.response_seconds


DEFAULT_BOUNDS = Bounds()


def is_upload(scope: Scope) -> bool:
    """Whether the body is a document."""
    return bool(scope["method"] == "PUT" and scope["path"].startswith(UPLOADS))


class Bounded:
    """Refuses what is too large or too slow: 413, 431, 408; 503 where an answer is too long in coming."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fields, found = len(scope["headers"]), head_bytes(scope)
        if fields > MAX_HEADERS or found > MAX_HEAD_BYTES:
            expected = f"expected at most {MAX_HEADERS} header fields and {MAX_HEAD_BYTES:,} bytes of them"
            detail = f"{expected}, found {fields} and {found:,}"
            await refuse(scope, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and int(said) > self._bounds.body_bytes(scope):
            detail = too_large(self._bounds.body_bytes(scope))
            await refuse(scope, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._bounds)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        finally:
            exchange.finish()


class Exchange:
    """One request on its way in, and its response on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, bounds: Bounds) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._max_bytes = bounds.body_bytes(scope)
        self._seconds = bounds.seconds(scope)
        self._loop = asyncio.get_running_loop()
        self._body_due = self._loop.time() + bounds.body_seconds
        self._received = 0
        self._whole = False
        self._started = False
        self._expired = False
        self._late: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(self._seconds, self._expire)

    async def receive(self) -> Message:
        """A part of the body. Raises HTTPException 413 or 408; what comes after the body is waited for as ever."""
        if self._whole:
            return await self._receive()
        # While the body is waited for, that is what takes the time.
        self._timer.cancel()
        try:
            due = self._body_due + self._received / BODY_BYTES_A_SECOND
            async with asyncio.timeout_at(due):
                message = await self._receive()
        except TimeoutError:
            detail = f"expected the whole body in time, found {self._received:,} bytes"
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail, CLOSE) from None
        self._received += len(message.get("body", b""))
        if self._received > self._max_bytes:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(self._max_bytes), CLOSE)
        self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        self._restart()
        return message

    async def send(self, message: Message) -> None:
        """A part of the response; nothing once it has been given up."""
        if self._expired:
            return
        self._started = True
        self._timer.cancel()
        await self._send(message)

    def finish(self) -> None:
        """The application has returned."""
        self._timer.cancel()

    def _restart(self) -> None:
        if not (self._started or self._expired):
            self._timer = self._loop.call_later(self._seconds, self._expire)

    def _expire(self) -> None:
        # The work itself may be in a thread, which cannot be stopped; whoever waits is told.
        self._expired = True
        self._late = self._loop.create_task(self._give_up())

    async def _give_up(self) -> None:
        detail = f"The answer took longer than {self._seconds:g} seconds; try again later."
        response = refuse(self._scope, HTTPStatus.SERVICE_UNAVAILABLE, detail)
        await response(self._scope, self._receive, self._send)


def head_bytes(scope: Scope) -> int:
    """How large the target and the header fields are."""
    target = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    return target + sum(len(name) + len(value) for name, value in scope["headers"])


def too_large(max_bytes: int) -> str:
    """What is said of a body that is too large."""
    return f"expected a body of at most {max_bytes:,} bytes, found more"


def refuse(scope: Scope, status: HTTPStatus, detail: str) -> ASGIApp:
    """An error response in the shape that the caller expects, after which the connection ends."""
    return shaped(Request(scope), status, detail, headers=CLOSE)
