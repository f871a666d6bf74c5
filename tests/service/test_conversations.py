"""Conversations in the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.record import Record
from service.conversations import Conversations
from service.errors import AlreadyAnswered, UnknownConversation

REPLY = {"question": {"standalone": "Why?", "language": "en"}, "answer": "Because."}


@pytest.fixture
def conversations(tmp_path: Path) -> Conversations:
    return Conversations(Record.open(tmp_path / "record.sqlite3"))


def begun(conversations: Conversations, message: str) -> str:
    conversation = conversations.open(None)
    conversations.add(conversation, message, "Why?", REPLY)
    return conversation.id


def test_the_next_question_knows_the_one_before(conversations: Conversations) -> None:
    """An open conversation has the last question in its standalone form, with its language."""
    earlier = conversations.open(begun(conversations, "m1")).earlier
    assert earlier is not None
    assert (earlier.standalone, earlier.language) == ("Why?", "en")


def test_what_nobody_went_on_with_is_forgotten(conversations: Conversations) -> None:
    """A conversation without a message since the limit goes with its messages; one that went on stays whole."""
    old, active = begun(conversations, "m1"), begun(conversations, "m2")
    limit = datetime.now(UTC)
    conversations.add(conversations.open(active), "m3", "And?", REPLY)
    assert conversations.forget(limit) == 1
    with pytest.raises(UnknownConversation):
        conversations.messages(old)
    assert len(conversations.messages(active)) == 2
    assert conversations.forget(limit - timedelta(days=1)) == 0


def test_a_message_is_kept_once(conversations: Conversations) -> None:
    """Who answers the same request a moment later is told so, and nothing is kept of it, its conversation included."""
    first = begun(conversations, "m1")
    second = conversations.open(None)
    with pytest.raises(AlreadyAnswered):
        conversations.add(second, "m1", "Why?", REPLY)
    assert conversations.reply("m1") == REPLY
    assert conversations.conversation_of("m1") == first
    with pytest.raises(UnknownConversation):
        conversations.open(second.id)


def test_a_conversation_that_is_removed_while_it_is_answered_stays_removed(conversations: Conversations) -> None:
    """The answer comes too late to be kept, and its asker is told so."""
    opened = conversations.open(begun(conversations, "m1"))
    conversations.remove(opened.id)
    with pytest.raises(UnknownConversation):
        conversations.add(opened, "m2", "And?", REPLY)
