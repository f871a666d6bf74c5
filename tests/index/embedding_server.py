"""An embeddings API on loopback that does what a test tells it, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.index.making import letters

KEY = "a-key-nobody-may-read"


@dataclass(slots=True)
class Server:
    """`troubles` are what the next requests meet, in order: a status, "truncated", "short" vectors or "fewer"."""

    url: str = ""
    troubles: deque[int | str] = field(default_factory=deque)
    always: int | str | None = None
    retry_after: str | None = "0"
    asked: list[dict[str, Any]] = field(default_factory=list)
    authorization: set[str] = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)

    def answer(self, body: dict[str, Any]) -> bytes:
        """The vectors, last one first: the order of an answer is not promised."""
        rows = [letters(text)[: body.get("dimensions") or 26] for text in body["input"]]
        data = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)]
        return json.dumps({"object": "list", "model": body["model"], "data": data[::-1], "usage": {}}).encode()


@contextmanager
def serving() -> Iterator[Server]:
    """Run the server."""
    state = Server()
    state.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state.gate.wait(20)
            state.asked.append(body)
            state.authorization.add(self.headers["authorization"])
            trouble = state.troubles.popleft() if state.troubles else state.always
            if isinstance(trouble, int):
                self.send(trouble, json.dumps({"error": {"message": f"no, {KEY}"}}).encode())
            elif trouble == "truncated":
                self.send(200, state.answer(body)[:-40])
            elif trouble == "short":
                self.send(200, state.answer({**body, "dimensions": 5}))
            elif trouble == "fewer":
                self.send(200, state.answer({**body, "input": body["input"][1:]}))
            else:
                self.send(200, state.answer(body))

        def send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            if status == 429 and state.retry_after:
                self.send_header("retry-after", state.retry_after)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        state.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
