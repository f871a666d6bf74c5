"""GET /metrics: what is asked, how it is answered and how long it takes, in Prometheus's format."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from service.assistant import Assistant
from service.records import Reply

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
OTHER = "other"
"""The name of paths and methods that are not ours: there is no end of them, and each would be a series of its own."""


def install(app: FastAPI, assistant: Assistant) -> None:
    """Count and time every request and every answer of this process, and serve the figures."""
    registry = CollectorRegistry()
    requests = Counter("kilde_http_requests", "Requests.", ["method", "route", "status"], registry=registry)
    seconds = Histogram(
        "kilde_http_request_seconds", "Until the response began.", ["route"], registry=registry, buckets=SECONDS
    )
    answers = Counter("kilde_answers", "Questions by outcome.", ["language", "outcome", "mode"], registry=registry)
    stages = Histogram(
        "kilde_answer_stage_seconds", "Stages of an answer.", ["stage"], registry=registry, buckets=SECONDS
    )

    def note(reply: Reply) -> None:
        answer = reply.answer
        outcome = "answered" if answer.answered else "near" if answer.near else "abstained"
        answers.labels(answer.language, outcome, answer.mode).inc()
        stages.labels("retrieve").observe(reply.timings_ms.retrieve / 1000)
        stages.labels("answer").observe(reply.timings_ms.answer / 1000)

    assistant.listeners.append(note)

    @app.middleware("http")
    async def measure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        began = time.perf_counter()
        status = 500
        try:
            response = await call_next(request)
            status = response.status_code
            return response
        finally:
            route = getattr(request.scope.get("route"), "path", OTHER)
            method = request.method if request.method in METHODS else OTHER
            requests.labels(method, route, str(status)).inc()
            seconds.labels(route).observe(time.perf_counter() - began)

    @app.get("/metrics", tags=["operation"], responses={200: {"content": {"text/plain": {}}}})
    def metrics() -> Response:
        """Requests, answers by outcome and language, and times, in Prometheus's text format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
