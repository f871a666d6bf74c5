"""Somebody shares an answer that only they could see with the channel."""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from index.errors import KildeError
from service.slack import deliver, render
from service.slack.answers import Answers
from service.slack.client import error_code
from service.slack.listeners.events import Json
from service.slack.run import find_reply
from service.strings import Strings, strings
from service.wire import ReplyModel

log = logging.getLogger(__name__)


def register(app: AsyncApp, answers: Answers) -> None:
    """Post the kept answer to the channel, once, with who asked what."""

    @app.action(render.SHARE)
    async def share(ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        answers.spawn(share_kept(answers, body, str(action["value"])))


async def share_kept(answers: Answers, body: Json, value: str) -> None:
    """Share the answer that a button stands under; tell the person who pressed it when that is not possible."""
    conversation_id, _, message_id = value.partition(":")
    url, user = str(body["response_url"]), str(body["user"]["id"])
    name = f"share:{message_id}"
    try:
        reply = await answers.in_record(find_reply, answers.assistant.conversations, conversation_id, message_id)
        if reply is None:
            await deliver.respond(url, answers.session, answers.words.text("slack.gone"))
        elif await answers.in_record(answers.ledger.claim_name, name):
            await post_shared(answers, url, user, reply)
    except deliver.TROUBLES as error:
        log.error("Slack did not take a shared answer: %s", error_code(error))
        await answers.in_record(answers.ledger.forget, name)
    except KildeError as error:
        log.error("an answer could not be shared: %s", error)
        await deliver.respond(url, answers.session, answers.words.text("slack.failed"))


async def post_shared(answers: Answers, url: str, user: str, reply: ReplyModel) -> None:
    """Post an answer to the channel by a button's `response_url`. Raises what `deliver.respond` raises."""
    words = strings(reply.language)
    closing = render.feedback_buttons(reply.message_id, words)
    groups = render.messages(whole(answers, user, reply, words), reserved=render.weight(closing))
    groups[-1].append(closing)
    for group in groups:
        await deliver.respond(url, answers.session, deliver.fallback_text(group), group, in_channel=True)


def whole(answers: Answers, user: str, reply: ReplyModel, words: Strings) -> list[render.Block]:
    """Who asked what, and the answer."""
    pieces = render.reply_pieces(reply)
    pieces += render.source_pieces(reply, pieces, words)
    asked = render.asked_block(user, reply.question.text, words)
    return [asked, *(block for piece in pieces for block in render.blocks(piece, words, answers.public_url))]
