"""PDF: the lines of its pages by pypdf, its properties as facts."""

from __future__ import annotations

import io
import logging
import re
from datetime import date
from typing import Any

from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.formats.pages import laid_out
from index.formats.properties import facts_of_properties
from index.formats.set_lines import lines_of

_MOST_PAGES = 5_000
_DAY = re.compile(r"\s*(?:D:)?(\d{4})(\d\d)(\d\d)")


def read_pdf(data: bytes) -> Extracted:
    """Return the text of every page, laid out as `laid_out` says; the rules for plain text find most of its structure.

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
        pages = [lines_of(page, number) for number, page in enumerate(pdf.pages)]
    except UnreadableDocument:
        raise
    except Exception as error:  # The parser raises whatever a broken file leads it to, RecursionError included.
        raise UnreadableDocument(
            f"expected a PDF that can be read, found a damaged or locked one ({_said(error)})"
        ) from None
    lines = [line for page in pages for line in page]
    if not lines:
        raise UnreadableDocument(
            f"expected a PDF with text, found {count} pages without any: scans need text recognition (OCR) first"
        )
    return laid_out(lines, facts)


def _facts(pdf: Any) -> Any:
    properties = pdf.metadata
    if properties is None:
        return ()
    return facts_of_properties(
        title=properties.title, author=properties.author, published=_day(properties.creation_date_raw or "")
    )


def _day(moment: str) -> str | None:
    """Return the day of a PDF's date, None where it is none; programs write the hour in ways of their own."""
    digits = _DAY.match(str(moment))
    if digits is None:
        return None
    try:
        return date(*map(int, digits.groups())).isoformat()
    except ValueError:
        return None


def _said(error: Exception) -> str:
    """Return the first line of an error."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
