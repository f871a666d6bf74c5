"""What is known of a key, of a limit, and of how a caller stands to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.errors import KildeError

Scope = Literal["ask", "search", "documents", "admin"]
SCOPES: tuple[Scope, ...] = ("ask", "search", "documents", "admin")
"""Ask questions; search and read documents; change documents; everything, and see the metrics."""
SITE_SCOPES: tuple[Scope, ...] = ("ask", "search")
"""What a key that stands in a page for all to see may have."""


class InvalidKey(KildeError):
    """A key that is to be made cannot be as it was described."""


class UnknownKey(KildeError):
    """No key has the id or the name that was given."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. Times are those of `index.schema.now`.

    A site key has `origins`, the web origins whose pages it stands in; it is public, and good for nothing elsewhere.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    origins: tuple[str, ...] = ()
    created: str = ""
    expires: str | None = None
    revoked: str | None = None
    last_used: str | None = None

    @property
    def is_site_key(self) -> bool:
        """Whether it is public and bound to origins."""
        return bool(self.origins)

    def holds(self, moment: str) -> bool:
        """Whether it is neither revoked nor expired at a moment."""
        return self.revoked is None and (self.expires is None or moment < self.expires)

    def permits(self, scope: Scope) -> bool:
        """Whether it is for this; the admin's key is for everything."""
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands to the limit that is nearest to being used up.

    `reset_seconds` is when its window ends, and `window_seconds` how long that is.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int
    window_seconds: int
