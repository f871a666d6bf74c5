"""The application: routes, pages, problem documents and the headers that every response carries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Header, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from index.errors import IndexUnavailable
from service.assistant import Assistant
from service.http import chat, conversations, documents, metrics, origins, problems, slack, uploads, widget
from service.http.bounds import DEFAULT_BOUNDS, Bounded, Bounds
from service.http.keys import key_check
from service.http.openai_compatible import router as openai_router
from service.http.pages import Pages, page_language
from service.http.security_headers import SecurityHeaders

if TYPE_CHECKING:
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
    keys: Sequence[bytes] = (),
) -> FastAPI:
    """The service over an opened assistant, which is closed when the application stops.

    Pages of `allowed_origins` may ask as well as its own. `slack_bot` is started and stopped with the application.
    `public_url` is where readers reach it, for links in the OpenAI-compatible answers. `bounds` is what a request
    may take. `keys` are the digests of those that documents may be changed with (`service.http.keys`).
    """

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
            assistant.close()

    app = FastAPI(
        title="Kilde",
        version=version("kilde"),
        summary="Answers from a folder of documents, word for word, with who said it and where.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    pages = Pages()

    # The last one added is the outermost.
    app.add_middleware(Bounded, bounds=bounds)
    metrics.install(app, assistant)
    app.include_router(chat.router(assistant))
    app.include_router(conversations.router(assistant.conversations))
    app.include_router(documents.router(assistant, pages))
    app.include_router(uploads.router(assistant, key_check(keys)))
    app.include_router(openai_router.router(assistant, public_url))
    app.include_router(widget.router())
    app.include_router(slack.router(slack_bot))
    origins.install(app, allowed_origins)
    app.add_middleware(SecurityHeaders)

    @app.get("/healthz", tags=["operation"])
    def healthz() -> dict[str, str]:
        """Alive: the process answers."""
        return {"status": "alive"}

    @app.get("/readyz", tags=["operation"], responses=problems.responses(503))
    def readyz() -> Response:
        """Ready: the record and the indexes can be used and hold something to answer from."""
        state = assistant.readiness()
        if not state.ready:
            parts = ", ".join(f"{part} {condition}" for part, condition in state.parts.items())
            detail = f"expected a usable record and index with documents, found {state.documents} documents; {parts}"
            return problems.problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
        return JSONResponse({"status": "ready", "documents": state.documents, "parts": dict(state.parts)})

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def home(accept_language: Annotated[str, Header()] = "") -> str:
        return pages.home(assistant.documents(), page_language(accept_language))

    app.mount("/static", StaticFiles(directory=str(files("service").joinpath("static"))), name="static")
    return app
