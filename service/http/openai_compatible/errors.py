"""Errors in OpenAI's envelope, for everything under /v1."""

from __future__ import annotations

from http import HTTPStatus

from fastapi.responses import JSONResponse

PREFIX = "/v1/"
"""Every path of this edge begins with it."""

TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


class RequestRefused(Exception):
    """A request under /v1 that cannot be answered; the message is for whoever wrote the program."""

    def __init__(self, status: HTTPStatus, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code


def error_body(
    status: HTTPStatus, message: str, param: str | None = None, code: str | None = None
) -> dict[str, dict[str, str | None]]:
    """The envelope, as OpenAI sends it."""
    kind = TYPES.get(status, "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def envelope(
    status: HTTPStatus,
    message: str,
    *,
    param: str | None = None,
    code: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """An error response. What is invalid is 400 here, as the SDKs expect it."""
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST
    return JSONResponse(error_body(status, message, param, code), status_code=status, headers=headers)
