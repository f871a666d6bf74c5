"""One table from errors to RFC 9457 problem documents; nobody sees the text of an exception not written for them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from index.adding import InvalidId
from index.errors import IndexUnavailable, NoDocuments, NoRoom, NotWritable, UnreadableDocument
from service.errors import AlreadyAnswered, ServiceStopping, UnknownConversation, UnknownDocument, UnknownMessage
from service.http.openai_compatible.errors import PREFIX, RequestRefused, envelope
from service.wire import NOT_BLANK

log = logging.getLogger(__name__)

STATUS_OF: dict[type[Exception], HTTPStatus] = {
    UnknownDocument: HTTPStatus.NOT_FOUND,
    UnknownConversation: HTTPStatus.NOT_FOUND,
    UnknownMessage: HTTPStatus.NOT_FOUND,
    AlreadyAnswered: HTTPStatus.CONFLICT,
    InvalidId: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnreadableDocument: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoDocuments: HTTPStatus.SERVICE_UNAVAILABLE,
    NoRoom: HTTPStatus.INSUFFICIENT_STORAGE,
    IndexUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ServiceStopping: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Errors whose message was written to be read; any other becomes a 500 that says nothing of its cause."""


EXPECTED = {
    "json_invalid": "expected JSON, found something else",
    "model_attributes_type": "expected a JSON object, sent with Content-Type: application/json",
    "missing": "expected a value, found none",
}
"""What is said of input that its caller could not mend by what the validation says of it."""


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, object]] | None = None


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def problem(
    status: HTTPStatus,
    detail: str,
    errors: list[dict[str, object]] | None = None,
    headers: dict[str, str] | None = None,
) -> ProblemResponse:
    """A response that says what is wrong in one sentence, and for invalid input where."""
    body = Problem(title=status.phrase, status=status, detail=detail, errors=errors)
    return ProblemResponse(body.model_dump(exclude_none=True), status_code=status, headers=headers)


FAULT = "The service failed on this request; it has been logged."
"""What is said of a fault of ours."""


SAID: dict[type[Exception], str] = {
    NoRoom: "The service's disk is full: questions are answered, and nothing can be stored until there is room again.",
    NotWritable: "The service's disk cannot be written: questions are answered, and nothing can be stored meanwhile.",
}
"""What callers are told where the message is for the operator, whose log has it."""


def said_of(error: Exception) -> str:
    """What a caller is told of an error whose message was written to be read."""
    return SAID.get(type(error)) or str(error)


def status_of(error: Exception) -> HTTPStatus | None:
    """The status of an error, or of the kind that it is a case of."""
    return next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), None)


def problem_of(error: Exception) -> Problem:
    """What is said of an error: its own message if that was written to be read, else nothing of its cause."""
    status = status_of(error)
    if status is None:
        log.error("an answer failed", exc_info=error)
        status, detail = HTTPStatus.INTERNAL_SERVER_ERROR, FAULT
    else:
        detail = said_of(error)
    return Problem(title=status.phrase, status=status, detail=detail)


def responses(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The OpenAPI entries of the problem documents that a route can answer with."""
    content: dict[str, object] = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def shaped(
    request: Request,
    status: HTTPStatus,
    detail: str,
    errors: list[dict[str, object]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """An error as its caller expects it: in OpenAI's envelope under /v1, else as a problem document."""
    if not request.url.path.startswith(PREFIX):
        return problem(status, detail, errors, headers)
    param = str(errors[0]["field"]) if errors else None
    return envelope(status, detail, param=param, headers=headers)


def field_of(item: Mapping[str, Any]) -> str:
    """Which field an error of the validation is about; "" for the body as a whole."""
    place = () if item["type"] == "json_invalid" else item["loc"][1:]  # There it is a number: where the JSON ends.
    return ".".join(str(part) for part in place)


def expected_of(item: Mapping[str, Any]) -> str:
    """What was expected in place of what an error of the validation is about."""
    if item["type"] == "string_pattern_mismatch" and item["ctx"]["pattern"] == NOT_BLANK:
        return "expected text, found only blanks"
    return EXPECTED.get(item["type"], str(item["msg"]))


def install(app: FastAPI) -> None:
    """Give every error of the application the shape that its caller expects."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # The input is not echoed: it can be long, and it is the caller's own.
        errors = [{"field": field_of(item), "expected": expected_of(item)} for item in error.errors()]
        fields = "; ".join(f"{item['field'] or 'body'}: {item['expected']}" for item in errors[:5])
        return shaped(request, HTTPStatus.UNPROCESSABLE_ENTITY, fields, jsonable_encoder(errors))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        return shaped(request, status, str(error.detail), headers=dict(error.headers or {}))

    @app.exception_handler(RequestRefused)
    async def refused_under_v1(_: Request, error: RequestRefused) -> JSONResponse:
        return envelope(error.status, error.message, param=error.param, code=error.code)

    async def known(request: Request, error: Exception) -> JSONResponse:
        if type(error) in SAID:
            log.warning("%s %s: %s", request.method, request.url.path, error)
        return shaped(request, status_of(error) or HTTPStatus.INTERNAL_SERVER_ERROR, said_of(error))

    for kind in STATUS_OF:
        app.add_exception_handler(kind, known)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        # The handler runs outside of what gives requests their id.
        name = getattr(request.state, "request_id", "")
        log.error("%s %s failed", request.method, request.url.path, exc_info=error, extra={"request_id": name})
        headers = {"x-request-id": name} if name else None
        return shaped(request, HTTPStatus.INTERNAL_SERVER_ERROR, FAULT, headers=headers)
