"""The keys as a running service sees them: looked up without the database, read anew every two seconds.

So a key that was made or revoked, by whatever process, holds or stops holding here two seconds later.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from index.errors import IndexUnavailable
from index.schema import now
from service.access.keys import Keys, digest_of
from service.access.records import SCOPES, Key
from service.settings import InvalidSettings

REFRESH_SECONDS = 2.0
NOTE_SECONDS = 60.0
"""How often the record is told which keys were used: a write for every request would cost more than the request."""
MIN_KEY_CHARACTERS = 16
"""A shorter key can be guessed; `openssl rand -hex 32` makes a good one."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """All keys at one moment, by the digest of their secret.

    `made`: whether a key was ever made with `kilde keys create`, be it revoked since.
    """

    keys: Mapping[str, Key]
    made: bool = False

    def find(self, secret: str) -> Key | None:
        """The key of a secret, if it holds.

        A dictionary is enough: who measures how long the comparison of two digests takes learns nothing of a secret,
        because nobody can choose what a secret's digest begins with.
        """
        key = self.keys.get(digest_of(secret))
        return key if key is not None and key.holds(now()) else None

    def origins(self) -> frozenset[str]:
        """The origins whose pages have a key that holds."""
        moment = now()
        return frozenset(origin for key in self.keys.values() if key.holds(moment) for origin in key.origins)


def configured_keys(written: str) -> dict[str, Key]:
    """The keys in KILDE_API_KEYS, which are for everything, by the digest of their secret.

    Raises:
        InvalidSettings: a key is too short. The message does not repeat it.
    """
    secrets = [secret.strip() for secret in written.split(",") if secret.strip()]
    for place, secret in enumerate(secrets, start=1):
        if len(secret) < MIN_KEY_CHARACTERS:
            raise InvalidSettings(
                f"KILDE_API_KEYS: expected keys of at least {MIN_KEY_CHARACTERS} characters, "
                f"found {len(secret)} in number {place}"
            )
    return {
        digest_of(secret): Key(f"configured-{place}", f"KILDE_API_KEYS, number {place}", SCOPES)
        for place, secret in enumerate(secrets, start=1)
    }


class Keyring:
    """The keys of the settings and of the record. `current` may be called for every request."""

    def __init__(
        self, keys: Keys, configured: Mapping[str, Key] | None = None, refresh_seconds: float = REFRESH_SECONDS
    ) -> None:
        self._keys = keys
        self._configured = dict(configured or {})
        self._refresh_seconds = refresh_seconds
        # Its own: where every other thread is busy, a revoked key must still be seen.
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="keys")
        self._due = 0.0
        self._known: Known | None = None
        self._used: dict[str, str] = {}
        self._note_due = time.monotonic() + NOTE_SECONDS

    async def current(self) -> Known:
        """The keys as they were at most two seconds ago. Raises IndexUnavailable when they cannot be read."""
        if self._known is not None and time.monotonic() < self._due:
            return self._known
        return await asyncio.wrap_future(self._reading.submit(self.read))

    def read(self) -> Known:
        """The keys as they are now."""
        if self._known is None or time.monotonic() >= self._due:
            made = self._keys.by_digest()
            self._known = Known({**made, **self._configured}, bool(made))
            self._due = time.monotonic() + self._refresh_seconds
            if time.monotonic() >= self._note_due:
                self.note()
        return self._known

    @property
    def last(self) -> Known:
        """The keys as they were last read; none before."""
        return self._known or Known({})

    def used(self, key: Key) -> None:
        """A key was used just now; noted within a minute, or when the service stops."""
        if key.created:
            self._used[key.id] = now()

    def note(self) -> None:
        """Tell the record which keys were used. Where it cannot be written, that is only logged."""
        self._note_due = time.monotonic() + NOTE_SECONDS
        used, self._used = self._used, {}
        if not used:
            return
        try:
            self._keys.note_used(used)
        except IndexUnavailable:
            log.warning("it could not be noted when keys were last used")
