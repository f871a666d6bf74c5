"""A model server on loopback that answers as it is told to: real HTTP, so that every trouble is the real one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """Stream these pieces, `pause_seconds` before each; `finish` None breaks the connection off instead."""

    pieces: Sequence[str]
    pause_seconds: float = 0.0
    finish: str | None = "stop"


@dataclass(frozen=True, slots=True)
class Refuse:
    """An error response in OpenAI's envelope."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """A body that is no answer."""

    body: bytes
    content_type: str = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer for so long."""

    seconds: float


Act = Say | Refuse | Raw | Hang
Script = Callable[[Body], Act]


class ScriptedModel:
    """Runs `script` for each request; `requests` are the bodies it was sent, `left` counts clients that went away."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.left = threading.Semaphore(0)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append(body)
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                outer.paths.append(self.path)
                try:
                    outer.play(self, outer.script(body))
                except OSError:
                    outer.left.release()
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def play(self, handler: BaseHTTPRequestHandler, act: Act) -> None:
        if isinstance(act, Hang):
            self._stopping.wait(act.seconds)
            return
        if isinstance(act, Refuse):
            error = {"error": {"message": "secret detail of the provider", "type": "error", "code": None}}
            respond(handler, act.status, json.dumps(error).encode(), "application/json", act.headers)
            return
        if isinstance(act, Raw):
            respond(handler, 200, act.body, act.content_type, {})
            return
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("connection", "close")
        handler.end_headers()
        for chunk in chunks(act):
            if act.pause_seconds:
                self._stopping.wait(act.pause_seconds)
            handler.wfile.write(chunk)
            handler.wfile.flush()

    def __enter__(self) -> ScriptedModel:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def respond(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, content_type: str, headers: dict[str, str]
) -> None:
    handler.send_response(status)
    said = {"content-type": content_type, "content-length": str(len(body)), "connection": "close"}
    for name, value in {**said, **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def chunks(act: Say) -> Iterator[bytes]:
    """The events of a chat completion, as OpenAI streams them."""

    def event(delta: Body, finish: str | None) -> bytes:
        chunk = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": "scripted",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        return f"data: {json.dumps(chunk)}\n\n".encode()

    yield event({"role": "assistant", "content": ""}, None)
    for piece in act.pieces:
        yield event({"content": piece}, None)
    if act.finish:
        yield event({}, act.finish) + b"data: [DONE]\n\n"
