"""What the bot remembers in the record: events that it has taken, jobs that are not done, threads that it speaks in."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from index.database import insert_if_new
from index.record import Record
from index.schema import slack_events, slack_threads
from service.slack.job import Job

log = logging.getLogger(__name__)

LEASE_SECONDS = 120.0
"""A process that has not renewed the lease of a job for so long is taken for dead."""
REMEMBERED_HOURS = 24.0
"""Slack repeats an event for about an hour; after a day none is expected again."""
RETRY_SECONDS = (30.0, 120.0, 600.0, 1800.0)
"""Waits before an answer that could not be delivered is tried again; an hour later nobody waits for it any more."""

MAX_ATTEMPTS = 10
"""A job that so many processes did not live to finish may be what they died of."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that was taken over, with the number of blocks of its answer that have been delivered already."""

    job: Job
    delivered: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread that the bot has spoken in; it has no conversation where all that it could say was that it failed."""

    conversation_id: str | None


def moment(seconds_from_now: float = 0.0) -> str:
    """A time as the record keeps times, UTC, ISO 8601, of one width."""
    return (datetime.now(UTC) + timedelta(seconds=seconds_from_now)).isoformat(timespec="microseconds")


class Ledger:
    """Every method may raise IndexUnavailable and may be called from any thread and any process."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def claim(self, job: Job) -> bool:
        """Take a job that was not seen before, by its event and by its message; False when somebody has it already.

        From then on the bot counts as speaking in the job's thread.
        """
        return self._claim(job.id, job.message, job)

    def claim_name(self, name: str) -> bool:
        """Take something that may happen only once; False when it has happened."""
        return self._claim(name, None, None)

    def _claim(self, name: str, message: str | None, job: Job | None) -> bool:
        same = slack_events.c.id == name
        if message is not None:
            same = or_(same, slack_events.c.message == message)
        row = {
            "id": name,
            "message": message,
            "claimed": moment(),
            "due": moment(LEASE_SECONDS) if job else None,
            "attempts": 1,
            "delivered": 0,
            "job": job.as_json() if job else None,
        }
        try:
            with self._record.write() as connection:
                if connection.execute(select(slack_events.c.id).where(same)).first() is not None:
                    return False
                connection.execute(insert(slack_events), [row])
                if job and job.thread:
                    _speak_in(connection, job.team, job.channel, job.thread, None)
        except IntegrityError:
            # A database that lets two write at once: the other one was first.
            return False
        return True

    def finish(self, job: Job) -> None:
        """Note that a job is done, so that what was asked is not needed any more, and its thread's conversation."""
        with self._record.write() as connection:
            connection.execute(update(slack_events).where(slack_events.c.id == job.id).values(due=None, job=None))
            if job.thread and job.conversation_id:
                _speak_in(connection, job.team, job.channel, job.thread, job.conversation_id)

    def forget(self, name: str) -> None:
        """Undo a claim, so that it can be made again."""
        with self._record.write() as connection:
            connection.execute(delete(slack_events).where(slack_events.c.id == name))

    def hand_over(self, job: Job, delivered: int, *, wait_seconds: float = 0.0) -> None:
        """Let any process take a job after a wait, and go on after the blocks that were delivered."""
        with self._record.write() as connection:
            connection.execute(
                update(slack_events)
                .where(slack_events.c.id == job.id)
                .values(due=moment(wait_seconds), delivered=delivered, job=job.as_json())
            )

    def renew(self, names: Collection[str]) -> None:
        """Keep jobs that are still worked on from being taken by others."""
        with self._record.write() as connection:
            mine = and_(slack_events.c.id.in_(names), slack_events.c.due.is_not(None))
            connection.execute(update(slack_events).where(mine).values(due=moment(LEASE_SECONDS)))

    def take(self, limit: int = 20) -> list[Taken]:
        """Take over jobs that are due, longest due first; each one goes to one caller."""
        query = select(slack_events).where(slack_events.c.due <= moment()).order_by(slack_events.c.due).limit(limit)
        with self._record.read() as connection:
            if connection.execute(query).first() is None:
                return []
        taken = []
        with self._record.write() as connection:
            for row in connection.execute(query).all():
                given_up = row.attempts >= MAX_ATTEMPTS
                values = {"due": None, "job": None} if given_up else {"due": moment(LEASE_SECONDS)}
                mine = connection.execute(
                    update(slack_events)
                    .where(slack_events.c.id == row.id, slack_events.c.due == row.due)
                    .values(values | {"attempts": row.attempts + 1})
                ).rowcount
                if mine and given_up:
                    log.error("a question from Slack is given up after %d attempts", row.attempts)
                elif mine:
                    taken.append(Taken(Job.of_json(row.job), row.delivered, row.attempts + 1))
        return taken

    def clean(self) -> None:
        """Forget events that are done and that nobody will repeat."""
        old = moment(-REMEMBERED_HOURS * 3600)
        with self._record.write() as connection:
            connection.execute(delete(slack_events).where(slack_events.c.due.is_(None), slack_events.c.claimed < old))

    def thread(self, team: str, channel: str, thread: str) -> Thread | None:
        """A thread, if the bot has spoken in it."""
        with self._record.read() as connection:
            row = connection.execute(select(slack_threads.c.conversation_id).where(_is(team, channel, thread))).first()
        return None if row is None else Thread(row.conversation_id)


def _speak_in(connection: Connection, team: str, channel: str, thread: str, conversation_id: str | None) -> None:
    where = _is(team, channel, thread)
    row = {"team": team, "channel": channel, "thread": thread, "created": moment()}
    # Another process may speak there for the first time at the same moment: that is no reason to drop a question.
    if not insert_if_new(connection, slack_threads, row | {"conversation_id": conversation_id}) and conversation_id:
        connection.execute(update(slack_threads).where(where).values(conversation_id=conversation_id))


def _is(team: str, channel: str, thread: str) -> ColumnElement[bool]:
    columns = slack_threads.c
    return and_(columns.team == team, columns.channel == channel, columns.thread == thread)
