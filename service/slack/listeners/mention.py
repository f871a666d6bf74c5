"""Somebody mentions the bot in a channel."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from service.slack.answers import Answers
from service.slack.listeners.events import Json, is_from_a_person, job_of


def register(app: AsyncApp, answers: Answers) -> None:
    """Answer in the message's thread."""

    @app.event("app_mention")
    async def mention(body: Json, event: Json, context: AsyncBoltContext, client: AsyncWebClient) -> None:
        if is_from_a_person(event):
            await answers.accept(job_of(body, event, context), client)
