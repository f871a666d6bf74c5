"""One attempt at one job: ask, show each part as it comes, deliver the rest, or say honestly that there is nothing."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from slack_sdk.web.async_client import AsyncWebClient

from index.errors import NoDocuments
from service.conversations import Conversations
from service.courtesies import asks_something
from service.errors import UnknownConversation
from service.records import MAX_MESSAGE_CHARACTERS, ChatRequest, Sentence, Started
from service.slack import deliver, render
from service.slack.asking import NoAnswer
from service.slack.deliver import TROUBLES, Delivery
from service.slack.ledger import Taken
from service.strings import Strings, strings
from service.wire import ReplyModel

if TYPE_CHECKING:
    from service.slack.answers import Answers

log = logging.getLogger(__name__)

SLOW_SECONDS = 2.5


class Interrupted(Exception):
    """The service is stopping in the middle of an answer."""


class Run:
    """One attempt at one job. `job` knows its reply once there is one."""

    def __init__(self, answers: Answers, taken: Taken, client: AsyncWebClient) -> None:
        self._answers = answers
        self._client = client
        self.job = taken.job
        self._delivery = Delivery(client, taken.job, skip=taken.delivered) if taken.job.thread else None
        self._pieces: list[render.Piece] = []
        self._slow: asyncio.Task[None] | None = None

    @property
    def delivered(self) -> int:
        """Blocks that Slack has."""
        return self._delivery.delivered if self._delivery else 0

    async def abandon(self) -> None:
        """Leave nothing in Slack that looks as if it went on."""
        if self._delivery:
            await self._delivery.abandon()

    async def through(self) -> None:
        """Answer and deliver. Raises what Slack refuses; everything else is told to the asker."""
        async with self._answers.thread_lock(self.job):
            try:
                reply = await self._kept() or await self._ask()
            finally:
                if self._slow is not None:
                    self._slow.cancel()
            if reply is not None:
                await self._finish(reply)

    async def _kept(self) -> ReplyModel | None:
        """The reply of an earlier attempt."""
        if not (self.job.conversation_id and self.job.message_id):
            return None
        conversations = self._answers.assistant.conversations
        return await self._answers.in_record(find_reply, conversations, self.job.conversation_id, self.job.message_id)

    async def _ask(self) -> ReplyModel | None:
        """Ask the assistant; None when the asker was told that there is no answer."""
        if not asks_something(self.job.text):
            await self._tell("courtesy.reply")
            return None
        if len(self.job.text) > MAX_MESSAGE_CHARACTERS:
            await self._tell("slack.too_long")
            return None
        try:
            try:
                return await self._stream(await self._conversation())
            except UnknownConversation:
                return await self._stream(None)
        except Interrupted:
            raise
        except NoDocuments:
            key = "slack.no_documents"
        except Exception as error:
            log.error("no answer for Slack", exc_info=error)
            key = "slack.failed"
        await self.abandon()
        await self._tell(key)
        return None

    async def _conversation(self) -> str | None:
        if self.job.thread is None:
            return None
        known = await self._answers.in_record(
            self._answers.ledger.thread, self.job.team, self.job.channel, self.job.thread
        )
        return known.conversation_id if known else None

    async def _stream(self, conversation_id: str | None) -> ReplyModel:
        """Show each part of the answer as it comes."""
        words = self._answers.words
        understood: list[render.Piece] = []
        async with aclosing(self._answers.ask(ChatRequest(self.job.text, conversation_id))) as answer:
            async for events in answer:
                blocks: list[render.Block] = []
                reply = None
                for event in events:
                    if isinstance(event, Started):
                        words = strings(event.language)
                        await self._think(words)
                        understood = [render.Piece(event.understood)] if event.understood else []
                        self._pieces += understood
                        blocks += [block for piece in understood for block in self._blocks(piece, words)]
                    elif isinstance(event, Sentence):
                        piece = render.sentence_piece(event, first=len(self._pieces) == len(understood))
                        self._pieces.append(piece)
                        blocks += self._blocks(piece, words)
                    else:
                        reply = self._note(ReplyModel.of(event.reply))
                if self._delivery:
                    await self._delivery.write(blocks)
                if reply is not None:
                    return reply
        raise Interrupted if self._answers.stopping else NoAnswer

    def _note(self, reply: ReplyModel) -> ReplyModel:
        """Remember where the reply is kept, for another attempt and for what is said next in the thread."""
        self.job = replace(self.job, conversation_id=reply.conversation_id, message_id=reply.message_id)
        return reply

    async def _think(self, words: Strings) -> None:
        """Show that there is work going on. It is a courtesy: nothing depends on it."""
        if self.job.response_url:
            self._slow = asyncio.create_task(self._say_slow(self.job.response_url, words))
        if not self.job.thread:
            return
        with suppress(*TROUBLES):
            async with asyncio.timeout(2):
                await self._client.assistant_threads_setStatus(
                    channel_id=self.job.channel, thread_ts=self.job.thread, status=words.text("slack.status")
                )

    async def _say_slow(self, response_url: str, words: Strings) -> None:
        """A command shows nothing until it is answered: say that it is being worked on where that takes a while."""
        await asyncio.sleep(SLOW_SECONDS)
        with suppress(*TROUBLES):
            await deliver.respond(response_url, self._answers.session, words.text("widget.thinking"))

    async def _finish(self, reply: ReplyModel) -> None:
        """Deliver what has not been, and the buttons."""
        words = strings(reply.language)
        shown = self._pieces or render.reply_pieces(reply)
        rest = render.source_pieces(reply, shown, words)
        closing = [render.feedback_buttons(reply.message_id, words)]
        if self._delivery:
            pieces = rest if self._pieces else [*shown, *rest]
            for piece in pieces:
                await self._delivery.write(self._blocks(piece, words))
            await self._delivery.finish(closing)
        elif self.job.response_url:
            closing.append(render.share_button(reply.conversation_id, reply.message_id, words))
            found = [block for piece in [*shown, *rest] for block in self._blocks(piece, words)]
            await deliver.respond_whole(self._client, self.job, self._answers.session, found, closing)

    def _blocks(self, piece: render.Piece, words: Strings) -> list[render.Block]:
        return render.blocks(piece, words, self._answers.public_url)

    async def _tell(self, key: str) -> None:
        """Say a short text in the language of the question."""
        words = await self._answers.language_of(self.job.text)
        await deliver.tell(self._client, self.job, self._answers.session, words.text(key))


def find_reply(conversations: Conversations, conversation_id: str, message_id: str) -> ReplyModel | None:
    """A reply that was given; None where it is not kept any more."""
    try:
        kept = conversations.messages(conversation_id)
    except UnknownConversation:
        return None
    found = (message.reply for message in kept if message.reply["message_id"] == message_id)
    return next((ReplyModel.model_validate(reply) for reply in found), None)
