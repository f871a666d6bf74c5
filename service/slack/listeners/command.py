"""Somebody asks with a slash command; only they see the answer."""

from __future__ import annotations

import re

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from service.slack.answers import Answers
from service.slack.job import Job
from service.slack.listeners.events import Json
from service.slack.text import plain_question


def register(app: AsyncApp, answers: Answers) -> None:
    """Answer /ask, or whatever the manifest calls the one command that there is."""

    @app.command(re.compile("^/"))
    async def ask(ack: AsyncAck, command: Json, context: AsyncBoltContext, client: AsyncWebClient) -> None:
        await ack()
        job = Job(
            id=f"command:{command['trigger_id']}"[:128],
            team=str(context.team_id or context.enterprise_id),
            enterprise=context.enterprise_id,
            channel=str(command["channel_id"]),
            user=str(command["user_id"]),
            text=plain_question(str(command.get("text") or "")),
            response_url=str(command["response_url"]),
        )
        await answers.accept(job, client)
