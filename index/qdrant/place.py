"""Where an index on Qdrant is, as KILDE_INDEX_URL says it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from index.errors import IndexUnavailable

IN_MEMORY = ":memory:"
DEFAULT_NAME = "kilde"


@dataclass(frozen=True, slots=True)
class Place:
    """Collections whose names begin with `name`, on a server, or in a folder of this machine."""

    url: str
    name: str = DEFAULT_NAME
    shards: int = 1
    replicas: int = 1
    folder: str | None = None

    def __str__(self) -> str:
        return self.folder or self.url


def parse(url: str) -> Place:
    """The place that `qdrant://HOST:PORT?name=kilde&shards=3&replicas=2` means; `qdrants://` speaks TLS.

    `qdrant:///FOLDER` is a folder of this machine, which qdrant-client searches itself by comparing with every
    passage, and `qdrant:///:memory:` is gone with its process: for trying out, and for tests.

    Raises:
        IndexUnavailable: it is none of these.
    """
    try:
        found = urlsplit(url)
        port = found.port or 6333
    except ValueError:
        raise IndexUnavailable("expected a port from 1 to 65535 in the index URL, found another") from None
    options = dict(parse_qsl(found.query))
    name = options.pop("name", DEFAULT_NAME)
    numbers = {key: int(value) if value.isdecimal() else 0 for key, value in options.items()}
    known = numbers.keys() <= {"shards", "replicas"} and all(numbers.values())
    named = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    path = unquote(found.path)
    placed = path in ("", "/") if found.hostname else len(path) > 1
    if found.scheme not in ("qdrant", "qdrants") or not (known and named and placed):
        shown = f"{found.scheme}://{found.hostname or ''}{found.path}{'?' + found.query if found.query else ''}"
        raise IndexUnavailable(
            f"expected an index URL such as qdrant://HOST:6333?name=kilde&shards=3&replicas=2, found {shown}"
        )
    shards, replicas = numbers.get("shards", 1), numbers.get("replicas", 1)
    if not found.hostname:
        return Place("", name, shards, replicas, IN_MEMORY if path == f"/{IN_MEMORY}" else path)
    scheme = "https" if found.scheme == "qdrants" else "http"
    return Place(f"{scheme}://{found.hostname}:{port}", name, shards, replicas)
