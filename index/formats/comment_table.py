"""CSV of comments: one comment a row, its writer from the column that names one."""

from __future__ import annotations

import csv
import io
from functools import cache

from index.errors import UnreadableDocument
from index.formats.extracted import Blocks, Extracted
from index.phrases import DATA, read_names, words_of

_SAMPLE = 20_000  # characters that tell the separator
_LONGEST_CELL = 1_000_000


@cache
def _columns() -> dict[str, frozenset[str]]:
    """Return the names of columns by what they hold, read once from data/comment_columns.toml."""
    return {what: frozenset(map(words_of, names)) for what, names in read_names(DATA / "comment_columns.toml").items()}


def read_comment_table(text: str) -> Extracted:
    """Return the comments of a table in order: the writer's name and the date as written, then the comment.

    Raises:
        UnreadableDocument: no table, or none with a column for the comments; the message names the columns found.
    """
    rows = _rows(text.lstrip("\ufeff"))
    header = [words_of(cell) for cell in rows[0]] if rows else []
    place = {
        what: next((i for i, cell in enumerate(header) if cell in names), None) for what, names in _columns().items()
    }
    body = place["text"]
    if body is None:
        found = ", ".join(rows[0])[:200] if rows else "nothing"
        expected = ", ".join(sorted(_columns()["text"])[:6])
        raise UnreadableDocument(
            f"expected a table with a column of comments ({expected} …), found the columns: {found}"
        )
    blocks, number = Blocks(), 0
    for row in rows[1:]:
        cells = {what: row[i].strip() if i is not None and i < len(row) else "" for what, i in place.items()}
        if not cells["text"]:
            continue
        number += 1
        name = " ".join(cells["author"].split()) or None
        blocks.add("byline", cells["author"], name=name, number=number)
        blocks.add("furniture", cells["date"], number=number, reason="date of a comment")
        for paragraph in cells["text"].replace("\r\n", "\n").split("\n\n"):
            blocks.add("comment", paragraph, name=name, number=number)
    if not number:
        raise UnreadableDocument("expected a table with comments, found one without any")
    return blocks.extracted(())


def _rows(text: str) -> list[list[str]]:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text.split("\n", 1)[0][:_SAMPLE], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        # Quotes are doubled inside quotes whatever the sniffer made of the header line.
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar='"'))
    except csv.Error as error:
        raise UnreadableDocument(f"expected a table of comments (CSV), found: {error}") from None
    finally:
        csv.field_size_limit(before)
