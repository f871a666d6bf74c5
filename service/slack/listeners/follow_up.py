"""Somebody goes on in a thread in which the bot has spoken, without mentioning it again."""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from index.errors import KildeError
from service.courtesies import asks_something
from service.slack.answers import Answers
from service.slack.listeners.events import Json, bot_user, is_from_a_person, job_of
from service.slack.text import speaks_to_others

log = logging.getLogger(__name__)


async def is_in_a_thread(event: Json) -> bool:
    """Whether a message stands in a thread of a channel."""
    return event.get("channel_type") != "im" and bool(event.get("thread_ts"))


def register(app: AsyncApp, answers: Answers) -> None:
    """Answer as a part of the conversation; stay silent where people talk to one another."""

    @app.event("message", matchers=[is_in_a_thread])
    async def follow_up(body: Json, event: Json, context: AsyncBoltContext, client: AsyncWebClient) -> None:
        text = str(event.get("text") or "")
        me = bot_user(body, context)
        # A mention of the bot comes as an event of its own.
        if not is_from_a_person(event) or speaks_to_others(text, me) or (me and f"<@{me}" in text):
            return
        job = job_of(body, event, context)
        if not asks_something(job.text):
            return
        try:
            known = await answers.in_record(answers.ledger.thread, job.team, job.channel, job.thread or "")
        except KildeError as error:
            log.error("it is not known whether the bot speaks in a thread: %s", error)
            return
        if known is not None:
            await answers.accept(job, client)
