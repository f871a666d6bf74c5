"""GET /healthz and GET /readyz: whether the process lives, and whether it can answer questions."""

from __future__ import annotations

from http import HTTPStatus

from anyio import CapacityLimiter, move_on_after, to_thread
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from service.assistant import Assistant, Readiness
from service.http.draining import Draining
from service.http.problems import problem, responses

RECORD_HEADER = "kilde-record"
"""By this `kilde ask` knows the service that keeps its own record."""
LOOK_SECONDS = 5.0
"""What is looked at answers in milliseconds, on a starved machine in a second or two; nobody waits longer than this."""
MAX_LOOKING = 2
SILENT = f"expected the record and the index to answer within {LOOK_SECONDS:g} seconds, and they did not"


def router(assistant: Assistant, draining: Draining) -> APIRouter:
    """The routes that supervisors and load balancers look at."""
    routes = APIRouter(tags=["operation"])
    # Of its own, so that a record that does not answer, and holds every other thread, is still told of.
    looking = CapacityLimiter(MAX_LOOKING)

    @routes.get("/healthz")
    async def healthz(response: Response) -> dict[str, str]:
        """Alive: the process answers. The header `kilde-record` tells which record it keeps."""
        response.headers[RECORD_HEADER] = assistant.library.record.identity
        return {"status": "alive"}

    @routes.get("/readyz", responses=responses(503))
    async def readyz() -> Response:
        """Ready: the record and the indexes can be used and hold something to answer from.

        `parts` says of the record and of each index "ok" or what is wrong with it; with one of the indexes questions
        are still answered. 503 otherwise, and while the process is being stopped.
        """
        if draining.begun:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the service is being stopped")
        state = None
        with move_on_after(LOOK_SECONDS):
            state = await to_thread.run_sync(assistant.readiness, limiter=looking, abandon_on_cancel=True)
        if state is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, SILENT)
        if not state.ready:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, explain(state))
        return JSONResponse({"status": "ready", "documents": state.documents, "parts": dict(state.parts)})

    return routes


def explain(state: Readiness) -> str:
    """Why questions cannot be answered, in a sentence."""
    parts = ", ".join(f"{part} {condition}" for part, condition in state.parts.items())
    return f"expected a usable record and index with documents, found {state.documents} documents; {parts}"
