"""What the OpenAPI document says of every route alike: keys, limits and bounds, which no route knows of itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from service.access.policy import SAFE_METHODS, need_of
from service.http.openai_compatible.errors import PREFIX
from service.http.problems import Problem

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key; `kilde keys create` makes one."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same, in another header."},
    "site": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Kilde-Site",
        "description": "A site key, which is good on pages of its origins.",
    },
}
EVERYWHERE = (400, 421, 431, 500, 503)
"""No HTTP, another name for this machine, too large a head, a fault of ours, too long in coming."""
WITH_BODY = (408, 413)
WITH_KEY = (401, 403, 429)
ENVELOPE = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}
"""OpenAI's errors, under /v1."""


def install(app: FastAPI) -> None:
    """Have /openapi.json tell of keys and of the errors that any request can meet."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            describe(original())
        return original()

    # FastAPI's own way to extend the document.
    app.openapi = openapi  # type: ignore[method-assign]


def describe(document: dict[str, Any]) -> None:
    """Add to every operation what it shares with all others."""
    components = document.setdefault("components", {})
    components["securitySchemes"] = SCHEMES
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    schemas["Error"] = ENVELOPE
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            add(operation, path, method.upper())


def add(operation: dict[str, Any], path: str, method: str) -> None:
    """What one operation shares with others of its kind."""
    need = need_of(method, path)
    statuses = set(EVERYWHERE)
    if method not in SAFE_METHODS:
        # Where no key is needed, a page's origin may still not be one that may ask.
        statuses |= {*WITH_BODY, 403}
    if need is not None:
        statuses |= set(WITH_KEY)
        # Nobody needs one where the service is open.
        names = ("bearer", "header", "site") if need.site else ("bearer", "header")
        operation["security"] = [*([] if need.always else [{}]), *({name: []} for name in names)]
    kind, schema = ("application/json", "Error") if path.startswith(PREFIX) else ("application/problem+json", "Problem")
    content = {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    responses = operation["responses"]
    if schema == "Error":
        # FastAPI's own 422, which this edge never sends: what is invalid is 400 here.
        responses.pop("422", None)
        statuses |= {404}
    for status in sorted(statuses):
        responses.setdefault(str(status), {"description": HTTPStatus(status).phrase, "content": content})
