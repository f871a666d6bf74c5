"""Turns what people rated into a question set to label: the question, what was cited, and what they said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from evaluation.replies import parse_reply
from index.record import Record
from index.schema import feedback, messages


def rated_questions(record: Record) -> Iterator[str]:
    """One JSON line a rated answer, oldest first, in the contract's form with what a person needs to label it.

    The cited quotes stand as gold only where the rating was "up"; a bad answer leaves the gold to be found, and its
    own quotes under "shown". The line's `rating`, `comment`, `shown` and `answered` are for the person: the set can be
    used once they are deleted (the checker says so).
    """
    query = (
        select(feedback.c.rating, feedback.c.comment, messages.c.id, messages.c.answer)
        .join(messages, messages.c.id == feedback.c.message_id)
        .order_by(feedback.c.created)
    )
    with record.read() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        yield json.dumps(to_label(row.id, row.answer, row.rating, row.comment), ensure_ascii=False)


def to_label(message_id: str, answer: dict[str, Any], rating: str, comment: str | None) -> dict[str, object]:
    """One rated answer as a question to label."""
    reply = parse_reply(answer)
    quotes = [
        {"doc": citation.document_id, "quote": citation.text, "speaker": citation.speaker}
        for citation in reply.citations
    ]
    good = rating == "up"
    return {
        "id": f"feedback-{message_id}",
        "lang": answer["question"]["language"],
        # As it was understood: a follow-up cannot be labelled without what came before it.
        "question": reply.standalone,
        "type": "feedback",
        "gold": quotes if good and reply.answered else [],
        "answer": None,
        "history": [],
        "rating": rating,
        "comment": comment,
        "answered": reply.answered,
        "shown": [] if good and reply.answered else quotes,
    }
