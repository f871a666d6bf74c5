"""What the bot remembers in the record."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import MetaData, Table, delete, insert, select, update

from index import schema
from index.record import Record
from index.schema import conversations, slack_events
from service.slack.job import Job
from service.slack.ledger import Ledger, Thread, moment

JOB = Job("Ev1", "T1", None, "C1", "U1", "Why?", "T1:C1:1.1", "1.1")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """An empty record."""
    opened = Record.open(tmp_path / "record.sqlite3")
    yield opened
    opened.close()


def test_one_of_many_claims_wins(record: Record, tmp_path: Path) -> None:
    """Threads and processes that claim the same event at the same time: one gets it."""
    other = Record.open(tmp_path / "record.sqlite3")
    ledgers = [Ledger(record), Ledger(other)] * 4
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda ledger: ledger.claim(JOB), ledgers))
    assert sum(won) == 1
    other.close()


def test_one_message_is_one_claim(record: Record) -> None:
    """Two events about the same message are one; two messages are two."""
    ledger = Ledger(record)
    assert ledger.claim(JOB)
    assert not ledger.claim(replace(JOB, id="Ev2"))
    assert ledger.claim(replace(JOB, id="Ev3", message="T1:C1:1.2"))


def test_a_job_that_is_handed_over_is_taken_once(record: Record) -> None:
    """It comes back as it was given, with what was delivered, and with one attempt more; then it is done."""
    ledger = Ledger(record)
    ledger.claim(JOB)
    assert ledger.take() == []
    answered = replace(JOB, thread=None, conversation_id="c", message_id="m")
    ledger.hand_over(answered, 3)
    [taken] = ledger.take()
    assert (taken.job, taken.delivered, taken.attempts) == (answered, 3, 2)
    assert ledger.take() == []
    ledger.finish(answered)
    assert not ledger.claim(JOB)


def test_a_job_that_is_worked_on_is_not_taken(record: Record) -> None:
    """However long it takes, its lease is renewed; one that is done meanwhile stays done."""
    ledger = Ledger(record)
    ledger.claim(JOB)
    with record.write() as connection:
        connection.execute(update(slack_events).values(due=moment(-1)))
    ledger.renew([JOB.id])
    assert ledger.take() == []
    ledger.finish(JOB)
    ledger.renew([JOB.id])
    with record.read() as connection:
        assert connection.execute(select(slack_events.c.due)).scalar_one() is None


def test_a_job_waits_for_its_time(record: Record) -> None:
    """What failed is not tried again at once."""
    ledger = Ledger(record)
    ledger.claim(JOB)
    ledger.hand_over(JOB, 0, wait_seconds=60)
    assert ledger.take() == []


def test_a_job_that_nobody_survives_is_given_up(record: Record) -> None:
    """After ten attempts a job is not handed out any more, and its question is not kept."""
    ledger = Ledger(record)
    ledger.claim(JOB)
    with record.write() as connection:
        connection.execute(update(slack_events).values(attempts=10, due=moment(-1)))
    assert ledger.take() == []
    with record.read() as connection:
        assert tuple(connection.execute(select(slack_events.c.due, slack_events.c.job)).one()) == (None, None)


def test_old_events_are_forgotten_when_they_are_done(record: Record) -> None:
    """After a day an event is no longer known, unless its job is still open."""
    ledger = Ledger(record)
    ledger.claim(JOB)
    ledger.claim(replace(JOB, id="Ev2", message=None))
    ledger.finish(replace(JOB, id="Ev2"))
    with record.write() as connection:
        connection.execute(update(slack_events).values(claimed=moment(-90_000)))
    ledger.clean()
    assert not ledger.claim(JOB)
    assert ledger.claim(replace(JOB, id="Ev2", message=None))


def test_a_claim_makes_the_thread_known(record: Record) -> None:
    """From the claim on the bot speaks in the thread; its conversation comes later."""
    ledger = Ledger(record)
    assert ledger.thread("T1", "C1", "1.1") is None
    ledger.claim(JOB)
    assert ledger.thread("T1", "C1", "1.1") == Thread(None)
    assert ledger.thread("T2", "C1", "1.1") is None


def test_a_conversation_that_is_deleted_leaves_its_thread(record: Record) -> None:
    """A finished job names its thread's conversation; without the conversation the thread is still the bot's."""
    ledger = Ledger(record)
    ledger.claim(JOB)
    with record.write() as connection:
        connection.execute(insert(conversations).values(id="c", created=moment()))
    ledger.finish(replace(JOB, conversation_id="c", message_id="m"))
    assert ledger.thread("T1", "C1", "1.1") == Thread("c")
    with record.write() as connection:
        connection.execute(delete(conversations))
    assert ledger.thread("T1", "C1", "1.1") == Thread(None)


def test_a_job_of_another_version_is_read(record: Record) -> None:
    """Fields that this version does not know are left out."""
    assert Job.of_json({**JOB.as_json(), "mood": "good"}) == JOB


def described(table: Table) -> dict[str, tuple[str, bool]]:
    return {column.name: (str(column.type), bool(column.nullable)) for column in table.columns}


def test_the_sdks_tables_are_ours() -> None:
    """The stores of slack_sdk find every column that they read and write, with its type."""
    metadata = MetaData()
    store = SQLAlchemyInstallationStore
    theirs = [
        store.build_installations_table(metadata, "slack_installations"),
        store.build_bots_table(metadata, "slack_bots"),
        SQLAlchemyOAuthStateStore.build_oauth_states_table(metadata, "slack_oauth_states"),
    ]
    for table in theirs:
        assert described(schema.metadata.tables[table.name]) == described(table)
