"""The application: routes, pages, problem documents and the headers that every response carries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Header, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from index.errors import IndexUnavailable
from service.access.keyring import Keyring
from service.access.keys import Keys
from service.assistant import Assistant
from service.http import (
    chat,
    conversations,
    described,
    documents,
    health,
    metrics,
    origins,
    problems,
    slack,
    uploads,
    widget,
)
from service.http import traces as traces_edge
from service.http.bounds import DEFAULT_BOUNDS, Bounded, Bounds
from service.http.draining import Draining
from service.http.events import Answers
from service.http.guard import Access, Guard
from service.http.observing import Observing
from service.http.openai_compatible import router as openai_router
from service.http.pages import Pages, page_language
from service.http.security_headers import SecurityHeaders
from service.suggestions import Suggestions

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from service.slack.app import Slack

log = logging.getLogger(__name__)

FORGET_SECONDS = 3600
"""How often conversations are looked through for those that are not kept any longer."""


async def forget_hourly(assistant: Assistant) -> None:
    """Have old conversations forgotten, now and once an hour."""
    while True:
        try:
            await run_in_threadpool(assistant.forget_old)
        except IndexUnavailable:
            log.warning("old conversations could not be forgotten; trying again in an hour")
        await asyncio.sleep(FORGET_SECONDS)


def create_app(
    assistant: Assistant,
    allowed_origins: Collection[str] = (),
    slack_bot: Slack | None = None,
    public_url: str = "",
    bounds: Bounds = DEFAULT_BOUNDS,
    access: Access | None = None,
    draining: Draining | None = None,
    traces: TracerProvider | None = None,
) -> FastAPI:
    """The service over an opened assistant, which is closed when the application stops.

    Pages of `allowed_origins` may ask as well as its own. `slack_bot` is started and stopped with the application.
    `public_url` is where readers reach it, for links in the OpenAI-compatible answers. `bounds` is what a request
    may take. `access` says who may ask and how often; without it, whoever comes straight to it, until a key is made.
    `draining` is told by the server that it is being stopped. `traces` is what spans are sent with, if they are.
    """
    draining = draining or Draining()
    access = access or Access(Keyring(Keys(assistant.library.record)))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if slack_bot is not None:
            await slack_bot.start()
        forgetting = asyncio.create_task(forget_hourly(assistant))
        try:
            yield
        finally:
            forgetting.cancel()
            if slack_bot is not None:
                await slack_bot.stop()
            await run_in_threadpool(access.keyring.note)
            assistant.close()
            if traces is not None:
                traces.shutdown()

    app = FastAPI(
        title="Kilde",
        version=version("kilde"),
        summary="Answers from a folder of documents, word for word, with who said it and where.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    described.install(app)
    pages = Pages()
    suggestions = Suggestions(assistant)

    # The last one added is the outermost.
    app.add_middleware(Bounded, bounds=bounds)
    app.add_middleware(Guard, access=access)
    origins.install(app, allowed_origins, access.keyring)
    request_metrics = metrics.install(app, assistant)
    answers = Answers(assistant, draining)
    app.include_router(chat.router(assistant, answers))
    app.include_router(conversations.router(assistant.conversations))
    app.include_router(documents.router(assistant, pages))
    app.include_router(uploads.router(assistant))
    app.include_router(openai_router.router(assistant, answers, public_url))
    app.include_router(widget.router())
    app.include_router(slack.router(slack_bot))
    app.include_router(health.router(assistant, draining))
    app.add_middleware(SecurityHeaders)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def home(request: Request, accept_language: Annotated[str, Header()] = "") -> str:
        # What may not be read without a key is not named either.
        listed = await run_in_threadpool(assistant.documents) if await access.may_read(request.headers) else []
        language = page_language(accept_language)
        questions = await run_in_threadpool(suggestions.questions, language, listed)
        return pages.home(listed, language, access.page_key, questions)

    app.mount("/static", StaticFiles(directory=str(files("service").joinpath("static"))), name="static")
    # Outside of all of them: what they refuse is observed as well.
    if traces is not None:
        traces_edge.install(app, assistant, traces)
    app.add_middleware(Observing, metrics=request_metrics)
    return app
