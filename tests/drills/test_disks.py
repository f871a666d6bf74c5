"""A real service on real disks that are full, read-only, or become so while it runs."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from index.library import open_library
from tests.drills.disks import FailingDisk, fill, free, memory_disk
from tests.drills.running import KILDE, Service, environment

KEY = "a-key-of-the-disks-0123456789"
ALLOWED = {"authorization": f"Bearer {KEY}", "content-type": "text/plain"}
QUESTION = "what do the authors think about ROI?"
SEEDED = 5
MEGABYTES = 64
"""The record and both indexes of the shipped texts take 3 MB, what SQLite and Chroma write besides as much again."""

pytestmark = pytest.mark.timeout(900)
"""Several processes are started, each of which loads the lexicon; the machine may be busy."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with memory_disk(tmp_path / "disk", MEGABYTES) as place:
        yield place


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[FailingDisk]:
    found = FailingDisk(tmp_path / "disk", MEGABYTES)
    try:
        found.mount()
        yield found
    finally:
        found.remove()


def put(service: Service, name: str) -> httpx.Response:
    text = f"On the {name}\n\nThe {name} sleeps in the reeds. It wakes at night.\n"
    return service.client.put(f"/documents/{name}", content=text, headers=ALLOWED)


def ask(service: Service, conversation: str | None = None) -> dict[str, object]:
    """An answer, which must be one: with quotes that the texts have, whether it can be kept or not."""
    response = service.client.post("/chat", json={"message": QUESTION, "conversation_id": conversation})
    assert response.status_code == 200, response.text
    reply: dict[str, object] = response.json()
    assert reply["answered"]
    for citation in reply["citations"]:  # type: ignore[attr-defined]  # a list
        text = service.client.get(f"/documents/{citation['document']['id']}").json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    return reply


def found(service: Service, name: str) -> list[str]:
    passages = service.client.post("/search", json={"query": f"Where does the {name} sleep?"}).json()["passages"]
    return [passage["text"] for passage in passages if passage["document"]["id"] == name]


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def no_fault(service: Service) -> None:
    """Nothing in the log that nobody foresaw."""
    log = service.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert '"status": 500' not in log


def test_a_full_disk_takes_no_answer_away_and_nothing_is_lost(disk: Path, tmp_path: Path) -> None:
    """Uploads get 507, answers go on without being kept, and with room everything catches up without help."""
    log = tmp_path / "service.log"
    with Service(disk / "data", "--workers", "2", log=log, api_keys=KEY) as service:
        assert put(service, "wombat").status_code == 201
        kept = ask(service)
        assert kept["kept"]
        fill(disk)
        refused = [put(service, name) for name in ("otter", "heron", "wombat")]
        assert {response.status_code for response in refused} == {507, 200}  # The last one is what is there.
        assert refused[0].headers["content-type"] == "application/problem+json"
        assert "full" in refused[0].json()["detail"]
        assert str(disk) not in refused[0].text
        for _ in range(8):
            assert not ask(service, str(kept["conversation_id"]))["kept"]
        opinion = {"message_id": kept["message_id"], "rating": "up"}
        assert service.client.post("/feedback", json=opinion).status_code == 507
        assert service.client.delete("/documents/wombat", headers=ALLOWED).status_code == 507
        assert found(service, "wombat")
        shutil.rmtree(next((disk / "data/derived").glob("lexical-*")))
        fill(disk)
        for _ in range(8):
            ask(service)
        free(disk)
        assert put(service, "heron").status_code == 201
        until(lambda: set(service.client.get("/readyz").json()["parts"].values()) == {"ok"})
        assert found(service, "heron")
        assert found(service, "wombat")
        assert ask(service, str(kept["conversation_id"]))["kept"]
        messages = service.client.get(f"/conversations/{kept['conversation_id']}").json()["messages"]
        assert [message["reply"]["kept"] for message in messages] == [True, True]
        no_fault(service)
    with open_library(disk / "data") as library:
        assert len(library.record.documents()) == SEEDED + 2
        assert library.lexical.count() == sum(library.record.count().values())


def test_a_disk_that_becomes_read_only_takes_no_answer_away(failing: FailingDisk, tmp_path: Path) -> None:
    """Answers go on without being kept, uploads get 503; with the disk mended all that was acknowledged is there."""
    log = tmp_path / "service.log"
    with Service(failing.place / "data", log=log, api_keys=KEY) as service:
        assert put(service, "wombat").status_code == 201
        kept = ask(service)
        failing.fail()
        for _ in range(3):
            refused = put(service, "otter")
            assert refused.status_code == 503
            assert "cannot be written" in refused.json()["detail"]
            assert not ask(service, str(kept["conversation_id"]))["kept"]
            assert found(service, "wombat")
        no_fault(service)
    failing.unmount()
    failing.mount()
    with Service(failing.place / "data", log=log, api_keys=KEY) as service:
        assert found(service, "wombat")
        assert put(service, "otter").status_code == 201
        assert ask(service, str(kept["conversation_id"]))["kept"]
        no_fault(service)


@pytest.mark.parametrize("command", [("serve",), ("serve", "--workers", "2"), ("ask", QUESTION)])
def test_starting_on_a_read_only_disk_is_one_line(
    failing: FailingDisk, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """The line says what cannot be written; nothing else is said, and the exit status is 1."""
    data = failing.place / "data"
    settings = environment(data)
    subprocess.run([KILDE, "index", "build"], env=settings, check=True, capture_output=True, cwd=tmp_path)
    failing.unmount()
    failing.mount("ro")
    ended = subprocess.run([KILDE, *command], env=settings, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert str(data) in line
    assert "writ" in line
