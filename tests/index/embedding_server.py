"""An embeddings API on loopback that does what a test tells it, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.index.making import letters
from tests.loopback import Reply, Request, answering

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

    def respond(request: Request) -> Reply:
        body = json.loads(request.body)
        state.gate.wait(20)
        state.asked.append(body)
        state.authorization.add(request.headers["authorization"])
        trouble = state.troubles.popleft() if state.troubles else state.always
        if isinstance(trouble, int):
            headers = {"retry-after": state.retry_after} if trouble == 429 and state.retry_after else {}
            return Reply(trouble, json.dumps({"error": {"message": f"no, {KEY}"}}).encode(), headers)
        if trouble == "truncated":
            return Reply(200, state.answer(body)[:-40])
        if trouble == "short":
            return Reply(200, state.answer({**body, "dimensions": 5}))
        if trouble == "fewer":
            return Reply(200, state.answer({**body, "input": body["input"][1:]}))
        return Reply(200, state.answer(body))

    with answering(respond) as address:
        state.url = f"{address}/v1"
        try:
            yield state
        finally:
            state.gate.set()
