"""Somebody says whether an answer helped."""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from index.errors import KildeError
from service.errors import UnknownMessage
from service.slack import deliver, render
from service.slack.answers import Answers
from service.slack.client import error_code
from service.slack.listeners.events import Json

log = logging.getLogger(__name__)


def register(app: AsyncApp, answers: Answers) -> None:
    """Keep the rating as that of the widget is kept, and thank the person."""

    @app.action(render.FEEDBACK)
    async def feedback(ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        answers.spawn(rate(answers, body, str(action["value"])))


async def rate(answers: Answers, body: Json, value: str) -> None:
    """Keep a rating ("up:" or "down:" and the message it is about) and say what became of it."""
    rating, _, message_id = value.partition(":")
    if rating not in ("up", "down"):
        log.warning("expected a rating of up or down, found another one")
        return
    key = "slack.thanks"
    try:
        await answers.in_record(answers.assistant.conversations.rate, message_id, rating, None)
    except UnknownMessage:
        key = "slack.gone"
    except KildeError as error:
        log.error("a rating could not be kept: %s", error)
        key = "slack.failed"
    thread = body.get("container", {}).get("thread_ts")
    try:
        await deliver.respond(str(body["response_url"]), answers.session, answers.words.text(key), thread=thread)
    except deliver.TROUBLES as error:
        log.info("Slack did not take a thank-you: %s", error_code(error))
