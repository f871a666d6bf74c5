"""Connections to Chroma, to a folder of its own or to a server, and the collections there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from index.errors import IndexUnavailable

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

# Chroma's names need three characters; a language code has two.
_PREFIX = "passages-"
PAGE = 100
SERVER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """Collections on a Chroma server, whose names begin with `prefix`."""

    url: str
    prefix: str = _PREFIX
    timeout_seconds: float = SERVER_SECONDS

    def __str__(self) -> str:
        return f"{self.prefix}* at {self.url}"


Place = Path | Server
"""Where an index is: a folder of its own, or collections on a server."""


def names(client: Client, prefix: str) -> list[str]:
    """The names of all collections that begin with `prefix`."""
    return [found.name for found in listed(client, prefix)]


def listed(client: Client, prefix: str) -> list[Collection]:
    """All collections whose names begin with `prefix`; a server lists a hundred at a time."""
    found: list[Collection] = []
    while page := client.list_collections(limit=PAGE, offset=len(found)):
        found += page
    return [collection for collection in found if collection.name.startswith(prefix)]


def prefix_of(place: Place) -> str:
    """What the names of an index's collections begin with."""
    return place.prefix if isinstance(place, Server) else _PREFIX


def open_client(place: Place) -> Client:
    """Connect to Chroma. Raises IndexUnavailable."""
    # Imported here because it costs 0.5 s.
    import chromadb
    from chromadb.config import Settings

    # Said outright, because Chroma's settings also come from the environment and a .env file, under names of no prefix.
    settings = Settings(
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        allow_reset=False,
        migrations="apply",
    )
    with explained(place):
        if isinstance(place, Path):
            client = chromadb.PersistentClient(path=str(place), settings=settings)
        else:
            url = urlsplit(place.url)
            secure = url.scheme == "https"
            port = url.port or (443 if secure else 8000)
            served = Settings(anonymized_telemetry=False, chroma_otel_collection_endpoint="")
            client = chromadb.HttpClient(host=url.hostname or "", port=port, ssl=secure, settings=served)
            client._server._session.timeout = place.timeout_seconds  # type: ignore[attr-defined]  # none, unless we say so
    return cast("Client", client)  # Declared as an interface that lacks close().


def close_client(client: Client) -> None:
    """Close what `open_client` has opened."""
    client.close()
    # What Chroma leaves open (1.5.9): the connections to a server, also those of the client that it makes beside ours.
    for one in (client, getattr(client, "_admin_client", None)):
        if (session := getattr(getattr(one, "_server", None), "_session", None)) is not None:
            session.close()


def never_embeds() -> Any:
    """An embedding function that refuses: Chroma's default one downloads a model."""
    from chromadb.api.types import EmbeddingFunction

    class NeverEmbeds(EmbeddingFunction[Any]):
        def __init__(self) -> None:
            pass  # Chroma asks for a constructor of one's own.

        @staticmethod
        def name() -> str:
            return "never"

        def __call__(self, input: Any) -> Any:  # noqa: A002 - Chroma passes it by this name
            raise IndexUnavailable("expected vectors for Chroma, found texts: it must never embed by itself")

    return NeverEmbeds()


@contextmanager
def explained(place: Place) -> Iterator[None]:
    """Turn whatever comes out of Chroma into IndexUnavailable with one readable line."""
    try:
        yield
    except IndexUnavailable:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # A panic of Chroma's Rust side is no Exception.
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise IndexUnavailable(f"the vector index in {place} cannot be used: {reason}") from error
