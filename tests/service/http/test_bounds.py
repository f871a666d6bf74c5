"""What is too large or too slow is refused, and holds nobody else up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from service.http import problems
from service.http.bounds import MAX_HEAD_BYTES, Bounded, Bounds
from service.http.protocol import Protocol, server_options

BOUNDS = Bounds(max_body_bytes=20_000, max_upload_bytes=50_000, response_seconds=0.4, body_seconds=0.4)
MUCH = b"x" * 30_000_000
"""More than the buffers of both ends hold."""


class Hasty(Protocol):
    """The protocol with less patience."""

    head_seconds = 0.3
    write_seconds = 0.3


def application() -> FastAPI:
    """Routes that read, wait and send much, under the bounds."""
    app = FastAPI(docs_url=None, redoc_url=None)
    problems.install(app)
    app.add_middleware(Bounded, bounds=BOUNDS)
    release = app.state.release = threading.Event()

    async def size(request: Request) -> int:
        return len(await request.body())

    app.post("/size")(size)
    app.post("/v1/size")(size)
    app.put("/documents/x")(size)
    app.get("/wait")(lambda: release.wait(20))
    app.get("/v1/wait")(lambda: release.wait(20))
    app.post("/unread")(lambda: "answered")
    app.get("/much")(lambda: MUCH.decode())
    return app


@contextmanager
def served(app: FastAPI, trusted: str = "") -> Iterator[int]:
    """The application behind real sockets; gives the port."""
    options = {**server_options(trusted), "http": Hasty, "timeout_keep_alive": 1}
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", **options))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


@pytest.fixture
def app() -> Iterator[FastAPI]:
    """A fresh application, whose waiting routes are let go at the end."""
    made = application()
    yield made
    made.state.release.set()


@pytest.fixture
def port(app: FastAPI) -> Iterator[int]:
    """It listens there."""
    with served(app) as number:
        yield number


def sent(port: int, *parts: bytes) -> bytes:
    """Everything that is answered to these bytes until the service closes the connection; empty where it just does."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """What comes until the other end closes the connection."""
    received = bytearray()
    with suppress(ConnectionError):
        while some := connection.recv(1 << 20):
            received += some
    return bytes(received)


def drip(connection: socket.socket, drops: bytes) -> None:
    """Send byte for byte. Raises ConnectionError once the other end has gone."""
    for drop in drops:
        connection.sendall(bytes([drop]))
        time.sleep(0.01)


def head(method: str, path: str, *fields: str) -> bytes:
    """The head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: kilde.test", *fields, "", ""]).encode("latin-1")


@pytest.mark.parametrize(("path", "kind"), [("/size", b"problem+json"), ("/v1/size", b'{"error":')])
def test_a_body_that_says_it_is_too_large_is_refused_unread(port: int, path: str, kind: bytes) -> None:
    """413 in the form of the path, before one byte of the body was sent."""
    answer = sent(port, head("POST", path, "Content-Length: 20001"))
    assert answer.startswith(b"HTTP/1.1 413")
    assert kind in answer


def test_a_body_of_unknown_length_is_cut_off(port: int) -> None:
    """413 as soon as more has come than is taken; the end is not waited for."""
    chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    answer = sent(port, head("POST", "/size", "Transfer-Encoding: chunked"), *[chunk] * 5)
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_document_may_be_larger(app: FastAPI) -> None:
    """An upload has a bound of its own."""
    client = TestClient(app)
    assert client.put("/documents/x", content=b"x" * 50_000).json() == 50_000
    assert client.put("/documents/x", content=b"x" * 50_001).status_code == 413
    assert client.post("/size", content=b"x" * 20_000).json() == 20_000


@pytest.mark.parametrize("body", [b"", b"some"])
def test_a_body_that_does_not_come_is_given_up(port: int, body: bytes) -> None:
    """408 when the rest of a body fails to come, and the connection is closed."""
    answer = sent(port, head("POST", "/size", "Content-Length: 1000"), body)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in answer


@pytest.mark.parametrize("begun", [b"", b"GET", b"GET /wait HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_end_is_given_up(port: int, begun: bytes) -> None:
    """A connection that sends nothing, or only the beginning of a request, is closed."""
    assert sent(port, begun) == b""


def test_a_head_that_comes_drop_by_drop_is_given_up(port: int) -> None:
    """Every further byte does not give the client more time."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        drops = b"GET /wait HTTP/1.1\r\nX-Slow: " + b"x" * 1000
        with pytest.raises(ConnectionError):
            drip(connection, drops)


def test_a_second_request_has_its_time_too(port: int) -> None:
    """On a connection that is kept, the head of the next request must end as well."""
    answer = sent(port, head("POST", "/size", "Content-Length: 0"), b"GET /", b"much")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "rest", [(b"",), (b"some",), (b"some", b"more", b"and more"), (b"x" * 1000, b"GET /much HTTP/1.1\r\n")]
)
def test_a_body_that_nobody_waits_for_does_not_hold_the_connection(port: int, rest: tuple[bytes, ...]) -> None:
    """What was answered without its body being read, and then what follows it, must end as well."""
    answer = sent(port, head("POST", "/unread", "Content-Length: 1000"), *rest)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


def test_a_client_that_does_not_read_is_left(port: int) -> None:
    """A response that nobody takes ends with the connection, not with the memory."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head("GET", "/much"))
        time.sleep(1.0)
        assert len(rest(connection)) < len(MUCH)


@pytest.mark.parametrize(
    "fields", [["X-Long: " + "x" * MAX_HEAD_BYTES], ["X-A: " + "x" * 1000] * 40, ["X: " + "x" * 100_000]]
)
def test_a_head_of_too_many_bytes_is_refused(port: int, fields: list[str]) -> None:
    """431, or 400 where the connection itself stops reading."""
    assert sent(port, head("GET", "/much", *fields))[:12] in {b"HTTP/1.1 431", b"HTTP/1.1 400"}


def test_a_head_of_too_many_fields_is_refused(port: int) -> None:
    """431 for more than a hundred short ones."""
    assert sent(port, head("GET", "/much", *["X: 1"] * 101)).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(("path", "kind"), [("/wait", b"problem+json"), ("/v1/wait", b'{"error":')])
def test_an_answer_that_does_not_come_is_given_up(port: int, path: str, kind: bytes) -> None:
    """503 in time, though the work goes on in its thread; others are answered meanwhile."""
    answer = sent(port, head("GET", path))
    assert answer.startswith(b"HTTP/1.1 503")
    assert kind in answer
    assert sent(port, head("POST", "/size", "Content-Length: 0", "Connection: close")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n",
        head("POST", "/size", "Transfer-Encoding: chunked") + b"zz\r\n",
        head("POST", "/size", "Content-Length: 5", "Transfer-Encoding: chunked"),
        head("POST", "/size", "Content-Length: 5", "Content-Length: 6"),
        head("GET", "/wait") + b"GET /\x00 HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_http_ends_the_connection_only(port: int, garbage: bytes) -> None:
    """Whatever comes, the next one is served."""
    sent(port, garbage)
    assert sent(port, head("POST", "/size", "Content-Length: 0", "Connection: close")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("trusted", "said", "seen"),
    [
        ("", "203.0.113.9", "127.0.0.1"),
        ("10.0.0.1", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.0/8", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_a_trusted_proxy_says_who_asks(trusted: str, said: str, seen: str) -> None:
    """X-Forwarded-For counts from the proxies that are named, and there its last address that is not one of them."""
    app = FastAPI()

    @app.get("/client")
    def client(request: Request) -> str:
        return request.client.host if request.client else ""

    with served(app, trusted) as port:
        answer = sent(port, head("GET", "/client", f"X-Forwarded-For: {said}", "Connection: close"))
    assert answer.endswith(f'"{seen}"'.encode())


def test_connections_are_kept_longer_than_clients_keep_theirs() -> None:
    """Whoever closes one while the other sends makes a request fail: httpx keeps them 5 s, proxies mostly 60."""
    assert server_options()["timeout_keep_alive"] > 60
