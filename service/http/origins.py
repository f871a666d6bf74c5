"""Which web pages may ask the service: its own, those of allowed origins, and those that have a site key."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import IndexUnavailable
from service.access.keyring import Keyring, Known
from service.access.policy import SAFE_METHODS
from service.http.guard import SITE_HEADER, secret_in
from service.http.problems import shaped

ANY = "*"
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

    def __init__(self, app: ASGIApp, allowed: Collection[str], keyring: Keyring | None = None) -> None:
        self._app = app
        self._allowed = allowed
        self._keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            known = await current(self._keyring) if origin is not None else NONE
            if origin is not None and not self._permits(origin, headers, known):
                detail = (
                    "This page's origin may not use the service: it needs a site key, or a place in "
                    "KILDE_ALLOWED_ORIGINS."
                )
                await shaped(Request(scope), HTTPStatus.FORBIDDEN, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _permits(self, origin: str, headers: Headers, known: Known) -> bool:
        # The scheme is not compared: behind a proxy the service does not see that the page came by https.
        host = headers.get("host", "")
        own = urlsplit(origin).netloc.lower() == host.lower() and host != ""
        if own or ANY in self._allowed or origin.lower() in self._allowed:
            return True
        key = known.find(secret_in(headers))
        return key is not None and origin.lower() in key.origins


class Sharing(CORSMiddleware):
    """Answers browsers that ask beforehand (CORS), also for pages that have a site key.

    The key itself is not sent in such a question, so the origins of all of them are allowed here; `OriginGuard` and
    `service.http.guard` look at the key.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str], keyring: Keyring | None) -> None:
        super().__init__(
            app,
            allow_origins=sorted(allowed),
            allow_methods=["GET", "POST"],
            allow_headers=["content-type", "authorization", "x-api-key", "idempotency-key", SITE_HEADER],
            expose_headers=["retry-after", "ratelimit", "ratelimit-policy"],
            max_age=PREFLIGHT_SECONDS,
        )
        self._keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the keys anew, where a page asks."""
        if scope["type"] == "http" and "origin" in Headers(scope=scope):
            await current(self._keyring)
        await super().__call__(scope, receive, send)

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether pages of this origin may read responses."""
        by_key = self._keyring is not None and origin.lower() in self._keyring.last.origins()
        return by_key or super().is_allowed_origin(origin)


NONE = Known({})


async def current(keyring: Keyring | None) -> Known:
    """The keys; none where they cannot be read, which `service.http.guard` then says."""
    if keyring is None:
        return NONE
    try:
        return await keyring.current()
    except IndexUnavailable:
        return NONE


def install(app: FastAPI, allowed: Collection[str], keyring: Keyring | None = None) -> None:
    """Guard the application and answer browsers that ask beforehand (CORS). No cookies or credentials are involved."""
    app.add_middleware(OriginGuard, allowed=frozenset(origin.lower() for origin in allowed), keyring=keyring)
    app.add_middleware(Sharing, allowed=allowed, keyring=keyring)
