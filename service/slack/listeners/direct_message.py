"""Somebody writes to the bot itself."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from service.slack.answers import Answers
from service.slack.listeners.events import Json, is_from_a_person, job_of


async def is_direct(event: Json) -> bool:
    """Whether a message stands in the direct messages between a person and the bot."""
    return event.get("channel_type") == "im"


def register(app: AsyncApp, answers: Answers) -> None:
    """Answer every message that a person writes, each in a thread of its own or in the one it stands in."""

    @app.event("message", matchers=[is_direct])
    async def direct_message(body: Json, event: Json, context: AsyncBoltContext, client: AsyncWebClient) -> None:
        if is_from_a_person(event):
            await answers.accept(job_of(body, event, context), client)
