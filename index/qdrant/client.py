"""The connection to Qdrant: a server, or a folder that the client searches itself; its errors in words."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from index.errors import IndexUnavailable
from index.qdrant.place import Place

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

TIMEOUT_SECONDS = 10
LEAVE_ALONE_SECONDS = 1.0
"""After a server did not answer nobody asks it for so long: else every request would wait for the timeout."""
LEAST_VERSION = (1, 10)
"""The first that answers the queries that are asked here: several at once, each over what another one found."""


class NotThere(IndexUnavailable):
    """The server has no collection of this name: it was replaced by a newer one, or removed."""


class Connection:
    """A client with what goes with it. Safe to use from several threads; nothing is asked before it is needed."""

    def __init__(self, place: Place, api_key: str | None = None, *, timeout_seconds: int = TIMEOUT_SECONDS) -> None:
        self.place = place
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds
        self._client: QdrantClient | None = None
        # The local mode changes its arrays while others may be reading them.
        self._local = threading.RLock() if place.folder is not None else nullcontext()
        self._opening = threading.Lock()
        self._failure: tuple[float, str] | None = None

    @property
    def is_local(self) -> bool:
        """Whether the client itself is the engine."""
        return self.place.folder is not None

    @contextmanager
    def asking(self) -> Iterator[QdrantClient]:
        """The client; whatever comes out of it is turned into IndexUnavailable with one readable line.

        Raises:
            NotThere: a collection is missing.
            IndexUnavailable: the server is away, too slow, too old, full, or refuses.
        """
        failure = self._failure
        if failure and time.monotonic() < failure[0]:
            raise IndexUnavailable(failure[1])
        with self._local, self._explained():
            yield self._opened()
        self._failure = None

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()

    def _opened(self) -> QdrantClient:
        with self._opening:
            if self._client is None:
                self._client = self._open()
            return self._client

    def _open(self) -> QdrantClient:
        # Imported here because it costs 0.7 s, which those who have no Qdrant need not wait for.
        from qdrant_client import QdrantClient

        place = self.place
        if place.folder is not None:
            return QdrantClient(path=place.folder) if place.folder != ":memory:" else QdrantClient(":memory:")
        client = QdrantClient(
            place.url, api_key=self._api_key, timeout=self._timeout_seconds, check_compatibility=False
        )
        version = client.info().version
        numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
        if numbers < LEAST_VERSION:
            client.close()
            least = ".".join(map(str, LEAST_VERSION))
            raise IndexUnavailable(f"expected Qdrant {least} or newer at {place}, found {version}")
        return client

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from httpx import HTTPError, TimeoutException
        from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

        try:
            yield
        except IndexUnavailable:
            raise
        except UnexpectedResponse as error:
            raise self._refused(error) from error
        except ResponseHandlingException as error:
            slow = isinstance(error.source, TimeoutException)
            if isinstance(error.source, HTTPError):
                waited = f"did not answer within {self._timeout_seconds} s"
                found = waited if slow else "cannot be reached; is it running?"
            else:
                found = "does not answer as Qdrant does; is it another service?"
            message = f"Qdrant at {self.place} {found}"
            self._failure = (time.monotonic() + LEAVE_ALONE_SECONDS, message)
            raise IndexUnavailable(message) from error
        except (ApiException, HTTPError, ValueError, OSError, RuntimeError, KeyError, TypeError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            if self.is_local and "not found" in reason:
                raise NotThere(f"Qdrant in {self.place} has no such collection: {reason}") from error
            if self.is_local and "already accessed" in reason:
                reason = "another process has the folder open; a server is for several"
            raise IndexUnavailable(f"Qdrant at {self.place} cannot be used: {reason}") from error

    def _refused(self, error: Any) -> IndexUnavailable:
        said = _said(error.content)
        if error.status_code in (401, 403):
            return IndexUnavailable(f"Qdrant at {self.place} refuses the key; set KILDE_INDEX_API_KEY to one that may")
        if error.status_code == 404:
            return NotThere(f"Qdrant at {self.place} has no such collection{said}")
        return IndexUnavailable(f"Qdrant at {self.place} refuses with status {error.status_code}{said}")


def _said(content: bytes) -> str:
    """What a refusing server said, in one line."""
    try:
        found = json.loads(content)["status"]["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f": {' '.join(str(found).split())[:200]}"
