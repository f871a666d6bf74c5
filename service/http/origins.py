"""Which web pages may ask the service: its own, and those of the origins that the operator allows."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem

ANY = "*"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PREFLIGHT_SECONDS = 600
"""How long a browser remembers that it may ask; Chromium keeps it for two hours at most (Fetch, CORS protocol)."""


def parse_origins(written: str) -> frozenset[str]:
    """The origins in a list separated by commas or blanks; one that ends in a slash is taken without it."""
    return frozenset(origin.rstrip("/") for origin in written.replace(",", " ").split())


class OriginGuard:
    """Refuses what a page of any other origin sends.

    CORS alone lets such a request through and only hides the response from the page. Programs send no Origin header,
    and browsers send it with every request that is not a plain GET.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and not self._permits(origin, headers.get("host", "")):
                detail = "This page's origin may not use the service; KILDE_ALLOWED_ORIGINS names those that may."
                await problem(HTTPStatus.FORBIDDEN, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _permits(self, origin: str, host: str) -> bool:
        # The scheme is not compared: behind a proxy the service does not see that the page came by https.
        own = urlsplit(origin).netloc.lower() == host.lower() and host != ""
        return own or ANY in self._allowed or origin.lower() in self._allowed


def install(app: FastAPI, allowed: Collection[str]) -> None:
    """Guard the application and answer browsers that ask beforehand (CORS). No cookies or credentials are involved."""
    app.add_middleware(OriginGuard, allowed=frozenset(origin.lower() for origin in allowed))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=sorted(allowed),
        allow_methods=["GET", "POST"],
        allow_headers=["content-type", "x-kilde-site"],
        expose_headers=["retry-after"],
        max_age=PREFLIGHT_SECONDS,
    )
