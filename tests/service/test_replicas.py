"""What two replicas of the service keep at the same moment in one record on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from index.record import Record
from index.schema import feedback, messages, slack_events, slack_threads
from service.conversations import Conversations, new_id
from service.slack.job import Job
from service.slack.ledger import Ledger
from tests.postgresql import Server

ROUNDS = 30


@pytest.fixture
def replicas(postgresql_server: Server) -> Iterator[tuple[Record, Record]]:
    url = postgresql_server.new_database()
    one, two = Record.open(url), Record.open(url)
    yield one, two
    one.close()
    two.close()


def begin(record: Record, *questions: str) -> tuple[str, list[str]]:
    """Keep a conversation; its id and those of its messages."""
    kept = Conversations(record)
    conversation, ids = kept.open(None), []
    for question in questions:
        ids.append(new_id())
        said = {"question": {"standalone": question, "language": "en"}, "answer": "Yes.", "message_id": ids[-1]}
        kept.add(conversation, ids[-1], question, said)
        conversation = kept.open(conversation.id)
    return conversation.id, ids


def test_two_questions_of_one_thread_are_both_taken(replicas: tuple[Record, Record]) -> None:
    """Two messages of a thread that no replica knew, told to one replica each at once: both are claimed."""
    together = Barrier(2)

    def claim(record: Record, job: Job) -> bool:
        together.wait()
        return Ledger(record).claim(job)

    with ThreadPoolExecutor(2) as pool:
        for number in range(ROUNDS):
            jobs = [
                Job(f"Ev{number}-{which}", "T1", None, "C1", "U1", "Why?", f"T1:C1:{number}.{which}", f"{number}.0")
                for which in (1, 2)
            ]
            assert list(pool.map(claim, replicas, jobs)) == [True, True]
    with replicas[0].read() as connection:
        assert connection.execute(select(func.count()).select_from(slack_events)).scalar_one() == 2 * ROUNDS
        assert connection.execute(select(func.count()).select_from(slack_threads)).scalar_one() == ROUNDS


def test_an_answer_has_one_rating(replicas: tuple[Record, Record]) -> None:
    """Ratings that both replicas take at once leave one."""
    _, ids = begin(replicas[0], *(f"Question {number}?" for number in range(ROUNDS)))
    rating = [Conversations(record).rate for record in replicas for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        for message in ids:
            for done in [pool.submit(rate, message, "up", None) for rate in rating]:
                done.result()
    with replicas[0].read() as connection:
        kept = connection.execute(select(feedback.c.message_id)).scalars().all()
    assert sorted(kept) == sorted(ids)


def test_messages_stand_in_the_order_they_were_said(replicas: tuple[Record, Record]) -> None:
    """A replica whose clock is behind adds a message after the last one, not before it."""
    one, two = replicas
    conversation, _ = begin(one, "First?")
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="microseconds")
    with one.write() as connection:
        connection.execute(update(messages).values(created=ahead))
    kept = Conversations(two)
    said = {"question": {"standalone": "Second?", "language": "en"}, "answer": "No."}
    kept.add(kept.open(conversation), new_id(), "Second?", said)
    asked = [dict(message.reply)["question"] for message in kept.messages(conversation)]
    assert [question["standalone"] for question in asked if isinstance(question, dict)] == ["First?", "Second?"]
    earlier = kept.open(conversation).earlier
    assert earlier is not None
    assert earlier.standalone == "Second?"
