"""POST /search and POST /chat beside a route that does nothing, of the same server: `python -m benchmarks.edge`.

One worker serves the shipped texts through the whole application (keys, limits of size and time, headers, metrics).
Routes are asked in turns, so that what else the machine does meets all alike. Requests a second are those that one core
can serve: the reciprocal of the processor time that the server took, which other processes do not change. Milliseconds
are the clock's, of requests that come at half of that rate whether the ones before are answered or not (open loop).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from benchmarks.synthetic import Synthetic
from index.lexicon import load_lexicon

NOOP, SEARCH, AGAIN, CHAT = "no-op", "/search", "/search, asked before", "/chat"
ROUTES = (NOOP, SEARCH, AGAIN, CHAT)
PATHS = {NOOP: "/noop", SEARCH: "/search", AGAIN: "/search", CHAT: "/chat"}
KEY = "benchmark-key-benchmark-key"
CLIENTS = 4
TURNS = 6
REQUESTS = {NOOP: 400, SEARCH: 150, AGAIN: 200, CHAT: 40}
"""Of each route in a turn."""
OPEN_REQUESTS = 150
ASKED_BEFORE = 20
READY_SECONDS = 60.0
SHARE = 0.5
"""Of the rate at the limit that requests of the open loop come at."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route: requests a second that one core serves, by its processor time, and the times by the clock.

    `per_second_clock` is what four clients were answered, each waiting for its answer (closed loop).
    """

    name: str
    per_second: float
    per_second_clock: float
    p50: float
    p95: float
    p99: float


def measure(seeds: Path, turns: int = TURNS, *, open_loop: bool = True) -> list[Route]:
    """Start a service over these texts and measure every route, in so many turns.

    Args:
        open_loop: also what half of the rate takes; without it those times are 0.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "KILDE_DATA_DIR": folder, "KILDE_SEEDS": str(seeds), "KILDE_API_KEYS": KEY}
        command = [sys.executable, "-m", "benchmarks.edge", "--serve"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - ours
            try:
                assert server.stdout is not None
                port = int(server.stdout.readline())
                return asyncio.run(_measure(f"http://127.0.0.1:{port}", server.pid, turns, open_loop))
            finally:
                server.terminate()


async def _measure(url: str, pid: int, turns: int, open_loop: bool) -> list[Route]:
    made = Synthetic(load_lexicon())
    distinct = iter([question.text for question in made.questions(20_000, 4_000)])
    before = list(islice(distinct, ASKED_BEFORE))
    questions = dict.fromkeys((SEARCH, CHAT), distinct) | dict.fromkeys((NOOP, AGAIN), cycle(before))
    headers = {"authorization": f"Bearer {KEY}"}
    taken: dict[str, list[float]] = {name: [] for name in ROUTES}
    clock: dict[str, list[float]] = {name: [] for name in ROUTES}
    async with aiohttp.ClientSession(url, headers=headers) as client:
        await _ready(client)
        for turn in range(turns + 1):
            for name in ROUTES:
                bodies = [_body(name, text) for text in islice(questions[name], REQUESTS[name])]
                began, used = time.perf_counter(), processor_seconds(pid)
                await _closed(client, PATHS[name], bodies)
                if turn:  # The first one warms up.
                    taken[name].append((processor_seconds(pid) - used) / len(bodies))
                    clock[name].append((time.perf_counter() - began) / len(bodies))
        routes = []
        for name in ROUTES:
            route = Route(name, round(1 / statistics.median(taken[name])), round(1 / min(clock[name])), 0, 0, 0)
            if open_loop:
                bodies = [_body(name, text) for text in islice(questions[name], OPEN_REQUESTS)]
                times = await _open(client, PATHS[name], bodies, SHARE * route.per_second_clock)
                cuts = statistics.quantiles(times, n=100)
                route = replace(route, p50=round(cuts[49], 1), p95=round(cuts[94], 1), p99=round(cuts[98], 1))
            routes.append(route)
    return routes


def _body(name: str, text: str) -> dict[str, str]:
    return {"message": text} if name == CHAT else {"query": text}


async def _ready(client: aiohttp.ClientSession) -> None:
    end = time.perf_counter() + READY_SECONDS
    while time.perf_counter() < end:
        try:
            async with client.get("/readyz") as response:
                if response.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.1)
    raise TimeoutError("the service did not become ready")


async def _send(client: aiohttp.ClientSession, path: str, body: dict[str, str]) -> float:
    """Milliseconds until the whole answer is there. Raises AssertionError for anything but 200."""
    began = time.perf_counter()
    async with client.post(path, json=body) as response:
        answer = await response.read()
        assert response.status == 200, answer
    return (time.perf_counter() - began) * 1000


async def _closed(client: aiohttp.ClientSession, path: str, bodies: Sequence[dict[str, str]]) -> None:
    """Ask by CLIENTS that each wait for the answer before the next request."""
    waiting = iter(bodies)

    async def one() -> None:
        for body in waiting:
            await _send(client, path, body)

    await asyncio.gather(*(one() for _ in range(CLIENTS)))


async def _open(client: aiohttp.ClientSession, path: str, bodies: Sequence[dict[str, str]], rate: float) -> list[float]:
    """Ask so many times a second, whether the ones before are answered or not."""
    began = time.perf_counter()
    tasks = []
    for number, body in enumerate(bodies):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(_send(client, path, body)))
    return list(await asyncio.gather(*tasks))


def processor_seconds(pid: int) -> float:
    """What a process has used of processors, in steps of a hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve() -> None:
    """Run the service with one more route, on a free port that is printed."""
    import socket

    from index.build import build
    from service.bootstrap import open_assistant
    from service.http.app import create_app
    from service.http.draining import Draining
    from service.http.opening import open_access
    from service.http.server import Server, config_of
    from service.settings import read_settings

    settings = read_settings()
    with open_assistant(settings) as assistant:
        build(assistant.library, settings.seeds)
        assistant.warm_up()
        draining = Draining()
        access = open_access(settings, assistant.library.record, "127.0.0.1")
        app = create_app(assistant, access=replace(access, rates=None), draining=draining)

        @app.post("/noop")
        async def noop() -> dict[str, str]:
            return {}

        with socket.create_server(("127.0.0.1", 0)) as listening:
            print(listening.getsockname()[1], flush=True)
            Server(config_of(app, settings, "127.0.0.1", 0), draining, settings).run([listening])


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help="be the service that is measured")
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    if options.serve:
        serve()
    else:
        print(json.dumps([asdict(route) for route in measure(options.seeds)]))


if __name__ == "__main__":
    main()
