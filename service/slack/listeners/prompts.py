"""Somebody opens the conversation with the bot: suggest what could be asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from index.errors import KildeError
from service.records import ChatRequest
from service.slack.answers import Answers
from service.slack.deliver import TROUBLES
from service.slack.listeners.events import Json

MAX_PROMPTS = 4
"""Slack shows four."""
MAX_CANDIDATES = 12
"""Questions that are tried to find them."""
MAX_TITLE_CHARACTERS = 75


def register(app: AsyncApp, answers: Answers) -> None:
    """Suggest questions when the messages tab is opened, or in the older view a thread with the bot."""
    suggestions = Suggestions(answers)

    @app.event("app_home_opened")
    async def opened(event: Json, client: AsyncWebClient) -> None:
        if event.get("tab") == "messages":
            answers.spawn(suggestions.show(client, str(event["channel"]), None))

    @app.event("assistant_thread_started")
    async def started(event: Json, client: AsyncWebClient) -> None:
        thread = event["assistant_thread"]
        answers.spawn(suggestions.show(client, str(thread["channel_id"]), str(thread["thread_ts"])))


class Suggestions:
    """Questions that the documents answer, found once for each state of the record."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._generation = -1
        self._found: list[str] = []

    async def show(self, client: AsyncWebClient, channel: str, thread: str | None) -> None:
        """Show up to four. It is a courtesy: nothing depends on it."""
        words = self._answers.words
        with suppress(KildeError, *TROUBLES):
            questions = await self._answers.in_answering(self.questions)
            prompts = [{"title": shortened(question), "message": question} for question in questions]
            if prompts:
                await client.assistant_threads_setSuggestedPrompts(
                    channel_id=channel, thread_ts=thread, title=words.text("slack.prompts"), prompts=prompts
                )

    def questions(self) -> list[str]:
        """The page's questions and one about each document, as far as they are answered; asking keeps nothing."""
        generation = self._answers.assistant.library.record.generation()
        if generation != self._generation:
            found: list[str] = []
            for question in islice(self._candidates(), MAX_CANDIDATES):
                if self._answers.assistant.ask(ChatRequest(question, keep=False)).answer.answered:
                    found.append(question)
                if len(found) == MAX_PROMPTS:
                    break
            self._found, self._generation = found, generation
        return self._found

    def _candidates(self) -> Iterator[str]:
        words = self._answers.words
        yield from (question.strip() for question in words.text("page.questions").split("|"))
        for document in self._answers.assistant.documents(limit=MAX_CANDIDATES):
            yield words.text("page.about", title=words.quoted(document.title))


def shortened(text: str) -> str:
    """A text that fits on a button."""
    return text if len(text) <= MAX_TITLE_CHARACTERS else text[: MAX_TITLE_CHARACTERS - 1] + "…"
