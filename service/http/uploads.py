"""PUT and DELETE /documents/{id}: documents that programs add, replace and remove."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import IO, Annotated
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from werkzeug.http import parse_options_header

from index.adding import add, check_id, remove_documents
from index.errors import NO_ROOM, IndexUnavailable, NoRoom, unwritable
from index.exchange import Outcome
from index.library import Library
from index.load import SUFFIXES
from index.records import DocumentInfo
from index.sources import SourceInfo
from service.assistant import Assistant
from service.errors import UnknownDocument
from service.http.problems import responses, said_of
from service.wire_documents import DocumentInfoModel

SUFFIX_OF = {
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "message/rfc822": ".eml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""What a body may be, by its media type (IANA's names; SubRip has none); what the index does not read is refused."""
TEXT = frozenset({"text/plain", "text/markdown"})
LOCK_SECONDS = 60.0
"""How long a request waits for a build that is under way before it is told to come again."""
RETRY_SECONDS = 30
MAX_WRITERS = 4
MAX_METADATA_CHARACTERS = 300

Said = Annotated[str | None, Query(min_length=1, max_length=MAX_METADATA_CHARACTERS)]


def router(assistant: Assistant) -> APIRouter:
    """The routes that change documents. Whether somebody may, `service.http.guard` has decided."""
    routes = APIRouter(tags=["documents"])
    library = assistant.library
    # A few wait for a build that is writing; whoever asks a question meanwhile must find a thread.
    writers = CapacityLimiter(MAX_WRITERS)
    body_of = {name: {"schema": {"type": "string", "format": "binary"}} for name in accepted()}

    @routes.put(
        "/documents/{document_id}",
        response_model=DocumentInfoModel,
        responses={201: {"model": DocumentInfoModel}, **responses(401, 403, 413, 415, 422, 500, 503, 507)},
        openapi_extra={"requestBody": {"required": True, "content": body_of}},
    )
    async def put(
        request: Request,
        document_id: str,
        title: Said = None,
        author: Said = None,
        url: Said = None,
        published: Said = None,
        publication: Said = None,
    ) -> Response:
        """Add a document or replace it: the body is the file. It stays until it is removed, whatever the folder holds.

        201 with its outline when it is new, 200 when it has taken the place of a former version or is the same.
        """
        check_id(document_id)
        suffix = suffix_of(request.headers.get("content-type", ""))
        said = SourceInfo(title, author, url, published, publication)
        with come_again(), spooled(suffix) as file:
            await receive(request, file, library.max_bytes)
            task = partial(store, library, Path(file.name), document_id, suffix, said)
            outcome, info = await to_thread.run_sync(task, limiter=writers)
        if info is None:
            raise HTTPException(HTTPStatus.CONFLICT, "The document was removed while it was being added.")
        status = HTTPStatus.CREATED if outcome == "added" else HTTPStatus.OK
        headers = {"location": f"/documents/{quote(document_id, safe='')}"}
        return JSONResponse(DocumentInfoModel.of(info).model_dump(mode="json"), status, headers)

    @routes.delete(
        "/documents/{document_id}",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(401, 403, 404, 422, 500, 503, 507),
    )
    async def delete(document_id: str) -> None:
        """Remove a document. One of the folder comes back with the next build, as long as its file is there."""
        task = partial(remove_documents, library, [check_id(document_id)], timeout_seconds=LOCK_SECONDS)
        with come_again():
            unknown = await to_thread.run_sync(task, limiter=writers)
        if unknown:
            raise UnknownDocument(f"expected the id of one of the documents, found {document_id[:100]!r}")

    return routes


@contextmanager
def come_again() -> Iterator[None]:
    """Say when to come again where somebody else is writing for too long; a full disk needs its operator first."""
    try:
        yield
    except NoRoom:
        raise
    except IndexUnavailable as error:
        headers = {"retry-after": str(RETRY_SECONDS)}
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, said_of(error), headers) from error


@contextmanager
def spooled(suffix: str) -> Iterator[IO[bytes]]:
    """A file for a body on its way in. Raises NoRoom where the disk of temporary files is full."""
    try:
        with tempfile.NamedTemporaryFile(prefix="kilde-", suffix=suffix) as file:
            yield file
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise unwritable("the upload cannot be received", error) from error


def store(
    library: Library, file: Path, document_id: str, suffix: str, said: SourceInfo
) -> tuple[Outcome, DocumentInfo | None]:
    """Take a received file in under its name; return what that did, and what is now there."""
    path = f"{document_id}{suffix}"
    outcome = add(library, file, document_id, path=path, source=said, timeout_seconds=LOCK_SECONDS)
    return outcome, library.record.info([document_id]).get(document_id)


def accepted() -> list[str]:
    """The media types of what the index reads."""
    return [name for name, suffix in SUFFIX_OF.items() if suffix in SUFFIXES]


def suffix_of(content_type: str) -> str:
    """The ending of a file of this media type. Raises HTTPException 415 where documents cannot be of it."""
    name, options = parse_options_header(content_type)
    charset = options.get("charset", "utf-8").lower()
    if name not in accepted():
        found = name[:100] or "none"
        raise unsupported(f"expected a Content-Type of {', '.join(accepted())}, found {found}")
    if name in TEXT and charset not in {"utf-8", "utf8", "us-ascii"}:
        raise unsupported(f"expected text in UTF-8, found the charset {charset[:40]}")
    return SUFFIX_OF[name]


def unsupported(detail: str) -> HTTPException:
    """A 415 that says what would have been supported."""
    return HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, {"accept": ", ".join(accepted())})


async def receive(request: Request, file: IO[bytes], max_bytes: int) -> None:
    """Write the body to a file. Raises HTTPException 413 as soon as it is, or is said to be, too large."""
    said = request.headers.get("content-length", "")
    refused = HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"expected at most {max_bytes:,} bytes, found more")
    if said.isdecimal() and int(said) > max_bytes:
        raise refused
    received = 0
    async for part in request.stream():
        received += len(part)
        if received > max_bytes:
            raise refused
        file.write(part)
    file.flush()
