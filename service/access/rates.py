"""How often callers may come: counted for each key and each address, in memory or in Redis, by the library `limits`."""

from __future__ import annotations

import ipaddress
import logging
import math
import time

from anyio import to_thread
from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from service.access.records import Standing
from service.settings import InvalidSettings

REDIS_SECONDS = 1.0
"""What Redis may take for an answer. A caller does not wait longer for being counted."""
RETRY_SECONDS = 10.0
"""How long this process counts by itself once Redis has failed, before it is asked again."""
IPV6_PREFIX = 64
"""Whoever has one IPv6 address has all that share its first 64 bits (RFC 6177)."""

log = logging.getLogger(__name__)


class Rates:
    """Counts requests in sliding windows. Several limits, such as `60/minute; 1000/day`, hold at once."""

    def __init__(self, per_key: str, per_address: str, storage: str = "") -> None:
        """Count in this process, or in the Redis at `storage`. Raises InvalidSettings where one of them cannot be."""
        self._per_key = parsed("KILDE_RATE_LIMIT_KEY", per_key)
        self._per_address = parsed("KILDE_RATE_LIMIT_ADDRESS", per_address)
        self._memory = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(opened(storage)) if storage else None
        self._shared_due = 0.0

    async def key(self, key_id: str) -> Standing | None:
        """Count a request with a key; None where keys have no limit."""
        return await self._count(self._per_key, "key", key_id)

    async def address(self, address: str, key_id: str = "") -> Standing | None:
        """Count a request from an address, for a site key apart from others; None where addresses have no limit."""
        return await self._count(self._per_address, "address", f"{network(address)} {key_id}")

    async def _count(self, items: tuple[RateLimitItem, ...], kind: str, name: str) -> Standing | None:
        if not items:
            return None
        if self._shared is not None and time.monotonic() >= self._shared_due:
            try:
                return await to_thread.run_sync(count, self._shared, items, kind, name)
            except StorageError:
                self._shared_due = time.monotonic() + RETRY_SECONDS
                log.warning("the storage of rate limits failed; counting in this process for %g s", RETRY_SECONDS)
        return count(self._memory, items, kind, name)


def count(limiter: SlidingWindowCounterRateLimiter, items: tuple[RateLimitItem, ...], kind: str, name: str) -> Standing:
    """Count one request against every limit; how the caller stands to the tightest of them."""
    standings = []
    for item in items:
        allowed = limiter.hit(item, kind, name)
        stats = limiter.get_window_stats(item, kind, name)
        seconds = max(1, math.ceil(stats.reset_time - time.time()))
        remaining = stats.remaining if allowed else 0
        standings.append(Standing(allowed, item.amount, remaining, seconds, item.get_expiry()))
    refused = [standing for standing in standings if not standing.allowed]
    if refused:
        return max(refused, key=lambda standing: standing.reset_seconds)
    return min(standings, key=lambda standing: standing.remaining)


def parsed(setting: str, written: str) -> tuple[RateLimitItem, ...]:
    """The limits in a setting; none for an empty one. Raises InvalidSettings."""
    if not written.strip():
        return ()
    try:
        return tuple(parse_many(written))
    except ValueError:
        raise InvalidSettings(f"{setting}: expected limits such as 60/minute; 1000/day, found {written!r}") from None


def opened(storage: str) -> Storage:
    """The storage of a URL, with time-outs. Raises InvalidSettings, without the URL: it may hold a password."""
    name = "KILDE_RATE_LIMIT_STORAGE"
    if not storage.startswith(("redis://", "rediss://", "redis+unix://")):
        raise InvalidSettings(f"{name}: expected a URL of Redis such as redis://127.0.0.1:6379/0")
    options = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    try:
        found = storage_from_string(storage, wrap_exceptions=True, key_prefix="kilde", **options)
    except ConfigurationError:
        raise InvalidSettings(f"{name}: Redis needs its client; install it with: pip install 'kilde[redis]'") from None
    except (StorageError, ValueError) as error:
        raise InvalidSettings(f"{name}: expected a Redis that answers, found {type(error).__name__}") from None
    assert isinstance(found, Storage)  # noqa: S101  # for the type checker: the URL names a synchronous one
    return found


def network(address: str) -> str:
    """What is counted as one caller: an IPv4 address, the network of an IPv6 address, anything else as it is."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if found.version == 6:
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
    return str(found)
