"""Kills workers, or everything, while documents are uploaded and questions are asked.

`python -m tests.drills.kills --kills 100 --folder DIR` runs it at length; test_kills.py runs a few. After every kill
whatever was acknowledged must be there, once, and the log of all starts must have no fault.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from index.library import open_library
from tests.drills.running import Service, children, workers

KEY = "a-key-of-the-drill-0123456789"
HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "text/plain"}
DOCUMENTS = 12
ANIMALS = (
    *("wombat", "giraffe", "otter", "badger", "walrus", "heron"),
    *("beaver", "falcon", "lizard", "mackerel", "pigeon", "squirrel"),
)
SETTLE_SECONDS = 180.0


@dataclass
class Tally:
    """What was acknowledged, and what was found afterwards."""

    kills: int = 0
    uploads: int = 0
    answers: int = 0
    refused: int = 0
    unkept: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    # By document: the version that was acknowledged last, and the one that was sent last.
    acknowledged: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    messages: list[tuple[str, str]] = field(default_factory=list)


def text_of(animal: str, version: int) -> str:
    return f"On the {animal}\n\nThe {animal} of version {version} sleeps in the reeds. It wakes at night.\n"


def upload(url: str, tally: Tally, stop: threading.Event) -> None:
    """Store one version after the other."""
    version = 0
    with httpx.Client(base_url=url, timeout=60) as client:
        while not stop.is_set():
            version += 1
            animal = ANIMALS[version % DOCUMENTS]
            tally.sent[animal] = version
            try:
                response = client.put(f"/documents/{animal}", content=text_of(animal, version), headers=HEADERS)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            with tally.lock:
                if response.status_code in (200, 201):
                    tally.acknowledged[animal] = version
                    tally.uploads += 1
                else:
                    tally.refused += 1
                    assert response.status_code == 503, response.text


def ask(url: str, tally: Tally, stop: threading.Event) -> None:
    """Ask one question after the other, each in a conversation of up to five."""
    conversation: str | None = None
    turn = 0
    with httpx.Client(base_url=url, timeout=60) as client:
        while not stop.is_set():
            turn += 1
            question = f"What does the {ANIMALS[turn % DOCUMENTS]} do in the reeds?"
            body = {"message": question, "conversation_id": conversation if turn % 5 else None}
            try:
                response = client.post("/chat", json=body)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if response.status_code == 200:
                reply = response.json()
                conversation = reply["conversation_id"] if reply["kept"] else None
                with tally.lock:
                    tally.answers += 1
                    tally.unkept += not reply["kept"]
                    if reply["kept"]:
                        tally.messages.append((reply["conversation_id"], reply["message_id"]))
            else:
                assert response.status_code in (503, 404), response.text
                conversation = None


def check(service: Service, tally: Tally) -> None:
    """Everything acknowledged is there: documents at a version no older, messages once; quotes are the stored text."""
    with tally.lock:
        acknowledged, messages = dict(tally.acknowledged), tally.messages[-50:]
    for animal, version in acknowledged.items():
        found = service.client.get(f"/documents/{animal}").json()["text"]
        possible = {text_of(animal, each) for each in range(version, tally.sent[animal] + 1)}
        assert found in possible, (animal, version, found)
        body = {"query": f"What does the {animal} do in the reeds?", "limit": 50}
        passages = service.client.post("/search", json=body).json()["passages"]
        texts = [passage["text"] for passage in passages if passage["document"]["id"] == animal]
        assert texts, f"{animal} is not found"
        assert len(texts) == len(set(texts)), texts
    for conversation, message in messages:
        kept = service.client.get(f"/conversations/{conversation}").json()["messages"]
        ids = [str(one["reply"]["message_id"]) for one in kept]
        assert ids.count(message) == 1, (conversation, message, ids)


def check_log(log: Path) -> None:
    """Nothing that nobody foresaw, in any process that ever ran: no traceback, no answer of 500."""
    lines = log.read_text(encoding="utf-8").splitlines()
    faults = [line for line in lines if "Traceback" in line or '"status": 500' in line or '"exc_info"' in line]
    assert not faults, "\n".join(faults[:5])


def kill(service: Service, chance: random.Random) -> None:
    """Kill a worker, what takes in its documents, the Chroma server, or all; wait until it is ready again."""
    running, chroma = workers(service), children(service, "chroma run")
    aside = [process for process in children(service, "spawn_main") if process not in running]
    what = chance.random()
    if what < 0.1 or not running:
        service.kill()
        service.start()
        return
    some = chroma if what < 0.2 else aside if what < 0.5 else running
    with suppress(ProcessLookupError):  # What a worker had started may just have ended with it.
        os.kill(chance.choice(some or running), signal.SIGKILL)
    service.wait_until_ready(SETTLE_SECONDS)


def drill(folder: Path, kills: int, seed: int = 0) -> Tally:
    """Do it; raises AssertionError where anything is lost, doubled or wrong."""
    chance, tally, stop = random.Random(seed), Tally(), threading.Event()  # noqa: S311 - a drill that can be repeated
    # One word of the documents' own: the drill's questions must not be answered from anything else.
    (folder / "texts").mkdir(parents=True)
    (folder / "texts" / "lake.txt").write_text("The lake\n\nThe lake is deep and cold.\n", encoding="utf-8")
    settings = {"seeds": str(folder / "texts"), "gloss": "false", "rate_limit_key": "", "vector_index_above": "0"}
    service = Service(folder / "data", "--workers", "2", api_keys=KEY, **settings)
    with service:
        with ThreadPoolExecutor() as pool:
            working = [pool.submit(work, service.url, tally, stop) for work in (upload, ask)]
            try:
                while tally.kills < kills:
                    time.sleep(chance.uniform(0.05, 1.5))
                    kill(service, chance)
                    tally.kills += 1
                    if tally.kills % 5 == 0:
                        check(service, tally)
                    assert not any(work.done() for work in working), "an answer was neither given nor refused with 503"
            finally:
                stop.set()
                for work in working:
                    work.result()
        check(service, tally)
    check_log(service.log)
    with open_library(folder / "data") as library:
        assert library.lexical.count() == sum(library.record.count().values())
        assert library.conditions() == {"record": "ok", "lexical": "ok", "vectors": "ok"}
    return tally


def main() -> None:
    """Run the drill and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        tally = drill((given.folder or Path(temporary)) / "drill", given.kills, given.seed)
    print(
        f"{tally.kills} kills, {tally.uploads} uploads and {tally.answers} answers acknowledged, none lost or doubled"
    )
    print(f"{tally.refused} uploads refused with 503, {tally.unkept} answers given and not kept")


if __name__ == "__main__":
    main()
