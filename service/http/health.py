"""GET /healthz and GET /readyz: whether the process lives, and whether it can answer questions."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from service.assistant import Assistant, Readiness
from service.http.draining import Draining
from service.http.problems import problem, responses


def router(assistant: Assistant, draining: Draining) -> APIRouter:
    """The routes that supervisors and load balancers look at."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/healthz")
    def healthz() -> dict[str, str]:
        """Alive: the process answers."""
        return {"status": "alive"}

    @routes.get("/readyz", responses=responses(503))
    def readyz() -> Response:
        """Ready: the record and the indexes can be used and hold something to answer from.

        `parts` says of the record and of each index "ok" or what is wrong with it; with one of the indexes questions
        are still answered. 503 otherwise, and while the process is being stopped.
        """
        if draining.begun:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the service is being stopped")
        state = assistant.readiness()
        if not state.ready:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, explain(state))
        return JSONResponse({"status": "ready", "documents": state.documents, "parts": dict(state.parts)})

    return routes


def explain(state: Readiness) -> str:
    """Why questions cannot be answered, in a sentence."""
    parts = ", ".join(f"{part} {condition}" for part, condition in state.parts.items())
    return f"expected a usable record and index with documents, found {state.documents} documents; {parts}"
