"""What a request needs, and whether its caller has it. Knows paths and keys, nothing of how either is sent."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from service.access.records import Key, Scope

Mode = Literal["auto", "open", "keys"]
"""Who may ask, search and read without a key: who comes straight to the service (not by a proxy) until the first key is
made; everybody; nobody."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Need:
    """What a request needs: a key with `scope`. `always`: also where asking is open. `site`: a site key will do."""

    scope: Scope
    always: bool = False
    site: bool = False


FREE = ("/healthz", "/readyz", "/openapi.json", "/widget.js", "/widget.json", "/")
"""Whoever watches, embeds or reads what the interface is needs no key; nothing of the documents is in these."""
FREE_PREFIXES = ("/static/", "/widget-", "/slack/")
"""Slack signs what it sends."""
ASK, SEARCH, READ = Need("ask", site=True), Need("search", site=True), Need("search")
NEEDS = {"/chat": ASK, "/feedback": ASK, "/search": SEARCH, "/documents": READ, "/metrics": Need("admin")}
PREFIX_NEEDS = {"/conversations/": Need("ask"), "/v1/": Need("ask"), "/documents/": READ}


def need_of(method: str, path: str) -> Need | None:
    """What a request needs; None where anybody may. What is not known here is the admin's."""
    if method == "OPTIONS" or path in FREE or path.startswith(FREE_PREFIXES):
        return None
    found = NEEDS.get(path) or next((need for prefix, need in PREFIX_NEEDS.items() if path.startswith(prefix)), None)
    changes = method not in SAFE_METHODS
    if found is None:
        return Need("admin", always=changes)
    if found is READ and changes:
        return Need("documents", always=True)
    return found


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `secret_sent`: there was something that should have been a key. `origin`: of the page that asks."""

    key: Key | None
    secret_sent: bool
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a caller may not: 401 where a key would help, 403 where this key does not."""

    status: HTTPStatus
    detail: str


def refusal(need: Need, caller: Caller, *, is_open: bool, any_key: bool = True) -> Refusal | None:
    """Why the caller may not do this; None where they may. A key that is no good is as none where none is needed.

    `any_key`: whether there is a key at all.
    """
    if is_open and not need.always:
        return None
    key = caller.key
    if key is None and not any_key:
        detail = "Nobody may do this: there is no key yet. `kilde keys create` makes one, KILDE_API_KEYS may hold one."
        return Refusal(HTTPStatus.FORBIDDEN, detail)
    if key is None:
        found = "one that is unknown, expired or revoked" if caller.secret_sent else "none"
        expected = "a key: Authorization: Bearer KEY, or X-API-Key: KEY"
        return Refusal(HTTPStatus.UNAUTHORIZED, f"expected {expected}; found {found}")
    if key.is_site_key:
        if caller.origin is None or caller.origin.lower() not in key.origins:
            return Refusal(HTTPStatus.FORBIDDEN, "This key is only for the pages of the site that it was made for.")
        if not need.site:
            return Refusal(HTTPStatus.FORBIDDEN, "This key stands in a page: it is for questions and nothing else.")
    if not key.permits(need.scope):
        return Refusal(HTTPStatus.FORBIDDEN, f"expected a key with the scope {need.scope}, found {listed(key)}")
    return None


def listed(key: Key) -> str:
    """The scopes of a key, as a sentence has them."""
    return " and ".join(key.scopes)
