"""What is noted of every request: its id, how long it took, what became of it."""

from __future__ import annotations

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.metrics import METHODS, OTHER, RequestMetrics
from service.logs import request_id

log = logging.getLogger(__name__)

HEADER = "x-request-id"
ACCEPTED = re.compile(r"[\w.:-]{1,64}", re.ASCII)
"""A request id that a proxy gave; anything else could be put into the log to mislead its reader."""
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked for every few seconds: logged only where that is wanted (DEBUG)."""


class Observing:
    """Gives each request an id, which its log lines and its response carry, and counts, times and logs it."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        name = given if ACCEPTED.fullmatch(given) else uuid4().hex
        token = request_id.set(name)
        # For the handler of unexpected errors, which runs outside of everything else.
        scope.setdefault("state", {})["request_id"] = name
        began, status, first = time.perf_counter(), 500, None

        async def sending(message: Message) -> None:
            nonlocal status, first
            if message["type"] == "http.response.start":
                status, first = message["status"], time.perf_counter()
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        try:
            with self._metrics.in_progress.track_inprogress():
                await self._app(scope, receive, sending)
        finally:
            self._note(scope, status, began, first or time.perf_counter())
            request_id.reset(token)

    def _note(self, scope: Scope, status: int, began: float, first: float) -> None:
        route = getattr(scope.get("route"), "path", OTHER)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(first - began)
        log.log(
            logging.DEBUG if route in QUIET else logging.INFO,
            "%s %s %d",
            method,
            route,
            status,
            extra={
                "method": method,
                "route": route,
                "status": status,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1),
            },
        )
