"""Several workers on one address."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.drills.running import Service, children, heaps_of_threads, workers

KEY = "a-key-of-the-tests-0123456789"
ALLOWED = {"authorization": f"Bearer {KEY}", "content-type": "text/plain"}

pytestmark = pytest.mark.timeout(900)
"""Several processes are started, each of which loads the lexicon; the machine may be busy."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {"api_keys": KEY, "vector_index_above": "0", "worker_timeout_seconds": "15"}
    with Service(tmp_path_factory.mktemp("workers") / "data", "--workers", "2", **settings) as running:
        yield running


def ask(service: Service, query: str) -> list[str]:
    """The texts of the passages found, on a connection of its own, which either worker may take."""
    found = httpx.post(f"{service.url}/search", json={"query": query, "limit": 5}, timeout=30)
    assert found.status_code == 200, found.text
    return [passage["text"] for passage in found.json()["passages"]]


def connections(process: int) -> int:
    """How many sockets a process has open."""
    folder = Path(f"/proc/{process}/fd")
    return sum(str(one.readlink()).startswith("socket:") for one in folder.iterdir() if one.is_symlink())


@pytest.mark.skipif(sys.platform != "linux", reason="sockets are counted in /proc")
def test_every_worker_has_its_share_of_the_connections(service: Service) -> None:
    """Of sixteen clients that come together, or one after the other, and keep their connections.

    In the best of some tries: a worker that is given no processor for a while takes none meanwhile.
    """

    async def ask(together: bool) -> list[int]:
        before = {worker: connections(worker) for worker in workers(service)}
        async with httpx.AsyncClient(base_url=service.url) as client, AsyncExitStack() as kept:
            if together:
                await asyncio.gather(*(client.get("/healthz") for _ in range(16)))
            for _ in range(0 if together else 16):
                other = await kept.enter_async_context(httpx.AsyncClient(base_url=service.url))
                await other.get("/healthz")
            return [connections(worker) - count for worker, count in before.items()]

    for together in (True, False):
        tries: list[list[int]] = []
        while len(tries) < 8 and not (tries and min(tries[-1]) >= 4):
            time.sleep(1)  # Until those of before are gone.
            tries.append(asyncio.run(ask(together)))
        assert max(min(taken) for taken in tries) >= 4, tries


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 120
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_every_worker_sees_a_document_at_once(service: Service) -> None:
    """After an upload is acknowledged, every one of forty connections finds it; after its removal none does."""
    for turn in range(3):
        text = f"Wombats\n\nThe wombat of turn {turn} digs a burrow in the evening.\n".encode()
        assert service.client.put("/documents/wombat", content=text, headers=ALLOWED).status_code in (200, 201)
        for _ in range(40):
            found = ask(service, "Which wombat digs a burrow?")
            assert [text for text in found if "wombat" in text] == [
                f"The wombat of turn {turn} digs a burrow in the evening."
            ]
        assert service.client.delete("/documents/wombat", headers=ALLOWED).status_code == 204
        for _ in range(40):
            assert not [text for text in ask(service, "Which wombat digs a burrow?") if "wombat" in text]


def test_metrics_are_those_of_all_workers(service: Service) -> None:
    """Requests are counted whoever answers them."""

    def count() -> float:
        text = httpx.get(f"{service.url}/metrics").text
        found = re.search(r'kilde_http_requests_total\{method="GET",route="/documents",status="200"\} (\S+)', text)
        return float(found[1]) if found else 0.0

    before = count()
    for _ in range(40):
        httpx.get(f"{service.url}/documents")
    assert count() == before + 40


@pytest.mark.skipif(sys.platform != "linux", reason="heaps are those of glibc, seen in /proc")
def test_the_threads_of_a_worker_share_its_heap(service: Service) -> None:
    """Each would keep what its largest search once took; also what one has left behind that ended is no other's."""
    for _ in range(20):
        ask(service, "what do the authors think about ROI?")
    assert [heaps_of_threads(worker) for worker in workers(service)] == [0, 0]


def test_a_worker_that_is_killed_is_replaced(service: Service) -> None:
    """The other one answers meanwhile, and there are two again."""
    victim = workers(service)[-1]
    os.kill(victim, signal.SIGKILL)
    until(lambda: len([pid for pid in workers(service) if pid != victim]) == 2)
    service.wait_until_ready()
    assert ask(service, "what do the authors think about ROI?")


def test_workers_that_are_killed_again_and_again_are_replaced(service: Service) -> None:
    """Killed while it starts, seven times in a row, one worker is no reason for the other to stop answering."""
    (first, *_) = workers(service)
    for _ in range(7):
        victim = next(pid for pid in reversed(workers(service)) if pid != first)
        os.kill(victim, signal.SIGKILL)
        until(lambda gone=victim: len([pid for pid in workers(service) if pid != gone]) == 2)
    service.wait_until_ready()
    assert ask(service, "what do the authors think about ROI?")


def test_a_worker_that_hangs_is_replaced(service: Service) -> None:
    """Stopped, not dead, it is noticed by its silence; the other one answers meanwhile."""
    victim = workers(service)[0]
    os.kill(victim, signal.SIGSTOP)
    until(lambda: victim not in workers(service))
    until(lambda: len(workers(service)) == 2)
    service.wait_until_ready()
    assert ask(service, "what do the authors think about ROI?")


def test_a_chroma_that_hangs_is_replaced(service: Service) -> None:
    """Stopped, not dead, it takes no answer away, and another one is started."""
    query = "socialmedier och avkastning"
    before = ask(service, query)
    (victim,) = children(service, "chroma run")
    os.kill(victim, signal.SIGSTOP)
    assert ask(service, query) == before
    until(lambda: bool(children(service, "chroma run")) and victim not in children(service, "chroma run"))
    assert ask(service, query) == before


def test_a_killed_chroma_is_replaced_and_answers_do_not_change(service: Service) -> None:
    """Searches go on without it, with the same result, and another one is started."""
    query = "socialmedier och avkastning"
    before = ask(service, query)
    (victim,) = children(service, "chroma run")
    os.kill(victim, signal.SIGKILL)
    for _ in range(10):
        assert ask(service, query) == before
    until(lambda: bool(children(service, "chroma run")) and victim not in children(service, "chroma run"))
    assert ask(service, query) == before


def test_all_of_it_ends(tmp_path: Path) -> None:
    """Told to stop, the service ends with status 0, and no process is left."""
    with Service(tmp_path / "data", "--workers", "2", drain_seconds="0") as running:
        assert len(children(running, "")) >= 3
        running.send(signal.SIGTERM)
        assert running.wait() == 0
        until(lambda: children(running, "") == [])
