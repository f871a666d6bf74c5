"""A service that plays the troubles which a real one seldom has: slow, broken, overloaded and hostile answers.

The first word of the question names the scene. Widget, pages of hosts and origins are those of the project.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

from service.http import origins, problems, widget

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "require-trusted-types-for 'script'"
)
HOSTILE = (Path(__file__).parent / "hostile.md").read_text(encoding="utf-8")


def citation(marker: int, **changed: object) -> dict[str, object]:
    """A citation of the contract."""
    return {
        "marker": marker,
        "document": {
            "id": f"doc-{(marker + 1) // 2}",
            "title": f"Om sociala medier {(marker + 1) // 2}",
            "language": "sv",
            "url": f"/documents/doc-{(marker + 1) // 2}?start={marker}&end=20",
        },
        "speaker": {"name": "Annelie Näs", "role": "commenter"} if marker == 1 else None,
        "role": "commenter" if marker == 1 else "author",
        "language": "sv",
        "quote": "Hur räknar vi hem ROI?",
        "start": marker,
        "end": 20,
        "score": 1.0,
        "gloss": {"language": "en", "text": "How count we home ROI?"},
        "translation": None,
        **changed,
    }


def reply(
    answer: str, citations: list[dict[str, object]], message: str, message_id: str, **changed: object
) -> dict[str, object]:
    """A reply of the contract."""
    return {
        "conversation_id": "c1",
        "message_id": message_id,
        "question": {"text": message, "standalone": message, "language": "en"},
        "answered": True,
        "language": "en",
        "mode": "extractive",
        "model": None,
        "answer": answer,
        "headline": answer.split("\n")[0],
        "sections": [],
        "citations": citations,
        "timings_ms": {"retrieve": 1.0, "answer": 1.0, "total": 2.0},
        **changed,
    }


BLOCKS = [
    "One voice speaks of it.",
    "Annelie Näs writes in a comment:",
    "> “Hur räknar vi hem ROI?” [1]",
    "> “Hur räknar vi hem ROI?” [2]",
]
CITATIONS: list[list[dict[str, object]]] = [[], [], [citation(1)], [citation(2)]]


def create(allowed_origins: tuple[str, ...] = ()) -> FastAPI:
    """The application; `app.state.requests` keeps every body that was posted, `app.state.release` ends a pause."""
    app = FastAPI()
    problems.install(app)
    app.include_router(widget.router())
    app.state.requests = []
    app.state.release = asyncio.Event()
    app.state.left = 0

    @app.post("/chat")
    async def chat(request: Request) -> Response:
        body = await request.json()
        app.state.requests.append({**body, "site": request.headers.get("x-kilde-site")})
        return await scene(app, body["message"], body["conversation_id"], f"m{len(app.state.requests)}")

    @app.post("/feedback", status_code=204)
    async def feedback(request: Request) -> Response:
        app.state.requests.append(await request.json())
        return Response(status_code=204)

    @app.get("/documents/{document_id}", response_class=HTMLResponse)
    def document(document_id: str) -> str:
        return f"<!doctype html><title>{document_id}</title><p>Source"

    @app.get("/host", response_class=HTMLResponse)
    def host(script: str = "/widget.js", attributes: str = "", style: str = "", csp: str = STRICT) -> Response:
        return HTMLResponse(host_page(script, attributes, style), headers={"content-security-policy": csp})

    @app.get("/host.css")
    def host_style(rules: str = "") -> Response:
        return Response(HOST_STYLE + rules, media_type="text/css")

    origins.install(app, allowed_origins)
    return app


# What a careless host page does to every element on it.
HOST_STYLE = """
html { font-size: 62.5% }
body { font: italic 30px/3 fantasy; letter-spacing: 5px; text-align: right; color: red; background: #fff }
* { margin: 7px; box-sizing: content-box }
button, textarea { display: none !important }
"""


def host_page(script: str, attributes: str, style: str) -> str:
    """Somebody else's page with the widget's one tag on it."""
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Host</title>
<link rel="stylesheet" href="/host.css?rules={style}">
<script async src="{script}" {attributes}></script></head>
<body><main><h1>A page of somebody else</h1><p><a href="#x">A link</a></p></main></body></html>"""


async def scene(app: FastAPI, message: str, conversation_id: str | None, message_id: str) -> Response:
    """The response to a question, named by its first word."""
    name = message.split()[0].lower()
    whole = reply("\n\n".join(BLOCKS), [citation(1), citation(2)], message, message_id)
    if name == "limited":
        return problems.problem(problems.HTTPStatus.TOO_MANY_REQUESTS, "Slow down.", headers={"retry-after": "7"})
    if name in ERRORS:
        return problems.problem(ERRORS[name], "Never shown.")
    if name == "forgotten" and conversation_id is not None:
        return problems.problem(problems.HTTPStatus.NOT_FOUND, "No such conversation.")
    if name == "json":
        return JSONResponse(whole)
    return StreamingResponse(events(app, name, message, message_id, whole), media_type="text/event-stream")


ERRORS = {
    "unavailable": problems.HTTPStatus.SERVICE_UNAVAILABLE,
    "broken": problems.HTTPStatus.INTERNAL_SERVER_ERROR,
    "invalid": problems.HTTPStatus.UNPROCESSABLE_ENTITY,
    "forbidden": problems.HTTPStatus.FORBIDDEN,
}


async def events(
    app: FastAPI, name: str, message: str, message_id: str, whole: dict[str, object]
) -> AsyncIterator[str]:
    """The events of the scenes that stream."""
    yield event("start", {"conversation_id": "c1", "message_id": message_id, "language": "en"})
    yield ": still here\n\n"
    if name == "hostile":
        found = [citation(1, document={**HOSTILE_DOCUMENT}, quote=HOSTILE, speaker={"name": SCRIPT, "role": "author"})]
        yield event("sentence", {"text": HOSTILE, "citations": found})
        yield event("done", reply(HOSTILE, found, message, message_id))
        return
    if name == "written":
        text = WRITTEN
        yield event("done", reply(text, [citation(1), citation(2)], message, message_id, mode="generative", model="m"))
        return
    if name == "nothing":
        text = "The texts do not say anything that answers this."
        yield event("done", reply(text, [], message, message_id, answered=False))
        return
    if name == "rewritten":
        whole["question"] = {"text": message, "standalone": "What does Annelie Näs say about ROI?", "language": "en"}
    try:
        for index, (text, brought) in enumerate(zip(BLOCKS, CITATIONS, strict=True)):
            if name in {"pause", "cut", "fail"} and index == 2:
                if name == "cut":
                    return
                if name == "fail":
                    yield event("error", {"type": "about:blank", "title": "x", "status": 503, "detail": "Never shown."})
                    return
                await asyncio.wait_for(app.state.release.wait(), 60)
            yield event("sentence", {"text": text, "citations": brought})
            await asyncio.sleep(0.02)
        yield event("done", whole)
    except asyncio.CancelledError:
        app.state.left += 1
        raise


WRITTEN = """They **differ** on it [1][2]. R&amp;D is `[1]`, not \\[1\\] nor [9].

1. first
2. second

| a | b |
|---|---|
| 1 | 2 |"""
SCRIPT = "<script>window.executed = true</script>"
HOSTILE_DOCUMENT = {"id": "x", "title": SCRIPT, "language": '"><img src=x>', "url": "javascript:window.executed=true"}


def event(name: str, data: Any) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
