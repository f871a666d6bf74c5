"""Who may change documents: whoever has one of the keys in KILDE_API_KEYS."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from http import HTTPStatus

from fastapi import Request
from starlette.exceptions import HTTPException

from service.settings import InvalidSettings

MIN_KEY_CHARACTERS = 16
"""A shorter key can be guessed; `openssl rand -hex 32` makes a good one."""


def parse_keys(written: str) -> tuple[bytes, ...]:
    """The SHA-256 of each key in a list separated by commas; the keys themselves are not kept.

    Raises:
        InvalidSettings: a key is too short. The message does not repeat it.
    """
    keys = [key.strip() for key in written.split(",") if key.strip()]
    for place, key in enumerate(keys, start=1):
        if len(key) < MIN_KEY_CHARACTERS:
            raise InvalidSettings(
                f"KILDE_API_KEYS: expected keys of at least {MIN_KEY_CHARACTERS} characters, "
                f"found {len(key)} in number {place}"
            )
    return tuple(hashlib.sha256(key.encode()).digest() for key in keys)


def key_check(digests: Sequence[bytes]) -> Callable[[Request], None]:
    """A dependency of routes that change documents: it lets through who sends `Authorization: Bearer KEY`.

    Without keys nobody is let through, not even from this machine: behind a proxy everybody comes from there.
    """

    def check(request: Request) -> None:
        if not digests:
            raise HTTPException(
                HTTPStatus.FORBIDDEN, "Documents are not changed over HTTP here: KILDE_API_KEYS holds no key."
            )
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        found = hashlib.sha256(key.strip().encode("utf-8", "surrogateescape")).digest()
        # Every key is compared, each in constant time, so that how long it takes tells nothing of any of them.
        known = [hmac.compare_digest(found, digest) for digest in digests]
        if scheme.lower() != "bearer" or not any(known):
            raise HTTPException(
                HTTPStatus.UNAUTHORIZED,
                "expected the header Authorization: Bearer with one of the keys in KILDE_API_KEYS",
                {"www-authenticate": "Bearer"},
            )

    return check
