"""Conversations in the record: who asked what, what was answered, and in which language it went on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from index.record import Record
from index.schema import conversations, feedback, messages, now
from service.courtesies import asks_something
from service.errors import AlreadyAnswered, UnknownConversation, UnknownMessage

ID_BYTES = 16
"""128 random bits: whoever knows a conversation's id may read it, so it must not be guessed."""


LOOKED_BACK = 4
"""Messages among which the question before is sought."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The question before: in a form that can be read without the conversation, its language, and its answer."""

    standalone: str
    language: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands before the next message."""

    id: str
    earlier: Earlier | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A question that was answered; `reply` is JSON in the shape that POST /chat returns."""

    created: str
    reply: Mapping[str, object]


class Conversations:
    """Reads and writes conversations in the record."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def open(self, conversation_id: str | None) -> Conversation:
        """The conversation of this id, or a new one that is kept with its first message.

        Raises:
            UnknownConversation: there is no conversation of this id.
        """
        if conversation_id is None:
            return Conversation(new_id(), None, is_new=True)
        with self._record.read() as connection:
            known = connection.execute(select(conversations.c.id).where(conversations.c.id == conversation_id)).first()
            latest = connection.execute(
                select(messages.c.question, messages.c.answer)
                .where(messages.c.conversation_id == conversation_id)
                .order_by(messages.c.created.desc())
                .limit(LOOKED_BACK)
            ).all()
        if known is None:
            raise unknown()
        # Thanks in between do not end what is being talked about.
        last = next((message for message in latest if asks_something(message.question)), None)
        if last is None:
            return Conversation(conversation_id, None, is_new=False)
        question = last.answer["question"]
        earlier = Earlier(question["standalone"], question["language"], last.answer["answer"])
        return Conversation(conversation_id, earlier, is_new=False)

    def add(self, conversation: Conversation, message_id: str, question: str, reply: dict[str, object]) -> None:
        """Keep a question with the reply that was given, as JSON in the shape that POST /chat returns.

        Raises:
            AlreadyAnswered: there is a message of this id.
            UnknownConversation: it was removed in the meantime.
        """
        try:
            with self._record.write() as connection:
                if conversation.is_new:
                    connection.execute(insert(conversations).values(id=conversation.id, created=now()))
                # Replicas' clocks differ: what is said later stands later, whoever answers it.
                said = select(func.max(messages.c.created)).where(messages.c.conversation_id == conversation.id)
                row = {"id": message_id, "conversation_id": conversation.id, "question": question, "answer": reply}
                row["created"] = after(connection.execute(said).scalar_one())
                connection.execute(insert(messages).values(row))
        except IntegrityError:
            if self.reply(message_id) is None:
                raise unknown() from None
            raise AlreadyAnswered("this was answered at the same moment; send the request again") from None

    def reply(self, message_id: str) -> Mapping[str, object] | None:
        """The reply of this id, None where there is none."""
        with self._record.read() as connection:
            found = connection.execute(
                select(messages.c.answer).where(messages.c.id == message_id)
            ).scalar_one_or_none()
        return None if found is None else dict(found)

    def messages(self, conversation_id: str) -> list[Message]:
        """Everything said in a conversation, oldest first. Raises UnknownConversation."""
        self.open(conversation_id)
        query = (
            select(messages.c.created, messages.c.answer)
            .where(messages.c.conversation_id == conversation_id)
            .order_by(messages.c.created)
        )
        with self._record.read() as connection:
            return [Message(row.created, row.answer) for row in connection.execute(query)]

    def conversation_of(self, message_id: str) -> str:
        """The conversation that an answer belongs to. Raises UnknownMessage."""
        query = select(messages.c.conversation_id).where(messages.c.id == message_id)
        with self._record.read() as connection:
            found = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise UnknownMessage("expected the message_id of an answer that was given here")
        return str(found)

    def remove(self, conversation_id: str) -> None:
        """Forget a conversation with its messages and their feedback. Raises UnknownConversation."""
        with self._record.write() as connection:
            gone = connection.execute(delete(conversations).where(conversations.c.id == conversation_id))
        if not gone.rowcount:
            raise unknown()

    def forget(self, before: datetime) -> int:
        """Forget the conversations without a message since `before`; return how many there were."""
        limit = before.astimezone(UTC).isoformat(timespec="microseconds")
        recent = select(messages.c.conversation_id).where(messages.c.created >= limit)
        old = delete(conversations).where(conversations.c.created < limit, conversations.c.id.not_in(recent))
        with self._record.write() as connection:
            return connection.execute(old).rowcount

    def rate(self, message_id: str, rating: str, comment: str | None) -> None:
        """Keep a rating ("up" or "down") of an answer, in the place of an earlier one. Raises UnknownMessage."""
        with self._record.write() as connection:
            # Held until the end: two ratings at once, by two replicas, would both find no other one to replace.
            answer = select(messages.c.id).where(messages.c.id == message_id).with_for_update()
            if connection.execute(answer).first() is None:
                raise UnknownMessage("expected the message_id of an answer that was given here")
            connection.execute(delete(feedback).where(feedback.c.message_id == message_id))
            connection.execute(
                insert(feedback).values(
                    id=new_id(), message_id=message_id, rating=rating, comment=comment, created=now()
                )
            )


def unknown() -> UnknownConversation:
    """The error for an id that is no conversation's."""
    return UnknownConversation("expected the id of a conversation that was begun here, or null for a new one")


def after(last: str | None) -> str:
    """The present moment, or one microsecond after `last` if that is later."""
    moment = now()
    if last is None or last < moment:
        return moment
    return (datetime.fromisoformat(last) + timedelta(microseconds=1)).isoformat(timespec="microseconds")


def new_id() -> str:
    """A random id for a conversation or a message."""
    return secrets.token_hex(ID_BYTES)
