"""POST /v1/responses: the shapes of an answer, whole and as events."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from sse_starlette import ServerSentEvent

from index.tokens import count_tokens
from service.http.openai_compatible.cited import Annotation, CitedText
from service.http.openai_compatible.requests import ResponseModel
from service.http.problems import problem_of
from service.records import Done, Event, Sentence, Started

Shape = dict[str, object]
Status = Literal["in_progress", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all shapes of one response have in common."""

    message_id: str
    body: ResponseModel
    created: float

    @property
    def item_id(self) -> str:
        return f"msg_{self.message_id}"

    def response(self, status: Status, output: Sequence[Shape], text: str = "", failure: str | None = None) -> Shape:
        """A `response` object. Its fields are those that the SDK's type demands, at their defaults."""
        sent, answered = count_tokens(self.body.text()), count_tokens(text)
        tokens: Shape = {
            "input_tokens": sent,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": answered,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": sent + answered,
        }
        return {
            "id": response_id(self.message_id),
            "object": "response",
            "created_at": self.created,
            "status": status,
            "error": {"code": "server_error", "message": failure} if failure else None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": self.body.metadata or {},
            "model": self.body.model,
            "output": list(output),
            "parallel_tool_calls": False,
            "previous_response_id": self.body.previous_response_id,
            "store": self.body.store is not False,
            "temperature": None,
            "text": {"format": {"type": "text"}},
            "tool_choice": "none",
            "tools": [],
            "top_p": None,
            "truncation": "disabled",
            "usage": tokens if status == "completed" else None,
        }

    def message(self, status: Status, content: Sequence[Shape]) -> Shape:
        """The one item of the output."""
        return {
            "id": self.item_id,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": list(content),
        }

    def completed(self, cited: CitedText) -> Shape:
        """The whole answer."""
        return self.response("completed", [self.message("completed", [part(cited)])], cited.text)


def part(cited: CitedText) -> Shape:
    """The text with its annotations, as far as it has come."""
    annotations = [annotation_of(annotation) for annotation in cited.annotations]
    return {"type": "output_text", "text": cited.text, "annotations": annotations, "logprobs": []}


def annotation_of(annotation: Annotation) -> Shape:
    """A citation as the responses API has it."""
    return {"type": "url_citation", **annotation.fields()}


def response_id(message_id: str) -> str:
    return f"resp_{message_id}"


def message_id_of(response: str) -> str:
    """The id of the message that a response was made of."""
    return response.removeprefix("resp_")


async def stream(
    first: Event, events: AsyncGenerator[Event, None], body: ResponseModel, cited: CitedText, *, sources: bool
) -> AsyncIterator[ServerSentEvent]:
    """The answer as the events of a streamed response, numbered from 0."""
    made = Envelope(first.message_id if isinstance(first, Started) else "", body, time.time())
    place: Shape = {"item_id": made.item_id, "output_index": 0, "content_index": 0}
    number = -1

    def event(kind: str, shape: Shape) -> ServerSentEvent:
        nonlocal number
        number += 1
        data = {"type": kind, "sequence_number": number, **shape}
        return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=kind)

    def delta(text: str) -> ServerSentEvent:
        return event("response.output_text.delta", {**place, "delta": text, "logprobs": []})

    async with aclosing(events):
        begun = made.response("in_progress", [])
        yield event("response.created", {"response": begun})
        yield event("response.in_progress", {"response": begun})
        yield event("response.output_item.added", {"output_index": 0, "item": made.message("in_progress", [])})
        yield event("response.content_part.added", {**place, "part": part(cited)})
        if isinstance(first, Started) and (read := cited.begin(first.understood)):
            yield delta(read)
        try:
            async for following in events:
                if isinstance(following, Sentence):
                    known = len(cited.annotations)
                    text, new = cited.add(following)
                    yield delta(text)
                    for index, annotation in enumerate(new, start=known):
                        shape = {**place, "annotation_index": index, "annotation": annotation_of(annotation)}
                        yield event("response.output_text.annotation.added", shape)
                elif isinstance(following, Done) and sources and (footer := cited.add_sources(following.reply)):
                    yield delta(footer)
        except Exception as error:
            failed = made.response("failed", [], failure=problem_of(error).detail)
            yield event("response.failed", {"response": failed})
            return
    yield event("response.output_text.done", {**place, "text": cited.text, "logprobs": []})
    yield event("response.content_part.done", {**place, "part": part(cited)})
    item = made.message("completed", [part(cited)])
    yield event("response.output_item.done", {"output_index": 0, "item": item})
    yield event("response.completed", {"response": made.completed(cited)})
