"""GET /documents and GET /documents/{id}, as JSON or as a page with the quoted span highlighted."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import HTMLResponse
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from index.adding import MAX_ID_CHARACTERS
from service.assistant import Assistant
from service.errors import UnknownDocument
from service.http.pages import Pages, page_language
from service.http.problems import responses
from service.wire_documents import DocumentInfoModel, DocumentsModel, DocumentTextModel

MAX_OFFSET = 2**31 - 1
MAX_LISTED = 1_000
"""Documents in one answer: some 300 kB of JSON."""


def router(assistant: Assistant, pages: Pages) -> APIRouter:
    """The routes that show the documents."""
    routes = APIRouter(tags=["documents"])

    @routes.get("/documents", responses=responses(422, 500, 503))
    def documents(
        after: Annotated[
            str, Query(max_length=MAX_ID_CHARACTERS, pattern=r"^[^\x00]*$", description="List what follows this id.")
        ] = "",
        limit: Annotated[int, Query(ge=1, le=MAX_LISTED, description="List so many at most.")] = MAX_LISTED,
    ) -> DocumentsModel:
        """The documents that answers come from, in the order of their ids, without their texts."""
        found = assistant.documents(after, limit + 1)
        listed = [DocumentInfoModel.of(info) for info in found[:limit]]
        return DocumentsModel(documents=listed, next=listed[-1].id if len(found) > limit else None)

    @routes.get(
        "/documents/{document_id}",
        response_model=DocumentTextModel,
        responses={**responses(404, 422, 500, 503), 200: {"content": {"text/html": {}}}},
    )
    def document(
        document_id: str,
        start: Annotated[int | None, Query(ge=0, le=MAX_OFFSET, description="Code points, start of the mark.")] = None,
        end: Annotated[int | None, Query(ge=0, le=MAX_OFFSET, description="Code points, exclusive.")] = None,
        accept: Annotated[str, Header()] = "*/*",
        accept_language: Annotated[str, Header()] = "",
    ) -> Response:
        """A document: JSON with its stored text, or for `Accept: text/html` a page that marks start to end."""
        offered = ["application/json", "text/html"]
        as_page = parse_accept_header(accept, MIMEAccept).best_match(offered, "application/json") == "text/html"
        language = page_language(accept_language)
        try:
            info, text = assistant.document(document_id)
        except UnknownDocument:
            if as_page:
                return HTMLResponse(pages.gone(language), HTTPStatus.NOT_FOUND)
            raise
        if as_page:
            return HTMLResponse(pages.document(info, text, assistant.segments(document_id), start, end, language))
        body = DocumentTextModel(**DocumentInfoModel.of(info).model_dump(), text=text)
        return Response(body.model_dump_json(), media_type="application/json")

    return routes
