"""Two services over one PostgreSQL and one index, of which one is killed and started anew again and again.

`python -m tests.drills.replicas --requests 2000 --conversations 200 --kills 10` runs it at length; test_replicas.py
runs a little of it. Conversations go on at both services in turns; documents are uploaded to both, and every event of
Slack is sent to both. Whoever gets no answer asks the other service the same, as a proxy does.
"""

from __future__ import annotations

import argparse
import queue
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select, update

from index.chroma import Server
from index.record import Record
from index.schema import conversations, messages, slack_events
from index.vectors import complete
from service.http.chroma_run import answers, end, free_port, start_server
from service.slack.ledger import moment
from tests import postgresql
from tests.drills.made_names import made_names
from tests.drills.running import Service
from tests.drills.slack_side import SECRET, SlackSide
from tests.qdrant_server import qdrant_server

KEY = "a-key-of-the-drill-0123456789"
UPLOADED = 12
FOLLOWS = (
    "And where does it sleep?",
    "What is it afraid of?",
    "And the winter?",
    "How many berries does it eat?",
    "Is it afraid of thunder?",
)
CLIENTS = 6
SETTLE_SECONDS = 240.0


@dataclass
class Talk:
    """A conversation: about one animal, which only its first question names."""

    number: int
    animal: str
    id: str | None = None
    asked: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    def next_question(self) -> str:
        return FOLLOWS[len(self.asked) % len(FOLLOWS)] if self.asked else f"What does the {self.animal} eat?"


@dataclass
class Tally:
    """What was done, and what was acknowledged."""

    requests: int = 0
    repeated: int = 0
    kills: int = 0
    events: int = 0
    answered_twice: int = 0
    uploads: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    # By document, the version that was acknowledged last, and the one that was sent last.
    acknowledged: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)


class Gate:
    """Spreads the kills over the requests: each falls into a slice of them, which waits for the service to be back."""

    def __init__(self, requests: int, kills: int) -> None:
        self._slice = requests / kills
        self._turn = threading.Condition()
        self._done, self._over = 0, 0

    def enter(self) -> None:
        """Wait until the kill of an earlier slice is over."""
        with self._turn:
            self._turn.wait_for(lambda: self._done < (self._over + 1) * self._slice)

    def leave(self) -> None:
        """One more is answered."""
        with self._turn:
            self._done += 1
            self._turn.notify_all()

    def wait_for_kill(self, number: int) -> None:
        """Wait until half of a slice is answered."""
        with self._turn:
            self._turn.wait_for(lambda: self._done >= (number + 0.5) * self._slice)

    def killed(self) -> None:
        """A kill is over, and the service is back."""
        with self._turn:
            self._over += 1
            self._turn.notify_all()


def text_of(animal: str, version: int) -> str:
    return (
        f"On the {animal}\n\nThe {animal} of version {version} eats {version} berries. It sleeps in a nest of moss.\n"
    )


def ask(urls: Sequence[str], talk: Talk, tally: Tally) -> None:
    """Ask the next question of a conversation, at the one service and at the other in turns, until there is an answer.

    The same request has the same key, so that an answer that never arrived is not given twice.
    """
    question, turn = talk.next_question(), len(talk.asked)
    headers = {"idempotency-key": str(uuid.uuid4())}
    deadline, attempt = time.monotonic() + SETTLE_SECONDS, 0
    while True:
        url = urls[(talk.number + turn + attempt) % len(urls)]
        try:
            body = {"message": question, "conversation_id": talk.id}
            response = httpx.post(f"{url}/chat", json=body, headers=headers, timeout=60)
            if response.status_code == 200:
                break
            assert response.status_code in (409, 503), response.text
        except httpx.TransportError:
            pass
        attempt += 1
        assert time.monotonic() < deadline, f"no answer to {question}"
        time.sleep(0.02)
    reply = response.json()
    standalone = str(reply["question"]["standalone"])
    assert talk.animal in standalone, (talk, standalone)
    if not turn:
        assert {one["document"]["id"] for one in reply["citations"]} == {talk.animal.lower()}, reply
    assert talk.id in (None, reply["conversation_id"])
    talk.id = reply["conversation_id"]
    talk.asked.append(question)
    talk.replies.append(reply["message_id"])
    with tally.lock:
        tally.requests += 1
        tally.repeated += attempt > 0


def talk_on(urls: Sequence[str], waiting: queue.Queue[Talk], turns: int, tally: Tally, gate: Gate) -> None:
    """Take the conversation that has waited longest, ask its next question, put it back, until all have had theirs."""
    while True:
        try:
            talk = waiting.get_nowait()
        except queue.Empty:
            return
        gate.enter()
        ask(urls, talk, tally)
        gate.leave()
        if len(talk.asked) < turns:
            waiting.put(talk)


def upload(urls: Sequence[str], animals: Sequence[str], tally: Tally, stop: threading.Event) -> None:
    """Store one version after the other, each at the next service, until it is acknowledged."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": "text/plain"}
    version = 0
    while not stop.is_set():
        version += 1
        animal = animals[version % len(animals)]
        tally.sent[animal] = version
        attempt = 0
        while not stop.is_set():
            url = urls[(version + attempt) % len(urls)]
            try:
                response = httpx.put(
                    f"{url}/documents/{animal}", content=text_of(animal, version), headers=headers, timeout=90
                )
                if response.status_code in (200, 201):
                    tally.acknowledged[animal] = version
                    tally.uploads += 1
                    break
                assert response.status_code == 503, response.text
            except httpx.TransportError:
                time.sleep(0.05)
            attempt += 1
        stop.wait(0.3)


def mention(urls: Sequence[str], slack: SlackSide, animals: Sequence[str], tally: Tally, stop: threading.Event) -> None:
    """Send each event to both services at once, and again to whichever did not acknowledge it, as Slack does."""
    with ThreadPoolExecutor(len(urls)) as pool:
        while not stop.wait(0.2):
            question = f"What does the {animals[tally.events % len(animals)]} eat?"
            event = slack.mention(tally.events, question)
            acknowledged = list(pool.map(lambda url, event=event: slack.send(url, event), urls))
            while not any(acknowledged) and not stop.is_set():
                time.sleep(0.05)
                acknowledged = [slack.send(url, event) for url in urls]
            if any(acknowledged):
                tally.events += 1


def check_talks(record: Record, talks: Sequence[Talk]) -> None:
    """The record has every conversation with its questions in order, each once, and no other."""
    query = select(messages.c.conversation_id, messages.c.id, messages.c.question, messages.c.answer)
    kept: dict[str, list[tuple[str, str, str]]] = {}
    with record.read() as connection:
        for row in connection.execute(query.order_by(messages.c.created)):
            shown = str(row.answer["question"]["standalone"])
            kept.setdefault(row.conversation_id, []).append((row.id, row.question, shown))
    for talk in talks:
        assert talk.id is not None
        said = kept.pop(talk.id)
        assert [(name, question) for name, question, _ in said] == list(zip(talk.replies, talk.asked, strict=True))
        assert all(talk.animal in standalone for _, _, standalone in said)
    # What is left are the conversations of Slack's threads.
    assert all(len(said) == 1 for said in kept.values())
    with record.read() as connection:
        count = connection.execute(select(func.count()).select_from(conversations)).scalar_one()
    assert count == len(talks) + len(kept)


def check_uploads(services: Sequence[Service], tally: Tally) -> None:
    """Both services have every document at a version that is no older than the acknowledged one, and find it once."""
    for animal, version in tally.acknowledged.items():
        possible = {text_of(animal, each) for each in range(version, tally.sent[animal] + 1)}
        for service in services:
            stored = service.client.get(f"/documents/{animal}").json()["text"]
            assert stored in possible, (animal, version, stored)
            until(lambda service=service, animal=animal, stored=stored: _found(service, animal, stored))


def _found(service: Service, animal: str, stored: str) -> bool:
    body = {"query": f"What does the {animal} eat?", "limit": 20}
    passages = service.client.post("/search", json=body).json()["passages"]
    texts = [passage["text"] for passage in passages if passage["document"]["id"] == animal]
    return len(texts) == 1 and texts[0] in stored


def check_slack(record: Record, slack: SlackSide, tally: Tally) -> None:
    """Every event that was acknowledged is answered, in its own thread; twice only where its first one was killed."""
    with record.write() as connection:  # The leases of the killed run out in two minutes; that is not waited for.
        connection.execute(update(slack_events).where(slack_events.c.due.is_not(None)).values(due=moment(-1)))

    def settled() -> bool:
        with record.read() as connection:
            left = select(func.count()).select_from(slack_events).where(slack_events.c.due.is_not(None))
            return connection.execute(left).scalar_one() == 0

    until(settled)
    finished = slack.finished()
    missing = [number for number in range(tally.events) if not finished.get(slack.thread(number))]
    assert not missing, missing
    tally.answered_twice = sum(count > 1 for count in finished.values())
    assert tally.answered_twice <= tally.kills, finished


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@contextmanager
def shared_index(engine: str, folder: Path) -> Iterator[dict[str, str]]:
    """What both services share beside the record, by the names of settings: a Chroma server, or one like Qdrant."""
    if engine == "qdrant":
        with qdrant_server() as qdrant:
            yield {"index_url": qdrant.url}
        return
    port = free_port()
    process = start_server(folder, port)
    try:
        assert answers(process, port)
        yield {"chroma_url": f"http://127.0.0.1:{port}"}
    finally:
        end(process)


def drill(folder: Path, database_url: str, *, requests: int, talks: int, kills: int, engine: str = "chroma") -> Tally:
    """Do it; raises AssertionError where anything is lost, doubled or mixed up."""
    animals = made_names(talks + UPLOADED)
    texts = folder / "texts"
    texts.mkdir(parents=True)
    for number, animal in enumerate(animals[:talks]):
        sentence = f"The {animal} eats {number + 3} berries every day. It is afraid of the winter and of thunder."
        (texts / f"{animal.lower()}.txt").write_text(f"On the {animal}\n\n{sentence}\n", encoding="utf-8")
    with shared_index(engine, folder / "chroma") as shared, SlackSide() as slack:
        settings: dict[str, Any] = {
            **{"database_url": database_url, "seeds": str(texts), "api_keys": KEY, **shared},
            **{"slack_api_url": f"{slack.url}/api/", "slack_bot_token": "xoxb-drill", "slack_signing_secret": SECRET},
            **{"gloss": "false", "rate_limit_key": "", "access": "open", "drain_seconds": "0"},
        }
        with Service(folder / "one", **settings) as one, Service(folder / "two", **settings) as two:
            said = [Talk(number, animal) for number, animal in enumerate(animals[:talks])]
            tally = work((one, two), said, animals, slack, requests, kills)
            record = Record.open(database_url)
            try:
                check_slack(record, slack, tally)
                check_talks(record, said)
                check_uploads((one, two), tally)
                if "chroma_url" in shared:
                    check_index(record, shared["chroma_url"])
            finally:
                record.close()
    return tally


def work(
    services: tuple[Service, Service],
    talks: Sequence[Talk],
    animals: Sequence[str],
    slack: SlackSide,
    requests: int,
    kills: int,
) -> Tally:
    """Ask, upload, mention, and kill the second service so many times."""
    tally, stop, gate = Tally(), threading.Event(), Gate(requests, kills)
    urls = [service.url for service in services]
    waiting: queue.Queue[Talk] = queue.Queue()
    for talk in talks:
        waiting.put(talk)
    uploaded = [animal.lower() for animal in animals[len(talks) :]]
    with ThreadPoolExecutor(CLIENTS + 2) as pool:
        asking = [pool.submit(talk_on, urls, waiting, requests // len(talks), tally, gate) for _ in range(CLIENTS)]
        beside = [
            pool.submit(upload, urls, uploaded, tally, stop),
            pool.submit(mention, urls, slack, animals[: len(talks)], tally, stop),
        ]
        try:
            for number in range(kills):
                gate.wait_for_kill(number)
                services[1].kill()
                services[1].start()
                tally.kills += 1
                gate.killed()
            for client in asking:
                client.result()
        finally:
            stop.set()
        for one in beside:
            one.result()
    return tally


def check_index(record: Record, chroma_url: str) -> None:
    """The services share one vector index; only the one before it may still be there."""
    indexes = complete(Server(chroma_url, f"kilde-{record.identity[:12]}-"))
    assert 1 <= len(indexes) <= 2, indexes


def main() -> None:
    """Run the drill and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--engine", choices=("chroma", "qdrant"), default="chroma")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgresql.server() as server:
        url = server.new_database()
        tally = drill(
            Path(folder),
            url,
            requests=given.requests,
            talks=given.conversations,
            kills=given.kills,
            engine=given.engine,
        )
    print(f"{tally.requests} requests of {given.conversations} conversations, {tally.kills} kills")
    print(f"{tally.repeated} requests were repeated at the other service; none lost, doubled or mixed up")
    print(f"{tally.uploads} uploads acknowledged; {tally.events} events of Slack, each told to both services")
    print(f"{tally.answered_twice} of them were answered again because the first service was killed meanwhile")


if __name__ == "__main__":
    main()
