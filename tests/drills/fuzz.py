"""Hostile requests to a real service: bodies, headers, Unicode, huge, slow, and what is no HTTP at all.

`python -m tests.drills.fuzz --requests 10000` starts a service over the shipped documents, sends them from sixteen
threads, and prints what came back. A few hundred are sent by the tests.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.drills.running import Service

THREADS = 16
KEY = "a-key-for-the-drill"
POSTS = ("/chat", "/search", "/feedback", "/v1/chat/completions", "/v1/responses", "/slack/events")
PATHS = (*POSTS, "/", "/documents", "/documents/x", "/conversations/x", "/metrics", "/widget.js", "/static/page.css")
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "QUERY", "G\x00T", "ÅÄÖ")
VALID: dict[str, dict[str, object]] = {
    "/chat": {"message": "what do the authors think about ROI?", "language": "auto", "stream": False},
    "/search": {"query": "trust", "limit": 5, "filters": {"languages": ["sv"], "documents": [], "speakers": []}},
    "/feedback": {"message_id": "x", "rating": "up", "comment": None},
    "/v1/chat/completions": {"model": "kilde", "messages": [{"role": "user", "content": "ROI?"}], "stream": True},
    "/v1/responses": {"model": "kilde", "input": "ROI?"},
    "/slack/events": {"type": "url_verification", "challenge": "x"},
}
STRANGE = (None, True, -1, 2**63, 1e308, "", "\u0000", "\u202e", "é" * 5000, [], {}, [[]], {"a": 1}, "🫐" * 2000, "..")
FIELDS = ("Origin", "Host", "Accept", "Accept-Language", "Authorization", "X-Api-Key", "X-Kilde-Site", "Cookie")
FIELDS += ("X-Forwarded-For", "Forwarded", "Content-Type", "Range", "If-None-Match", "X-Request-Id", "Expect", "Te")


@dataclass
class Outcome:
    """What came back: statuses by kind of request, and the answers that must not be."""

    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def text_of(chance: random.Random, longest: int = 60) -> str:
    """Characters from all of Unicode, surrogates excepted."""
    length = chance.randrange(longest)
    codes = (
        chance.choice((chance.randrange(0x80), chance.randrange(0xD800), chance.randrange(0xE000, 0x110000)))
        for _ in range(length)
    )
    return "".join(map(chr, codes))


def request(method: str, target: str, fields: list[tuple[str, str]], body: bytes = b"") -> bytes:
    """The bytes of a request, whether it is one or not."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + body


def posted(path: str, body: bytes, *more: tuple[str, str]) -> bytes:
    """A POST with a body."""
    fields = [("Host", "127.0.0.1"), ("Content-Type", "application/json"), ("Connection", "close")]
    return request("POST", path, [*fields, ("Content-Length", str(len(body))), *more], body)


def bodies(chance: random.Random) -> bytes:
    """A valid body with something else in one place, cut off, or bytes of no kind."""
    path = chance.choice(POSTS)
    shape: dict[str, object] = json.loads(json.dumps(VALID[path]))
    match chance.randrange(6):
        case 0:
            shape[chance.choice([*shape])] = chance.choice(STRANGE)
        case 1:
            shape[chance.choice([*shape])] = text_of(chance, 400)
        case 2:
            return posted(path, chance.randbytes(chance.randrange(2000)))
        case 3:
            return posted(path, json.dumps(shape).encode()[: chance.randrange(40)])
        case 4:
            depth = chance.choice((100, 1000, 100_000))
            return posted(path, b'{"message":' * depth + b"1" + b"}" * depth)
        case _:
            text = json.dumps(shape).replace('"', chance.choice(('"', "'", "\\ud800", "\u2028")))
            return posted(path, text.encode("utf-16" if chance.random() < 0.2 else "utf-8"))
    return posted(path, json.dumps(shape, ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace"))


def headers(chance: random.Random) -> bytes:
    """Header fields that are strange, many, long, doubled, or contradict each other."""
    path = chance.choice(PATHS)
    fields = [("Host", "127.0.0.1"), ("Connection", "close")]
    for _ in range(chance.randrange(8)):
        value = chance.choice(
            (text_of(chance), "x" * chance.randrange(20_000), "*/*;q=x,;;", "Bearer " + text_of(chance))
        )
        fields.append((chance.choice(FIELDS), value))
    match chance.randrange(6):
        case 0:
            fields += [(f"X-{n}", "1") for n in range(chance.choice((50, 150, 3000)))]
        case 1:
            fields += [("Content-Length", "5"), ("Transfer-Encoding", "chunked")]
        case 2:
            fields += [("Content-Length", "5"), ("Content-Length", "6")]
        case 3:
            fields += [("Content-Length", chance.choice(("-1", "x", "9" * 30, "+5", "0x10")))]
        case _:
            pass
    return request(chance.choice(METHODS), path, fields)


def addresses(chance: random.Random) -> bytes:
    """Targets with any Unicode, percent signs, dots and slashes, too long, or absolute."""
    start = chance.choice(("/documents/", "/conversations/", "/v1/models/", "/widget-", "/static/", "/", "//", ""))
    match chance.randrange(5):
        case 0:
            tail = "".join(f"%{byte:02x}" for byte in chance.randbytes(chance.randrange(80)))
        case 1:
            tail = chance.choice(("../" * 8, "..%2f" * 8, "%2e%2e/" * 8, "%00", "%c0%af" * 4)) + "etc/passwd"
        case 2:
            tail = text_of(chance).replace(" ", "")
        case 3:
            tail = "a" * chance.choice((300, 8000, 40_000))
        case _:
            tail = "x?start=" + chance.choice(("-1", "9" * 40, "x", "%00", "1&end=0&end=2"))
    method = chance.choice(("GET", "GET", "DELETE", "PUT", "HEAD"))
    fields = [("Host", "127.0.0.1"), ("Connection", "close"), ("Accept", "text/html")]
    return request(method, start + tail, [*fields, ("Authorization", f"Bearer {KEY}"), ("Content-Length", "0")])


def huge(chance: random.Random) -> bytes:
    """More than is taken, said beforehand or not, or less than was said."""
    path = chance.choice(POSTS)
    match chance.randrange(4):
        case 0:
            return posted(path, b'{"message":"' + b"x" * 1_500_000 + b'"}')
        case 1:
            fields = [("Host", "127.0.0.1"), ("Content-Length", str(10**12))]
            return request("POST", path, fields, b"x" * 1000)
        case 2:
            chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
            return request("POST", path, [("Host", "127.0.0.1"), ("Transfer-Encoding", "chunked")], chunk * 20)
        case _:
            return request("PUT", "/documents/big", [("Host", "127.0.0.1"), ("Content-Length", "30000000")])


def noise(chance: random.Random) -> bytes:
    """What is no HTTP, and several requests in one."""
    match chance.randrange(3):
        case 0:
            return chance.randbytes(chance.randrange(1, 3000))
        case 1:
            return bodies(chance).replace(b"Connection: close\r\n", b"") + headers(chance)
        case _:
            whole = bytearray(bodies(chance))
            for _ in range(5):
                whole[chance.randrange(len(whole))] = chance.randrange(256)
            return bytes(whole)


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "bodies": bodies,
    "headers": headers,
    "addresses": addresses,
    "huge": huge,
    "noise": noise,
}


WHOLE = frozenset({"bodies", "addresses", "huge"})
"""Kinds whose requests have an end, or are refused before it."""


def send(port: int, data: bytes, *, whole: bool, seconds: float = 60.0) -> bytes:
    """The beginning of what is answered; empty where the connection is only closed.

    What is not `whole` is ended, so that nobody waits for the rest.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        with suppress(OSError):
            connection.sendall(data)
            if not whole:
                connection.shutdown(socket.SHUT_WR)
        received = bytearray()
        with suppress(ConnectionError):
            while (some := connection.recv(65536)) and len(received) < 1_000_000:
                received += some
        return bytes(received)


def attack(port: int, requests: int, seed: int) -> Outcome:
    """Send so many requests, one in fifty of them slow; gather what came back."""
    outcome = Outcome()
    held: list[socket.socket] = []

    def one(number: int) -> None:
        chance = random.Random(f"{seed}/{number}")  # noqa: S311  # the same requests again
        if number % 50 == 0:
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            whole = bodies(chance)
            with suppress(OSError):
                connection.sendall(whole[: chance.randrange(len(whole))])
            held.append(connection)
            outcome.statuses["slow", "held"] += 1
            return
        kind = chance.choice([*KINDS])
        data = KINDS[kind](chance)
        try:
            answer = send(port, data, whole=kind in WHOLE)
        except TimeoutError:
            outcome.faults.append(f"{kind} {number}: no answer in a minute to {data[:200]!r}")
            return
        status = answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.1 ") else "closed"
        outcome.statuses[kind, status] += 1
        if status.startswith("5") or b"Traceback" in answer:
            outcome.faults.append(f"{kind} {number}: {answer[:300]!r} to {data[:200]!r}")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(requests)))
    for connection in held:
        connection.close()
    return outcome


def resident_megabytes(pid: int) -> float:
    """The memory of a process that is in use (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    """Attack a service of our own and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Service(Path(folder) / "data", api_keys=KEY) as service:
        assert service.process is not None
        attack(service.port, 500, 0)
        before, began = resident_megabytes(service.process.pid), time.monotonic()
        outcome = attack(service.port, arguments.requests, arguments.seed)
        seconds = time.monotonic() - began
        after = resident_megabytes(service.process.pid)
        for (kind, status), count in sorted(outcome.statuses.items()):
            print(f"{kind:10} {status:7} {count:6}")
        print(f"{arguments.requests} requests in {seconds:.0f} s; memory {before:.0f} MB before, {after:.0f} MB after")
        log = service.log.read_text(encoding="utf-8")
        print(f"{len(outcome.faults)} faults, {log.count('Traceback')} tracebacks in the log")
        print("\n".join(outcome.faults[:20]))


if __name__ == "__main__":
    main()
