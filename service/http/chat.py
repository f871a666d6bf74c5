"""POST /chat, whole or streamed, and POST /search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse, JSONServerSentEvent
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from service.assistant import Assistant
from service.http.problems import responses
from service.records import Reply
from service.wire import (
    ChatModel,
    CitationModel,
    PassageModel,
    PassagesModel,
    ReplyModel,
    SearchedModel,
    SearchModel,
)
from service.wording import markdown_blocks

PING_SECONDS = 15
"""A comment line this often keeps proxies from closing a stream that is silent."""

STREAM = {200: {"content": {"text/event-stream": {}}, "description": "The reply, or its events when streamed."}}


def router(assistant: Assistant) -> APIRouter:
    """The routes that ask. Plain functions: FastAPI runs them in its thread pool, off the event loop."""
    routes = APIRouter(tags=["questions"])

    @routes.post("/chat", response_model=ReplyModel, responses={**STREAM, **responses(404, 422, 500, 503)})
    def chat(body: ChatModel, accept: Annotated[str, Header()] = "*/*") -> Any:
        """Answer a question with verified quotes, in its own language; or say that the texts do not.

        With `stream` or `Accept: text/event-stream`: the events `start`, `sentence` (a verified part of the answer
        with the citations it brings) …, and `done` with the whole reply.
        """
        reply = assistant.ask(body.record())
        if body.stream or wants_events(accept):
            return EventSourceResponse(events(reply), ping=PING_SECONDS)
        return ReplyModel.of(reply)

    @routes.post("/search", responses=responses(422, 500, 503))
    def search(body: SearchModel) -> PassagesModel:
        """The passages nearest to a query, in whatever language they are, best first."""
        found = assistant.search(body.query, body.limit, body.filters.record())
        passages = [PassageModel.of(hit, found.documents[hit.passage.document_id]) for hit in found.hits]
        return PassagesModel(query=SearchedModel(text=body.query, language=found.language), passages=passages)

    return routes


def wants_events(accept: str) -> bool:
    """Whether an Accept header prefers server-sent events to JSON."""
    offered = ["application/json", "text/event-stream"]
    return parse_accept_header(accept, MIMEAccept).best_match(offered, "application/json") == "text/event-stream"


def events(reply: Reply) -> Iterator[JSONServerSentEvent]:
    """The events of a reply; the texts of its sentences, joined by blank lines, are its answer."""
    start = {
        "conversation_id": reply.conversation_id,
        "message_id": reply.message_id,
        "language": reply.answer.language,
    }
    yield JSONServerSentEvent(start, event="start")
    for text, citations in markdown_blocks(reply.answer):
        brought = [CitationModel.of(citation).model_dump(mode="json") for citation in citations]
        yield JSONServerSentEvent({"text": text, "citations": brought}, event="sentence")
    yield JSONServerSentEvent(ReplyModel.of(reply).model_dump(mode="json"), event="done")
