"""One vector index on a Chroma server for all replicas of a service: one of them writes it, the others take it up.

Replicas have data folders of their own and share the record. An index is named for the settings and the record's
generation that it was written with, and never changed afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from contextlib import suppress

from index import vectors
from index.chroma import Server
from index.errors import IndexUnavailable
from index.manifest import Leg


def new_name(settings: str, generation: int) -> str:
    """A name that no other index has, also not one of the same generation that turned out to be damaged."""
    return f"{_beginning(settings)}{generation}-{secrets.token_hex(4)}"


def newest(server: Server, settings: str, without: Collection[str]) -> Leg | None:
    """The newest whole index that was written with these settings, None where there is none.

    Args:
        server: with the prefix that all indexes of the record have.
        settings: of the vectors.
        without: names of indexes that are not wanted.

    Raises:
        IndexUnavailable: the server cannot be used.
    """
    beginning = _beginning(settings)
    found = [
        Leg(name, settings, int(name.removeprefix(beginning).partition("-")[0]), counts, {})
        for name, counts in vectors.complete(server).items()
        if name.startswith(beginning) and name not in without
    ]
    return max(found, key=lambda leg: (leg.generation, leg.folder), default=None)


def sweep(server: Server, *keep: Leg | None) -> None:
    """Remove all other indexes of the record. What cannot be removed goes the next time."""
    with suppress(IndexUnavailable):
        vectors.sweep(server, [leg.folder for leg in keep if leg is not None])


def _beginning(settings: str) -> str:
    return f"vectors-{hashlib.sha256(settings.encode()).hexdigest()[:8]}-"
