"""A real service over a real PostgreSQL that is away, is killed, does not answer, or lacks a table."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
from sqlalchemy import text

from index.record import Record
from tests import postgresql
from tests.drills.running import Service
from tests.postgresql import Server

KEY = "a-key-of-the-tests-0123456789"
HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "text/plain"}
QUESTION = {"message": "What does the wombat do?"}

pytestmark = pytest.mark.timeout(900)
"""Processes are started that load the lexicon; the machine may be busy."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that the tests may stop, freeze and start."""
    with postgresql.server() as running:
        yield running


@pytest.fixture(scope="module")
def url(server: Server) -> str:
    return server.new_database()


@pytest.fixture(scope="module")
def service(server: Server, url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that was started while the database was away, and opened when it came back."""
    folder = tmp_path_factory.mktemp("database")
    (folder / "texts").mkdir()
    (folder / "texts" / "wombat.txt").write_text("On the wombat\n\nThe wombat digs a burrow.\n", encoding="utf-8")
    running = Service(
        folder / "data", database_url=url, seeds=str(folder / "texts"), api_keys=KEY, gloss="false", access="open"
    )
    server.stop("immediate")
    started = threading.Thread(target=running.start)
    started.start()
    try:
        until(lambda: refused(running) is not None)
        assert httpx.get(f"{running.url}/healthz").json() == {"status": "alive"}
        waiting = httpx.get(f"{running.url}/readyz")
        assert waiting.status_code == 503
        assert "cannot be reached" in waiting.json()["detail"]
        assert "\n" not in waiting.json()["detail"]
        server.start()
        started.join()
        yield running
    finally:
        running.client.close()
        running.kill()


def refused(service: Service) -> str | None:
    """Why the service says that it is not ready; None where it is, or nobody listens."""
    with suppress(httpx.TransportError):
        answer = httpx.get(f"{service.url}/readyz", timeout=30)
        return None if answer.status_code == 200 else str(answer.json()["detail"])
    return None


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 180
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def answers(service: Service) -> bool:
    """Whether the service is ready and answers."""
    if refused(service) is not None:
        return False
    return bool(service.client.post("/chat", json=QUESTION).json().get("answered"))


def test_database_that_is_away_at_the_start_is_waited_for(service: Service) -> None:
    """While it was away the process was alive and not ready, and said why; when it came back the service opened."""
    assert answers(service)


def test_database_that_is_killed_loses_nothing(service: Service, server: Server) -> None:
    """During uploads and questions: what was acknowledged is there, the rest was refused in one line."""
    stop, acknowledged, refusals = threading.Event(), [0], []

    def upload() -> None:
        version = 0
        while not stop.is_set():
            version += 1
            content = f"On the otter\n\nThe otter of version {version} swims.\n"
            answer = httpx.put(f"{service.url}/documents/otter", content=content, headers=HEADERS, timeout=90)
            if answer.status_code in (200, 201):
                acknowledged.append(version)
            else:
                refusals.append((answer.status_code, answer.json()["detail"]))

    uploading = threading.Thread(target=upload)
    uploading.start()
    try:
        for _ in range(2):
            before = len(acknowledged)
            until(lambda before=before: len(acknowledged) > before + 2)
            server.stop("immediate")
            asked = service.client.post("/chat", json=QUESTION)
            assert asked.status_code == 503, asked.text
            until(lambda: refused(service) is not None)
            server.start()
            until(lambda: answers(service))
    finally:
        stop.set()
        uploading.join()
    assert refusals
    assert {status for status, _ in refusals} == {503}
    assert all("the record" in detail and "\n" not in detail for _, detail in refusals)
    stored = service.client.get("/documents/otter").json()["text"]
    assert int(stored.rpartition(" version ")[2].split()[0]) >= acknowledged[-1]


def test_database_that_does_not_answer_is_told_of(service: Service, server: Server) -> None:
    """While its processes stand still the service is alive and not ready; when they go on, so does the question."""
    key = {"idempotency-key": "a-question-of-the-tests"}
    answered: list[httpx.Response] = []

    def ask() -> None:
        answered.append(httpx.post(f"{service.url}/chat", json=QUESTION, headers=key, timeout=120))

    server.freeze()
    asking = threading.Thread(target=ask)
    try:
        asking.start()
        for _ in range(3):
            assert "did not" in str(refused(service))
        assert httpx.get(f"{service.url}/healthz").status_code == 200
    finally:
        server.thaw()
    asking.join()
    until(lambda: answers(service))
    assert answered[0].status_code == 200, answered[0].text
    again = service.client.post("/chat", json=QUESTION, headers=key).json()
    assert again == answered[0].json()


def test_table_that_is_missing_is_told_of(service: Service, url: str) -> None:
    """A half-migrated record is one line; when the table is there again, the service answers."""
    record = Record.open(url)
    try:
        with record.write() as connection:
            connection.execute(text("ALTER TABLE documents RENAME TO hidden"))
        assert "lacks a table" in str(refused(service))
        asked = service.client.post("/chat", json=QUESTION)
        assert (asked.status_code, "lacks a table" in asked.json()["detail"]) == (503, True)
        with record.write() as connection:
            connection.execute(text("ALTER TABLE hidden RENAME TO documents"))
        until(lambda: answers(service))
    finally:
        record.close()
