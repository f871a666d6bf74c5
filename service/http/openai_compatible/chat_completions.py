"""POST /v1/chat/completions: the shapes of an answer, whole and in chunks."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from http import HTTPStatus

from sse_starlette import ServerSentEvent

from index.tokens import count_tokens
from service.http.openai_compatible.cited import Annotation, CitedText
from service.http.openai_compatible.errors import error_body
from service.http.openai_compatible.requests import ChatCompletionModel
from service.http.problems import problem_of
from service.records import Done, Event, Reply, Sentence, Started

Shape = dict[str, object]


def completion(reply: Reply, body: ChatCompletionModel, cited: CitedText) -> Shape:
    """The whole answer as a `chat.completion`."""
    message: Shape = {
        "role": "assistant",
        "content": cited.text,
        "refusal": None,
        "annotations": [annotation_of(annotation) for annotation in cited.annotations],
    }
    return {
        "id": completion_id(reply.message_id),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body.model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": usage(body.text(), cited.text),
    }


async def chunks(
    first: Event, events: AsyncGenerator[Event, None], body: ChatCompletionModel, cited: CitedText, *, sources: bool
) -> AsyncIterator[ServerSentEvent]:
    """The answer as `chat.completion.chunk` events: text, then all annotations in one, then the reason for the end."""
    created = int(time.time())
    counted = body.stream_options is not None and bool(body.stream_options.include_usage)
    message_id = first.message_id if isinstance(first, Started) else ""

    def chunk(delta: Shape, finish: str | None = None) -> ServerSentEvent:
        choice: Shape = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return event([choice], None)

    def event(choices: list[Shape], tokens: Shape | None) -> ServerSentEvent:
        shape: Shape = {
            "id": completion_id(message_id),
            "object": "chat.completion.chunk",
            "created": created,
            "model": body.model,
            "choices": choices,
        }
        return ServerSentEvent(json.dumps(shape | ({"usage": tokens} if counted else {}), ensure_ascii=False))

    async with aclosing(events):
        begun = cited.begin(first.understood) if isinstance(first, Started) else ""
        yield chunk({"role": "assistant", "content": begun, "refusal": None})
        try:
            async for following in events:
                if isinstance(following, Sentence):
                    yield chunk({"content": cited.add(following)[0]})
                elif isinstance(following, Done) and sources and (footer := cited.add_sources(following.reply)):
                    yield chunk({"content": footer})
        except Exception as error:
            problem = problem_of(error)
            yield ServerSentEvent(json.dumps(error_body(HTTPStatus(problem.status), problem.detail)))
            return
    if cited.annotations:
        yield chunk({"annotations": [annotation_of(annotation) for annotation in cited.annotations]})
    yield chunk({}, "stop")
    if counted:
        yield event([], usage(body.text(), cited.text))
    yield ServerSentEvent("[DONE]")


def annotation_of(annotation: Annotation) -> Shape:
    """A citation as the chat API has it: the fields one level down."""
    return {"type": "url_citation", "url_citation": annotation.fields()}


def completion_id(message_id: str) -> str:
    return f"chatcmpl-{message_id}"


def usage(sent: str, answered: str) -> Shape:
    """Tokens of `cl100k_base`; nobody is billed by them."""
    prompt, answer = count_tokens(sent), count_tokens(answered)
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
