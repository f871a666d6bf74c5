"""PDF: the text of its pages by LlamaIndex's reader, its properties as facts."""

from __future__ import annotations

import io
import logging
from typing import Any

from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.formats.memory import make_reader, read_with
from index.formats.page_edges import join_pages
from index.formats.properties import facts_of_properties
from index.formats.typesetting import as_written
from index.formats.wrapped import wrapped

_MOST_PAGES = 5_000


def read_pdf(data: bytes) -> Extracted:
    """Return the text of every page, an empty line between pages; the rules for plain text find its structure.

    What is printed at the edge of every page stays in the text as furniture. Lines that were one before they were set
    are a unit; words that were broken at the end of a line are whole.

    Raises:
        UnreadableDocument: damaged, locked with a password, too many pages, or pages that are only pictures.
    """
    # Imported here: it is needed for PDF only.
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # It logs every oddity of a damaged file.
    try:
        pdf = pypdf.PdfReader(io.BytesIO(data))
        if pdf.is_encrypted and not pdf.decrypt(""):
            raise UnreadableDocument("expected a PDF that can be opened, found one that is locked with a password")
        count = len(pdf.pages)
        facts = _facts(pdf)
        if count > _MOST_PAGES:
            raise UnreadableDocument(f"expected a PDF of at most {_MOST_PAGES:,} pages, found {count:,}")
        if pdf.is_encrypted:
            data = _unlocked(pdf)
        pages = read_with(make_reader("PDFReader"), data, ".pdf")
    except UnreadableDocument:
        raise
    except Exception as error:  # The parser raises whatever a broken file leads it to, RecursionError included.
        raise UnreadableDocument(
            f"expected a PDF that can be read, found a damaged or locked one ({_said(error)})"
        ) from None
    # Characters that have no code point (fonts without a map) come out as lone surrogates or NUL: no text holds them.
    readable = [page.encode("utf-8", "replace").decode("utf-8").replace("\0", " ") for page in pages]
    text, parts = join_pages(as_written(readable))
    if not text:
        raise UnreadableDocument(
            f"expected a PDF with text, found {count} pages without any: scans need text recognition (OCR) first"
        )
    parts = sorted((*parts, *wrapped(text, parts)), key=lambda part: part.start)
    return Extracted(text + "\n", facts, tuple(parts))


def _facts(pdf: Any) -> Any:
    properties = pdf.metadata
    if properties is None:
        return ()
    created = properties.creation_date
    return facts_of_properties(
        title=properties.title, author=properties.author, published=created.date().isoformat() if created else None
    )


def _unlocked(pdf: Any) -> bytes:
    """Return a file that opens without a password as one that has none."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=pdf)
    unlocked = io.BytesIO()
    writer.write(unlocked)
    return unlocked.getvalue()


def _said(error: Exception) -> str:
    """Return the first line of an error; LlamaIndex wraps the parser's in one that tells that it tried thrice."""
    last = getattr(error, "last_attempt", None)
    inner = last.exception() if last is not None else None
    return (str(inner or error).splitlines() or [type(inner or error).__name__])[0][:200]
