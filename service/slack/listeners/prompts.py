"""Somebody opens the conversation with the bot: suggest what could be asked."""

from __future__ import annotations

import logging
from contextlib import suppress

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from index.errors import KildeError
from service.slack.answers import Answers
from service.slack.deliver import TROUBLES
from service.slack.listeners.events import Json

log = logging.getLogger(__name__)

MAX_PROMPTS = 4
"""Slack shows four."""
MAX_TITLE_CHARACTERS = 75


def register(app: AsyncApp, answers: Answers) -> None:
    """Suggest questions when the messages tab is opened, or in the older view a thread with the bot."""

    @app.event("app_home_opened")
    async def opened(event: Json, client: AsyncWebClient) -> None:
        if event.get("tab") == "messages":
            answers.spawn(suggest(answers, client, str(event["channel"]), None))

    @app.event("assistant_thread_started")
    async def started(event: Json, client: AsyncWebClient) -> None:
        thread = event["assistant_thread"]
        answers.spawn(suggest(answers, client, str(thread["channel_id"]), str(thread["thread_ts"])))


async def suggest(answers: Answers, client: AsyncWebClient, channel: str, thread: str | None) -> None:
    """Show up to four questions about documents that are there. It is a courtesy: nothing depends on it."""
    words = answers.words
    with suppress(KildeError, *TROUBLES):
        documents = await answers.in_record(answers.assistant.documents)
        questions = [words.text("slack.prompt", title=words.quoted(document.title)) for document in documents]
        prompts = [{"title": shortened(question), "message": question} for question in questions[:MAX_PROMPTS]]
        if prompts:
            await client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, thread_ts=thread, title=words.text("slack.prompts"), prompts=prompts
            )


def shortened(text: str) -> str:
    """A text that fits on a button."""
    return text if len(text) <= MAX_TITLE_CHARACTERS else text[: MAX_TITLE_CHARACTERS - 1] + "…"
