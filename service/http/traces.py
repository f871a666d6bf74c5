"""OpenTelemetry traces: a span a request, and in it one a stage of the answer. Nothing that people ask is in them.

The libraries are the extra `traces`; they are imported only where KILDE_TRACES_URL is set.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.assistant import Assistant
from service.http.metrics import METHODS, OTHER
from service.logs import request_id
from service.settings import InvalidSettings
from service.watch import Stage

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer


def open_provider(url: str) -> TracerProvider:
    """What sends spans by OTLP over gRPC, in the background. Raises InvalidSettings without the extra `traces`."""
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise InvalidSettings(
            f"KILDE_TRACES_URL: expected the package {error.name}; install it with: pip install 'kilde[traces]'"
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": "kilde", "service.version": version("kilde")}))
    exporter = OTLPSpanExporter(endpoint=url, insecure=url.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class Tracing:
    """Surrounds each request with a span that goes on with the caller's trace, if it has one."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, Status, StatusCode

        method = scope["method"] if scope["method"] in METHODS else OTHER
        with self._tracer.start_as_current_span(
            method,
            context=extract(dict(Headers(scope=scope))),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "kilde.request_id": request_id.get()},
            # The text of an exception may hold what was asked.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            status = 500

            async def sending(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await self._app(scope, receive, sending)
            finally:
                route = getattr(scope.get("route"), "path", OTHER)
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))


def install(app: FastAPI, assistant: Assistant, provider: TracerProvider) -> None:
    """Trace every request to `app`, and every stage of the answers."""
    tracer = provider.get_tracer("kilde")

    @contextmanager
    def stage(name: Stage) -> Generator[None, None, None]:
        # Not made the current span: a stage that yields sentences ends in another context than it began in.
        span = tracer.start_span(name)
        try:
            yield
        finally:
            span.end()

    assistant.watch.stages.append(stage)
    app.add_middleware(Tracing, tracer=tracer)
