"""Qdrant's HTTP interface on loopback over the client's local mode, for want of a server; troubles at a test's word.

What it answers is what the local mode finds, so that an index is written and searched over real sockets, and what it
refuses, delays or cuts off looks as it does from a real server.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import TypeAdapter
from qdrant_client import QdrantClient, models

VERSION = "1.15.0"
PLACE = re.compile(r"/collections/(?P<name>[^/?]+)(?P<rest>/[^?]*)?")


class QdrantServer:
    """A server that a test can stop, start, slow down and fill up. `requests` counts what it was asked."""

    def __init__(self) -> None:
        self._engine = QdrantClient(":memory:")
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._port = 0
        self.version = VERSION
        self.requests: list[str] = []
        self.delay_seconds = 0.0
        self.status = 0
        """What is answered in place of an answer, where it is not 0."""
        self.said = ""
        self.only_writes = False
        """Whether `status` is for what changes something only."""
        self.cut = False
        """Whether connections are closed in the middle of an answer."""

    @property
    def url(self) -> str:
        """Where it is, as KILDE_INDEX_URL says it."""
        return f"qdrant://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen, where it listened before if it did."""
        handler = type("Handler", (_Handler,), {"qdrant": self})
        self._server = _Quiet(("127.0.0.1", self._port), handler)
        self._server.daemon_threads = True
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        """Be away; what was stored stays."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def close(self) -> None:
        """Be away for good."""
        self.stop()
        self._engine.close()

    def names(self) -> list[str]:
        """The collections."""
        return sorted(one.name for one in self._engine.get_collections().collections)

    def drop(self, name: str) -> None:
        """Lose a collection."""
        with self._lock:
            self._engine.delete_collection(name)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """The status and the result."""
        if path == "/":
            return 200, None
        try:
            with self._lock:
                return 200, self._result(method, path, body)
        except ValueError as error:
            return (404 if "not found" in str(error) else 400), str(error)

    def _result(self, method: str, path: str, body: Any) -> Any:
        if path.partition("?")[0] == "/collections":
            return self._engine.get_collections()
        match = PLACE.match(path)
        assert match, path
        name, rest = match["name"], match["rest"] or ""
        if rest == "/exists":
            return {"exists": self._engine.collection_exists(name)}
        if rest == "/index":  # The local mode has none.
            return _DONE
        if not rest:
            return self._collection(method, name, body)
        return self._points(f"{method} {rest}", name, body)

    def _collection(self, method: str, name: str, body: Any) -> bool:
        if method == "DELETE":
            return self._engine.delete_collection(name)
        wanted = models.CreateCollection.model_validate(body)
        return self._engine.create_collection(
            name, vectors_config=wanted.vectors or {}, sparse_vectors_config=wanted.sparse_vectors
        )

    def _points(self, what: str, name: str, body: Any) -> Any:
        engine = self._engine
        chosen = TypeAdapter(models.Filter | None).validate_python(body.get("filter"))
        match what:
            case "PUT /points":
                points = [models.PointStruct.model_validate(one) for one in body["points"]]
                engine.upsert(name, points)
                return _DONE
            case "POST /points":
                return engine.retrieve(name, body["ids"], with_payload=True)
            case "POST /points/delete":
                engine.delete(name, body["points"])
                return _DONE
            case "POST /points/count":
                return {"count": engine.count(name, exact=True).count}
            case "POST /points/scroll":
                found, after = engine.scroll(
                    name,
                    scroll_filter=chosen,
                    limit=body["limit"],
                    offset=body.get("offset"),
                    with_payload=body.get("with_payload", True),
                )
                return {"points": found, "next_page_offset": after}
            case "POST /facet":
                return engine.facet(name, body["key"], facet_filter=chosen, limit=body["limit"], exact=True)
            case "POST /points/query/batch":
                wanted = [models.QueryRequest.model_validate(one) for one in body["searches"]]
                return engine.query_batch_points(name, wanted)
        raise ValueError(f"{what} is not played")


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away."""


_DONE = {"operation_id": 0, "status": "completed"}


class _Handler(BaseHTTPRequestHandler):
    qdrant: QdrantServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        played = self.qdrant
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        played.requests.append(f"{self.command} {self.path}")
        time.sleep(played.delay_seconds)
        writes = self.command in ("PUT", "DELETE") or "/points/delete" in self.path
        if played.status and (writes or not played.only_writes):
            self._send(played.status, {"status": {"error": played.said}, "time": 0.0})
            return
        status, result = played.answer(self.command, self.path, json.loads(body) if body else {})
        if self.path == "/":
            self._send(200, {"title": "qdrant - vector search engine", "version": played.version})
        elif status == 200:
            self._send(200, {"result": TypeAdapter(Any).dump_python(result, mode="json"), "status": "ok", "time": 0.0})
        else:
            self._send(status, {"status": {"error": result}, "time": 0.0})

    do_GET = do_PUT = do_DELETE = do_PATCH = do_POST

    def _send(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.qdrant.cut:
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self.close_connection = True
            return
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def qdrant_server() -> Iterator[QdrantServer]:
    """A server that listens."""
    server = QdrantServer()
    server.start()
    try:
        yield server
    finally:
        server.close()
