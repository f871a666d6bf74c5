"""The routes under /v1."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse

from service.assistant import Assistant
from service.errors import UnknownMessage
from service.http.events import PING_SECONDS, Answers
from service.http.openai_compatible import chat_completions, responses
from service.http.openai_compatible.cited import CitedText
from service.http.openai_compatible.errors import RequestRefused
from service.http.openai_compatible.requests import ChatCompletionModel, ResponseModel
from service.records import Citation, Reply, Sentence
from service.wire import CitationModel
from service.wording import markdown_blocks, understood

MODELS = ("kilde", "kilde-sources")
"""The second one ends its answers with a list of the sources, for programs that drop annotations."""
CREATED = 1767225600
"""When the models were made, as OpenAI's type wants it: 2026-01-01."""


def router(assistant: Assistant, answers: Answers, public_url: str = "") -> APIRouter:
    """The routes. Links begin with `public_url`, or with the address that the request was sent to."""
    routes = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])

    def cited(request: Request) -> CitedText:
        return CitedText(locator(public_url or str(request.base_url)))

    @routes.get("/models")
    def models() -> dict[str, Any]:
        """The models: `kilde`, and `kilde-sources`, whose answers end with a list of the sources."""
        return {"object": "list", "data": [model_shape(name) for name in MODELS]}

    @routes.get("/models/{model}")
    def model(model: str) -> dict[str, Any]:
        """One model."""
        check_model(model)
        return model_shape(model)

    @routes.post("/chat/completions", response_model=None)
    async def chat(body: ChatCompletionModel, request: Request) -> Any:
        """Answer the last user message; citations are `url_citation` annotations with quote and offsets."""
        sources = check_model(body.model)
        asked, text = body.record(), cited(request)
        if body.stream:
            events = answers.events(asked)
            first = await anext(events)
            sent = chat_completions.chunks(first, events, body, text, sources=sources)
            return EventSourceResponse(sent, ping=PING_SECONDS)
        reply = await answers.reply(asked)
        fill(text, reply, sources=sources)
        return chat_completions.completion(reply, body, text)

    @routes.post("/responses", response_model=None)
    async def respond(body: ResponseModel, request: Request) -> Any:
        """Answer the input; goes on with a conversation where it names the response before."""
        sources = check_model(body.model)
        conversation_id = await run_in_threadpool(conversation_of, assistant, body)
        asked, text = body.record(conversation_id), cited(request)
        if body.stream:
            events = answers.events(asked)
            first = await anext(events)
            sent = responses.stream(first, events, body, text, sources=sources)
            return EventSourceResponse(sent, ping=PING_SECONDS)
        reply = await answers.reply(asked)
        fill(text, reply, sources=sources)
        return responses.Envelope(reply.message_id, body, time.time()).completed(text)

    return routes


def check_model(name: str) -> bool:
    """Whether answers of this model end with their sources. Raises RequestRefused where there is no such model."""
    if name not in MODELS:
        message = f"The model {name[:100]!r} does not exist; there are {' and '.join(MODELS)}."
        raise RequestRefused(HTTPStatus.NOT_FOUND, message, param="model", code="model_not_found")
    return name == MODELS[1]


def model_shape(name: str) -> dict[str, Any]:
    """A model as the list shows it."""
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "kilde"}


def conversation_of(assistant: Assistant, body: ResponseModel) -> str | None:
    """The conversation of the response before. Raises RequestRefused where that was not kept here."""
    if body.previous_response_id is None:
        return None
    try:
        return assistant.conversations.conversation_of(responses.message_id_of(body.previous_response_id))
    except UnknownMessage:
        message = "expected the id of a response that was stored here"
        param = "previous_response_id"
        raise RequestRefused(HTTPStatus.BAD_REQUEST, message, param=param, code="previous_response_not_found") from None


def locator(base_url: str) -> Callable[[Citation], str]:
    """What makes the absolute URL of a citation."""
    base = base_url.rstrip("/")
    return lambda citation: base + CitationModel.of(citation).document.url


def fill(text: CitedText, reply: Reply, *, sources: bool) -> None:
    """Put a whole reply into `text`."""
    text.begin(understood(reply.question, reply.standalone, reply.answer.language))
    for block, citations in markdown_blocks(reply.answer):
        text.add(Sentence(block, citations))
    if sources:
        text.add_sources(reply)
