"""Where an index on Qdrant is, as KILDE_INDEX_URL says it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from index.errors import IndexUnavailable


@dataclass(frozen=True, slots=True)
class Place:
    """A collection on a server, or in a folder of this machine."""

    url: str
    collection: str
    shards: int = 1
    replicas: int = 1
    folder: str | None = None


def parse(url: str) -> Place:
    """The place that `qdrant://HOST:PORT/COLLECTION?shards=3&replicas=2` means; `qdrants://` speaks TLS.

    `qdrant:///FOLDER` is a folder of this machine, which qdrant-client searches itself: for trying out, and for tests.

    Raises:
        IndexUnavailable: it is none of these.
    """
    found = urlsplit(url)
    options = dict(parse_qsl(found.query))
    name = unquote(found.path).strip("/") or "kilde"
    unknown = options.keys() - {"shards", "replicas"}
    numbers = {key: value for key, value in options.items() if not (value.isdecimal() and int(value) > 0)}
    if found.scheme not in ("qdrant", "qdrants") or unknown or numbers:
        raise IndexUnavailable(
            "expected an index URL such as qdrant://HOST:6333/kilde?shards=3&replicas=2, "
            f"found {_shown(found.scheme, found.hostname, found.path, found.query)}"
        )
    shards, replicas = int(options.get("shards", 1)), int(options.get("replicas", 1))
    if not found.hostname:
        return Place("", "kilde", shards, replicas, unquote(found.path))
    scheme = "https" if found.scheme == "qdrants" else "http"
    try:
        port = found.port or 6333
    except ValueError:
        raise IndexUnavailable("expected a port from 1 to 65535 in the index URL, found another") from None
    return Place(f"{scheme}://{found.hostname}:{port}", name.replace("/", "-"), shards, replicas)


def _shown(scheme: str, host: str | None, path: str, query: str) -> str:
    """The URL without a name and a password that may be in it."""
    return f"{scheme}://{host or ''}{path}{'?' + query if query else ''}"
