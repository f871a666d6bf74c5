"""Asks the service that runs over the same data folder, if one does: it has everything in memory already.

A service says in `service.json` in its data folder where it listens and with which settings it answers. It is asked
only where its answer would be ours: the settings are the same, the folder of documents is the one that is indexed, and
whoever answers at that address keeps that record. In any other case, and whenever something goes wrong, nothing is said
and the command answers by itself.

Imports nothing that is not light: that is what it is for.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote

from index import folder_state

FILE_NAME = "service.json"
RECORD_HEADER = "kilde-record"
"""Of GET /healthz: the identity of the record that the service keeps."""
PREFIX = "KILDE_"
OF_SERVING = (
    "ACCESS", "ALLOWED_ORIGINS", "API_KEYS", "DRAIN_", "HOST", "LOG_", "MAX_BODY_BYTES", "OPEN_SOURCES", "PAGE_KEY",
    "PORT", "PUBLIC_URL", "RATE_LIMIT_", "RESPONSE_", "SHUTDOWN_", "SLACK_", "TRACES_URL", "TRUSTED_PROXIES", "WORKERS",
)  # fmt: skip
"""Settings that decide nothing of an answer; a service usually has some that a command does not."""
HELLO_SECONDS = 1.0
ANSWER_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Own:
    """What a command is set to, as far as it is needed here; `digest` changes with what decides answers."""

    data_dir: Path
    seeds: Path
    key: str
    digest: str


def own_settings() -> Own:
    """Read the environment and `.env` as `service.settings` does, without loading what checks them."""
    from dotenv import dotenv_values

    written = {**dotenv_values(".env"), **os.environ}
    known = {name.upper(): value or "" for name, value in written.items()}
    data_dir, seeds = Path(known.get("KILDE_DATA_DIR") or ".kilde"), Path(known.get("KILDE_SEEDS") or "seeds")
    deciding = {
        name: value
        for name, value in known.items()
        if (name.startswith(PREFIX) and not name.removeprefix(PREFIX).startswith(OF_SERVING))
        or name == "OPENAI_API_KEY"
    }
    deciding |= {"KILDE_DATA_DIR": str(data_dir.resolve()), "KILDE_SEEDS": str(seeds.resolve())}
    digest = hashlib.sha256(json.dumps(sorted(deciding.items())).encode("utf-8", "surrogateescape")).hexdigest()
    return Own(data_dir, seeds, known.get("KILDE_API_KEYS", "").partition(",")[0].strip(), digest)


@contextmanager
def announced(host: str, port: int) -> Iterator[None]:
    """Say meanwhile where the service listens. What cannot be written is not said."""
    own = own_settings()
    file = own.data_dir / FILE_NAME
    temporary = file.with_suffix(f".{os.getpid()}")
    said = json.dumps({"host": _reachable(host), "port": port, "process": os.getpid(), "settings": own.digest})
    with suppress(OSError):
        own.data_dir.mkdir(parents=True, exist_ok=True)
        # Nobody else need see the digest, which keys have gone into.
        temporary.touch(mode=0o600)
        temporary.write_text(said, encoding="utf-8")
        temporary.replace(file)
    try:
        yield
    finally:
        with suppress(OSError):
            if file.read_text(encoding="utf-8") == said:
                file.unlink()


def _reachable(host: str) -> str:
    """An address by which a service that listens on `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - not listened on


def ask(body: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]] | None:
    """What POST /chat returns, and the path of each cited document in the folder; None where no service can be asked.

    Args:
        body: the request, as docs/http-api.md has it.
    """
    try:
        own = own_settings()
        said = json.loads((own.data_dir / FILE_NAME).read_text(encoding="utf-8"))
        manifest = json.loads((own.data_dir / "derived" / "manifest.json").read_text(encoding="utf-8"))
        generation = int(manifest["lexical"]["generation"])
        files = folder_state.digest_of(own.seeds)
        if said["settings"] != own.digest or not folder_state.is_indexed(own.data_dir, own.seeds, files, generation):
            return None
        service = _Service(str(said["host"]), int(said["port"]), own.key)
        try:
            return service.ask(str(manifest["record"]), body)
        finally:
            service.close()
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None


class _Service:
    """A connection to a service."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self._connection = HTTPConnection(host, port, timeout=HELLO_SECONDS)
        self._headers = {"accept": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}

    def ask(self, record: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]] | None:
        # Before the question is told: somebody else may listen there by now.
        self._connection.request("GET", "/healthz")
        hello = self._connection.getresponse()
        hello.read()
        if hello.status != 200 or hello.getheader(RECORD_HEADER) != record:
            return None
        if self._connection.sock is not None:
            self._connection.sock.settimeout(ANSWER_SECONDS)
        for name in body.get("filters", {}).get("documents", ()):
            if self._read("GET", f"/documents/{quote(name, safe='')}", None, self._headers) is None:
                return None  # The command says so.
        headers = {**self._headers, "content-type": "application/json"}
        if (reply := self._read("POST", "/chat", json.dumps(body).encode(), headers)) is None:
            return None
        paths = {}
        for name in dict.fromkeys(citation["document"]["id"] for citation in reply["citations"]):
            if (document := self._read("GET", f"/documents/{quote(name, safe='')}", None, self._headers)) is None:
                return None
            paths[name] = str(document["path"])
        return reply, paths

    def _read(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any] | None:
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        found = json.loads(content) if response.status == 200 else None
        return found if isinstance(found, dict) else None

    def close(self) -> None:
        self._connection.close()
