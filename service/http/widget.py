"""GET /widget.js, the same file under a name that changes with its content, and what a page needs to pin that one."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from werkzeug.http import parse_accept_header, parse_etags

from service.http.problems import responses

SHORT = "public, max-age=300, stale-while-revalidate=86400"
"""For /widget.js: pages see a new version after five minutes, and never wait for the question whether there is one."""
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The built widget as it is sent. `integrity` is a Subresource Integrity value (W3C SRI, sha384)."""

    body: bytes
    compressed: bytes
    digest: str
    integrity: str

    @property
    def path(self) -> str:
        """The path that stands for this content and no other."""
        return f"/widget-{self.digest}.js"


class WidgetModel(BaseModel):
    """How to embed exactly this version of the widget."""

    src: str = Field(description="The path of the versioned file.")
    integrity: str = Field(description="For the integrity attribute of the script element.")


@cache
def bundle() -> Bundle:
    """The widget that `make widget` built; read and compressed once."""
    body = files("service").joinpath("static", "widget.js").read_bytes()
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode("ascii")
    # No time stamp in the header: the same content gives the same bytes on every machine.
    return Bundle(body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:16], integrity)


def router() -> APIRouter:
    """The routes that other sites' pages load the widget from."""
    routes = APIRouter(tags=["widget"])
    content: dict[int | str, dict[str, object]] = {200: {"content": {"text/javascript": {}}}, 304: {}}

    @routes.get("/widget.js", response_class=Response, responses=content)
    def latest(
        accept_encoding: Annotated[str, Header()] = "", if_none_match: Annotated[str, Header()] = ""
    ) -> Response:
        """The chat widget: one script for any page. It may change; the path in /widget.json never does."""
        return sent(bundle(), SHORT, accept_encoding, if_none_match)

    @routes.get("/widget-{digest}.js", response_class=Response, responses={**content, **responses(404)})
    def versioned(
        digest: str, accept_encoding: Annotated[str, Header()] = "", if_none_match: Annotated[str, Header()] = ""
    ) -> Response:
        """The chat widget of one version, kept by browsers for good. 404 once the service has another version."""
        if digest != bundle().digest:
            raise HTTPException(404, f"expected the present version of the widget, {bundle().path}")
        return sent(bundle(), FOREVER, accept_encoding, if_none_match)

    @routes.get("/widget.json")
    def describe(response: Response) -> WidgetModel:
        """The path and the integrity hash of the present version."""
        response.headers["cache-control"] = "no-cache"
        return WidgetModel(src=bundle().path, integrity=bundle().integrity)

    return routes


def sent(widget: Bundle, caching: str, accept_encoding: str, if_none_match: str) -> Response:
    """The script, compressed where the browser takes that, or 304 where it has it already."""
    headers = {
        "cache-control": caching,
        "etag": f'W/"{widget.digest}"',
        "vary": "accept-encoding",
        # Any page may load it, also with an integrity hash (which needs CORS) or isolated from other origins.
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    if parse_etags(if_none_match).contains_weak(widget.digest):
        return Response(status_code=304, headers=headers)
    if parse_accept_header(accept_encoding).quality("gzip") > 0:
        return Response(
            widget.compressed, media_type="text/javascript", headers={**headers, "content-encoding": "gzip"}
        )
    return Response(widget.body, media_type="text/javascript", headers=headers)
