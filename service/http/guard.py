"""The door: before anything of a request's body is read, whether its caller may do this, and how often they came."""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import IndexUnavailable
from service.access.keyring import Keyring, Known
from service.access.policy import Caller, Mode, Need, need_of, refusal
from service.access.rates import Rates
from service.access.records import Key, Standing
from service.http.problems import shaped

SITE_HEADER = "x-kilde-site"
"""What the widget sends its `data-site` in."""
FORWARDED = ("x-forwarded-for", "forwarded")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask, and how often.

    `open_sources`: documents may be read without a key. `hosts`: the names that the service may be called by, any where
    there are none. `page_key`: the site key that the page at / asks with.
    """

    keyring: Keyring
    mode: Mode = "auto"
    rates: Rates | None = None
    open_sources: bool = False
    hosts: frozenset[str] = frozenset()
    page_key: str = ""

    def is_open(self, known: Known, headers: Headers) -> bool:
        """Whether asking, searching and reading need no key."""
        if self.mode == "auto":
            # Revoked keys count: the last one's revocation must not open the door.
            return not known.made and forwarded(headers) is None
        return self.mode == "open"

    async def may_read(self, headers: Headers) -> bool:
        """Whether documents may be read without a key."""
        return self.open_sources or self.is_open(await self.keyring.current(), headers)


class Guard:
    """Refuses whoever has no key where one is needed (401, 403), comes too often (429), or by another name (421)."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._wrong_host(headers.get("host")) or await self._enter(scope, headers)
        if isinstance(refused, Refused):
            await refused.response(scope)(scope, receive, send)
            return
        await self._app(scope, receive, send if refused is None else telling(send, refused))

    def _wrong_host(self, host: str | None) -> Refused | None:
        # A page of anybody's whose name is made to lead to this machine (DNS rebinding) would count as our own. Every
        # browser says which name it was; what says none is a program.
        if not self._access.hosts or host is None or host_name(host) in self._access.hosts:
            return None
        detail = "The service is not known by this name; KILDE_PUBLIC_URL says under which one it is reached."
        return Refused(HTTPStatus.MISDIRECTED_REQUEST, detail)

    async def _enter(self, scope: Scope, headers: Headers) -> Refused | Standing | None:
        """Why the request is refused, or how its caller stands to the limits; None where neither is looked at."""
        need = need_of(scope["method"], scope["path"])
        if need is None:
            return None
        access = self._access
        try:
            known = await access.keyring.current()
        except IndexUnavailable as error:
            return Refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        secret = secret_in(headers)
        caller = Caller(known.find(secret) if secret else None, bool(secret), headers.get("origin"))
        refused = refusal(need, caller, is_open=self._is_open(need, known, headers), any_key=bool(known.keys))
        if caller.key is not None and refused is None:
            access.keyring.used(caller.key)
        standing = await self._count(scope, headers, caller.key)
        if standing is not None and not standing.allowed:
            detail = f"expected at most {standing.limit} requests in {standing.window_seconds} seconds, found more"
            return Refused(HTTPStatus.TOO_MANY_REQUESTS, detail, standing)
        return Refused(refused.status, refused.detail, standing) if refused else standing

    def _is_open(self, need: Need, known: Known, headers: Headers) -> bool:
        reading = need.scope == "search" and not need.site
        return self._access.is_open(known, headers) or (self._access.open_sources and reading)

    async def _count(self, scope: Scope, headers: Headers, key: Key | None) -> Standing | None:
        """Count the request: for a secret key by that, for all others by address, for a site key by both."""
        rates = self._access.rates
        if rates is None:
            return None
        standings = []
        if key is not None:
            standings.append(await rates.key(key.id))
        if key is None or key.is_site_key:
            address = scope["client"][0] if scope.get("client") else ""
            if not self._is_this_machine(address, headers):
                standings.append(await rates.address(address, key.id if key else ""))
        found = [standing for standing in standings if standing is not None]
        return min(found, key=lambda standing: (standing.allowed, standing.remaining), default=None)

    def _is_this_machine(self, address: str, headers: Headers) -> bool:
        """Whether somebody on this machine asks, who has no limit; not where a proxy that is not named does."""
        if not is_loopback(address):
            return False
        by_proxy = forwarded(headers) is not None
        if by_proxy and not self._warned:
            self._warned = True
            log.warning("a proxy at %s is not in KILDE_TRUSTED_PROXIES: all who come by it share one limit", address)
        return not by_proxy


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that goes no further, with what its caller is told."""

    status: HTTPStatus
    detail: str
    standing: Standing | None = None

    def response(self, scope: Scope) -> ASGIApp:
        """The error in the shape that the caller expects."""
        headers = {} if self.standing is None else limit_headers(self.standing)
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = "Bearer"
        if self.status == HTTPStatus.TOO_MANY_REQUESTS and self.standing is not None:
            headers["retry-after"] = str(self.standing.reset_seconds)
        return shaped(Request(scope), self.status, self.detail, headers=headers)


def secret_in(headers: Headers) -> str:
    """What is sent as a key: in Authorization, in X-API-Key, or by the widget in X-Kilde-Site."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    bearer = credentials.strip() if scheme.lower() == "bearer" else ""
    return bearer or headers.get("x-api-key", "").strip() or headers.get(SITE_HEADER, "").strip()


def limit_headers(standing: Standing) -> dict[str, str]:
    """How the caller stands, as draft-ietf-httpapi-ratelimit-headers-10 has it, and as older clients know it."""
    limit, remaining, reset = standing.limit, standing.remaining, standing.reset_seconds
    return {
        "ratelimit-policy": f'"requests";q={limit};w={standing.window_seconds}',
        "ratelimit": f'"requests";r={remaining};t={reset}',
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(reset),
    }


def telling(send: Send, standing: Standing) -> Send:
    """Sends on, with how the caller stands in the response's headers."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(limit_headers(standing))
        await send(message)

    return sending


def forwarded(headers: Headers) -> str | None:
    """For whom a proxy says that it asks; None where no proxy says anything."""
    return next((headers[name] for name in FORWARDED if name in headers), None)


def host_name(host: str) -> str:
    """The name in a Host header, without the port."""
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0][1:]
    return name.partition(":")[0]


def is_loopback(address: str) -> bool:
    """Whether an address or a name is this machine's own, which no other can reach."""
    if address.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
