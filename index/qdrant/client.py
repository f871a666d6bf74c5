"""The connection to Qdrant: a server, or a folder that the client searches itself; its errors in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from index.errors import IndexUnavailable
from index.qdrant.place import Place

TIMEOUT_SECONDS = 10
LEAST_VERSION = (1, 10)
"""The first that answers the queries that are asked here."""


class Connection:
    """A client with what goes with it. Safe to use from several threads."""

    def __init__(self, place: Place, api_key: str | None = None) -> None:
        """Connect, and look whether a server that can be used is there.

        Raises:
            IndexUnavailable: the server is away, or too old, or refuses.
        """
        # Imported here because it costs 0.5 s, which those who have no Qdrant need not wait for.
        from qdrant_client import QdrantClient

        self.place = place
        with self.explained():
            if place.folder is not None:
                self.client = QdrantClient(path=place.folder)
            else:
                self.client = QdrantClient(
                    place.url, api_key=api_key, timeout=TIMEOUT_SECONDS, check_compatibility=False
                )
                self._check_version()

    @property
    def is_local(self) -> bool:
        """Whether the client itself is the engine."""
        return self.place.folder is not None

    def close(self) -> None:
        """Let go of the connection."""
        self.client.close()

    def _check_version(self) -> None:
        version = self.client.info().version
        numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
        if numbers < LEAST_VERSION:
            least = ".".join(map(str, LEAST_VERSION))
            raise IndexUnavailable(f"expected Qdrant {least} or newer at {self.place.url}, found {version}")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn whatever comes out of the client into IndexUnavailable with one readable line."""
        from httpx import HTTPError
        from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

        where = self.place.folder or self.place.url
        try:
            yield
        except ResponseHandlingException as error:
            raise IndexUnavailable(
                f"Qdrant at {where} cannot be reached ({type(error.source).__name__}); is it running?"
            ) from error
        except (ApiException, HTTPError, ValueError, OSError, RuntimeError, KeyError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise IndexUnavailable(f"Qdrant at {where} cannot be used: {reason}") from error
