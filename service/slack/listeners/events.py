"""What the listeners of messages have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from service.slack.job import Job
from service.slack.text import plain_question

SPOKEN = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages that somebody wrote; all others tell of edits, deletions, joining, topics, bots."""

Json = Mapping[str, Any]


def is_from_a_person(event: Json) -> bool:
    """Whether a person wrote this just now: no bot, no edit, nothing that Slack itself says."""
    return (
        event.get("subtype") in SPOKEN
        and bool(event.get("user"))
        and event.get("user") != "USLACKBOT"
        and not any(event.get(sign) for sign in ("bot_id", "bot_profile", "edited", "hidden"))
    )


def bot_user(body: Json, context: AsyncBoltContext) -> str | None:
    """The bot's own user id, which stands in every event."""
    authorizations = body.get("authorizations") or [{}]
    found = context.bot_user_id or authorizations[0].get("user_id")
    return str(found) if found else None


def job_of(body: Json, event: Json, context: AsyncBoltContext) -> Job:
    """The question in a message, to be answered in its thread."""
    team, channel = str(context.team_id or context.enterprise_id), str(event["channel"])
    return Job(
        id=str(body["event_id"]),
        team=team,
        enterprise=context.enterprise_id,
        channel=channel,
        user=str(event["user"]),
        text=plain_question(str(event.get("text") or "")),
        message=f"{team}:{channel}:{event['ts']}",
        thread=str(event.get("thread_ts") or event["ts"]),
    )
