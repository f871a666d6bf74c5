"""Brings blocks to Slack in order and whole: streamed while Slack lets us, posted where it does not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from weakref import WeakValueDictionary

from aiohttp import ClientError, ClientSession
from slack_bolt.context.say_stream.async_say_stream import AsyncSayStream
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.models.messages.chunk import BlocksChunk
from slack_sdk.web.async_chat_stream import AsyncChatStream
from slack_sdk.web.async_client import AsyncWebClient

from service.slack.client import error_code, response_client
from service.slack.job import Job
from service.slack.render import (
    MAX_MESSAGE_BLOCKS,
    MAX_MESSAGE_CHARACTERS,
    Block,
    cut,
    messages,
    plain_text,
    weight,
)
from service.slack.text import escape

log = logging.getLogger(__name__)

TROUBLES = (SlackApiError, SlackRequestError, ClientError, TimeoutError, OSError)
"""What a call to Slack can end with."""
REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
MAX_TEXT_CHARACTERS = 3900
"""Slack advises to keep the text of a message under 4,000 characters."""
MAX_FALLBACK_CHARACTERS = 1000
"""What notifications and screen readers get of a message that has blocks."""
MAX_RESPONSES = 4
"""A response_url can be used five times; one is kept for saying that it takes a while."""
STOP_SECONDS = 5.0

_locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()


def channel_lock(team: str, channel: str) -> asyncio.Lock:
    """A channel takes one post a second; those who are told to wait should queue, not come back together."""
    key = (team, channel)
    lock = _locks.get(key)
    if lock is None:
        lock = _locks[key] = asyncio.Lock()
    return lock


class Delivery:
    """The answer to one job on its way to a thread.

    `delivered` counts the blocks that Slack has confirmed. When streaming fails, whatever was not confirmed is posted.
    """

    def __init__(self, client: AsyncWebClient, job: Job, *, skip: int = 0) -> None:
        """`skip` blocks were delivered by an earlier attempt, after which nothing is streamed any more."""
        self._client = client
        self._job = job
        self._skip = skip
        self._streaming = skip == 0
        self._stream: AsyncChatStream | None = None
        self._size = 0
        self._count = 0
        self._waiting: list[Block] = []
        self.delivered = skip

    async def write(self, blocks: Iterable[Block]) -> None:
        """Bring further blocks: at once while streaming, otherwise with `finish`. Raises nothing."""
        for block in blocks:
            if self._skip:
                self._skip -= 1
            else:
                self._waiting.append(block)
        while self._streaming and self._waiting:
            await self._append()

    async def finish(self, closing: Sequence[Block]) -> None:
        """Bring what is left, with `closing` (buttons) under the last message.

        Raises:
            SlackApiError, aiohttp.ClientError, TimeoutError: Slack does not take it; `delivered` says what it has.
        """
        if self._streaming and self._stream is not None:
            await self._stop(closing)
        if not self._waiting:
            return
        groups = messages(self._waiting, reserved=sum(weight(block) for block in closing))
        for number, group in enumerate(groups, start=1):
            await self._post([*group, *(closing if number == len(groups) else ())])
            self.delivered += len(group)
        self._waiting = []

    async def abandon(self) -> None:
        """End a stream that will not be written to any more, so that Slack does not show it as going on."""
        if self._stream is not None:
            await self._stop(())

    async def _append(self) -> None:
        taken = self._fitting()
        if not taken:
            await self._stop(())
            return
        try:
            if self._stream is None:
                self._stream = await AsyncSayStream(
                    client=self._client,
                    channel=self._job.channel,
                    recipient_team_id=self._job.team,
                    recipient_user_id=self._job.user,
                    thread_ts=self._job.thread,
                )()
            await self._stream.append(chunks=[BlocksChunk(blocks=taken)])
        except TROUBLES as error:
            log.info("streaming to Slack ended with %s; the rest is posted", error_code(error))
            self._streaming = False
            if self._stream is not None and self._stream.ts:
                await self._stop(())
            return
        del self._waiting[: len(taken)]
        self.delivered += len(taken)
        self._count += len(taken)
        self._size += sum(weight(block) for block in taken)

    def _fitting(self) -> list[Block]:
        """The first waiting blocks that fit in the message that is being streamed; at least one in a new message."""
        taken: list[Block] = []
        size = self._size
        for block in self._waiting:
            size += weight(block)
            first = not taken and self._count == 0
            if not first and (size > MAX_MESSAGE_CHARACTERS or self._count + len(taken) >= MAX_MESSAGE_BLOCKS):
                break
            taken.append(block)
        return taken

    async def _stop(self, closing: Sequence[Block]) -> None:
        stream, self._stream, self._size, self._count = self._stream, None, 0, 0
        if stream is None or not stream.ts:
            return
        try:
            async with asyncio.timeout(None if closing else STOP_SECONDS):
                await stream.stop(blocks=list(closing) or None)
        except TROUBLES as error:
            # What was written is there; only the buttons are missing.
            log.info("Slack did not end a stream: %s", error_code(error))

    async def _post(self, blocks: list[Block]) -> None:
        await post(self._client, self._job, blocks)


async def post(client: AsyncWebClient, job: Job, blocks: list[Block]) -> None:
    """Post one message to a job's thread; as plain text where Slack does not accept the blocks."""
    async with channel_lock(job.team, job.channel):
        try:
            await _post(client, job, fallback_text(blocks), blocks)
        except SlackApiError as error:
            if error_code(error) not in REFUSED_BLOCKS:
                raise
            log.error("Slack refused blocks (%s); they are posted as text", error_code(error))
            for part in cut(escape(plain_text(blocks)), MAX_TEXT_CHARACTERS):
                await _post(client, job, part, None)


async def tell(client: AsyncWebClient, job: Job, session: ClientSession | None, text: str) -> None:
    """Say a short text where a job was asked: in its thread, or to the one who gave the command."""
    if job.response_url:
        await respond(job.response_url, session, escape(text))
        return
    async with channel_lock(job.team, job.channel):
        await _post(client, job, escape(text), None)


async def _post(client: AsyncWebClient, job: Job, text: str, blocks: list[Block] | None) -> None:
    await client.chat_postMessage(
        channel=job.channel, thread_ts=job.thread, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False
    )


async def respond(
    url: str,
    session: ClientSession | None,
    text: str,
    blocks: Sequence[Block] | None = None,
    *,
    in_channel: bool = False,
    thread: str | None = None,
) -> None:
    """Answer a command or a button by its `response_url`, to one person unless `in_channel`; `text` is mrkdwn.

    Raises:
        SlackApiError, aiohttp.ClientError, TimeoutError: Slack does not take it.
    """
    body = {
        "text": text,
        "blocks": blocks,
        "response_type": "in_channel" if in_channel else "ephemeral",
        "replace_original": False,
        "thread_ts": thread,
        "unfurl_links": False,
    }
    response = await response_client(url, session).send_dict(
        {name: value for name, value in body.items() if value is not None}
    )
    if response.status_code != 200:
        raise SlackApiError("a response_url was refused", response)  # type: ignore[no-untyped-call]  # the SDK's own


async def respond_whole(
    client: AsyncWebClient,
    job: Job,
    session: ClientSession | None,
    blocks: Sequence[Block],
    closing: Sequence[Block],
) -> None:
    """Answer a command to its asker alone, in as many messages as it takes, with the buttons under the last.

    Raises:
        SlackApiError, aiohttp.ClientError, TimeoutError: Slack does not take it.
    """
    groups = messages(blocks, reserved=sum(weight(block) for block in closing))
    groups[-1] += closing
    for number, group in enumerate(groups, start=1):
        if job.response_url and number <= MAX_RESPONSES:
            await respond(job.response_url, session, fallback_text(group), group)
        else:
            await client.chat_postEphemeral(channel=job.channel, user=job.user, text=fallback_text(group), blocks=group)


def fallback_text(blocks: Iterable[Block]) -> str:
    """The text of a message for notifications: how it begins."""
    return escape(cut(plain_text(blocks), MAX_FALLBACK_CHARACTERS)[0])
