"""POST /chat, whole or streamed, and POST /search."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Header, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sse_starlette import EventSourceResponse, JSONServerSentEvent
from starlette.concurrency import run_in_threadpool
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from index.records import Filters
from service.assistant import Assistant
from service.http.events import PING_SECONDS, Answers
from service.http.problems import problem_of, responses
from service.records import Event, Sentence, Started
from service.searching import Found
from service.wire import (
    ChatModel,
    CitationModel,
    PassageModel,
    PassagesModel,
    ReplyModel,
    SearchModel,
)

Key = Annotated[str | None, Header(min_length=16, max_length=200)]
"""A random one, of at least 16 characters: whoever sends the same key and question is given the same reply."""
STREAM: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/event-stream": {}}, "description": "The reply, or its events when streamed."}
}

JSON = "application/json"
SEARCHES_AT_ONCE = 4
"""Where searches wait for a model or a database elsewhere. Where they take nothing but this process's time, threads
that search together only take the interpreter from one another: one after the other they are done a quarter sooner
(docs/decisions/0830)."""


def router(assistant: Assistant, answers: Answers) -> APIRouter:
    """The routes that ask. What takes time runs in threads, off the event loop."""
    routes = APIRouter(tags=["questions"])

    @routes.post("/chat", response_model=ReplyModel, responses={**STREAM, **responses(404, 409, 422, 500, 503)})
    async def chat(body: ChatModel, accept: Annotated[str, Header()] = "*/*", idempotency_key: Key = None) -> Any:
        """Answer a question with verified quotes, in its own language; or say that the texts do not.

        With `stream` or `Accept: text/event-stream`: the events `start`, `sentence` (a verified part of the answer
        with the citations it brings) …, and `done` with the whole reply, or `error` with a problem document.

        The same question with the same `Idempotency-Key`, in the same conversation, is answered and kept once.
        """
        request, streamed = body.record(), body.stream or wants_events(accept)
        if idempotency_key is not None:
            message_id = message_id_of(idempotency_key, body)
            request = replace(request, message_id=message_id)
            kept = await run_in_threadpool(assistant.conversations.reply, message_id)
            if kept is not None:
                reply = ReplyModel.model_validate(kept)
                return EventSourceResponse(server_sent_again(reply), ping=PING_SECONDS) if streamed else as_json(reply)
        if not streamed:
            return as_json(ReplyModel.of(await answers.reply(request)))
        events = answers.events(request)
        # The first event is awaited here, so that what cannot be answered at all is a plain error response.
        first = await anext(events)
        return EventSourceResponse(server_sent(first, events), ping=PING_SECONDS)

    searching = CapacityLimiter(SEARCHES_AT_ONCE if assistant.waits_elsewhere() else 1)

    def searched(body: SearchModel, filters: Filters) -> bytes:
        return written(body.query, assistant.searching.search(body.query, body.limit, filters))

    @routes.post("/search", response_model=PassagesModel, responses=responses(422, 500, 503))
    async def search(body: SearchModel) -> Response:
        """The passages nearest to a query, in whatever language they are, best first."""
        filters = body.filters.record()
        if found := assistant.searching.known(body.query, body.limit, filters):
            # To hand it to a thread and back would take three times as long as it takes, and a sixth of what a short
            # search takes (docs/decisions/1004).
            content = written(body.query, found)
        elif assistant.searching.is_short and not searching.borrowed_tokens:
            content = searched(body, filters)
        else:
            content = await to_thread.run_sync(searched, body, filters, limiter=searching)
        return Response(content, media_type=JSON)

    return routes


def as_json(model: BaseModel) -> Response:
    """A model as the whole response; FastAPI would check a second time what is ours."""
    return Response(model.model_dump_json(), media_type=JSON)


def written(query: str, found: Found) -> bytes:
    """The body of an answer to a search, in the shape of a PassagesModel."""
    passages = [PassageModel.plain(hit, found.documents[hit.passage.document_id]) for hit in found.hits]
    return to_json({"query": {"text": query, "language": found.language}, "passages": passages})


def wants_events(accept: str) -> bool:
    """Whether an Accept header prefers server-sent events to JSON."""
    offered = [JSON, "text/event-stream"]
    return parse_accept_header(accept, MIMEAccept).best_match(offered, JSON) == "text/event-stream"


def message_id_of(key: str, body: ChatModel) -> str:
    """The id of the reply to a question that is sent again with the same key; of the length that all ids have."""
    said = "\0".join((key, body.conversation_id or "", body.message))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


async def server_sent_again(reply: ReplyModel) -> AsyncIterator[JSONServerSentEvent]:
    """The events of a reply that was given before, its answer in one piece."""
    whole = reply.model_dump(mode="json")
    started = Started(reply.conversation_id, reply.message_id, reply.language)
    yield event_of(started)
    yield JSONServerSentEvent({"text": whole["answer"], "citations": whole["citations"]}, event="sentence")
    yield JSONServerSentEvent(whole, event="done")


async def server_sent(first: Event, events: AsyncGenerator[Event, None]) -> AsyncIterator[JSONServerSentEvent]:
    """The events of an answer as they are sent; a failure on the way is the last of them."""
    async with aclosing(events):
        yield event_of(first)
        try:
            async for event in events:
                yield event_of(event)
        except Exception as error:
            yield JSONServerSentEvent(problem_of(error).model_dump(exclude_none=True), event="error")


def event_of(event: Event) -> JSONServerSentEvent:
    """One event in the shape that docs/http-api.md describes."""
    if isinstance(event, Started):
        return JSONServerSentEvent(asdict(event), event="start")
    if isinstance(event, Sentence):
        brought = [CitationModel.of(citation).model_dump(mode="json") for citation in event.citations]
        return JSONServerSentEvent({"text": event.text, "citations": brought}, event="sentence")
    return JSONServerSentEvent(ReplyModel.of(event.reply).model_dump(mode="json"), event="done")
