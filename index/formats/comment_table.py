"""CSV and TSV of comments: a row is somebody's, whom a column names; forms have a column for each question."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache

from index.errors import UnreadableDocument
from index.formats.extracted import Blocks, Extracted
from index.phrases import DATA, read_names, words_of
from index.speech import is_date

_LONGEST_CELL = 1_000_000
_SEPARATORS = (",", ";", "\t", "|")
_NONE = "\x1f"  # of a table of one column: it stands in no text
_SAMPLE = 30  # rows that tell the separator
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # what Excel writes and reads above a table
_QUESTION_WORDS = 4
"""Words of a column's name from which on it asks for something ("Tell us about the school")."""
_LEAST_ANSWERED = 0.5
_DATE = "date of a comment"


@cache
def _columns() -> dict[str, frozenset[str]]:
    """Return the names of columns by what they hold, read once from data/comment_columns.toml."""
    return {what: frozenset(map(words_of, names)) for what, names in read_names(DATA / "comment_columns.toml").items()}


def columns_of(header: Sequence[str]) -> dict[str, int | None]:
    """Return by a table's head where comments ("text"), writers ("author", "surname") and dates ("date") are."""
    named = [words_of(cell) for cell in header]
    return {
        what: next((i for i, cell in enumerate(named) if cell in names), None) for what, names in _columns().items()
    }


def read_comment_table(text: str) -> Extracted:
    """Return the comments of a table in order: the writer's name and the date as written, then the comment.

    Where a table has several columns of comments, as the answers to a form have, each is a heading with the comments
    below it.

    Raises:
        UnreadableDocument: no table, or none with a column for the comments; the message names the columns found.
    """
    rows = _rows(text.lstrip("\ufeff"))
    head = rows[0] if rows else []
    place = columns_of(head)
    columns = _said(head, rows[1:])
    if not columns:
        found = ", ".join(head)[:200] if rows else "nothing"
        expected = ", ".join(sorted(_columns()["text"])[:6])
        raise UnreadableDocument(
            f"expected a table with a column of comments ({expected} …), found the columns: {found}"
        )
    blocks, number = Blocks(), 0
    for column in columns:
        if len(columns) > 1:
            blocks.add("heading", head[column])
        for row in rows[1:]:
            said = _cell(row, column)
            if not said:
                continue
            number += 1
            written = " ".join(filter(None, (_cell(row, place["author"]), _cell(row, place["surname"]))))
            name = " ".join(written.split()) or None
            blocks.add("byline", written, name=name, number=number)
            blocks.add("furniture", _cell(row, place["date"]), number=number, reason=_DATE)
            for paragraph in said.replace("\r\n", "\n").split("\n\n"):
                blocks.add("comment", paragraph, name=name, number=number)
    if not number:
        raise UnreadableDocument("expected a table with comments, found one without any")
    return blocks.extracted(())


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _said(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns that hold what people say: those named so, and those that ask for it and are answered."""
    return [
        column
        for column, name in enumerate(head)
        if words_of(name) in _columns()["text"] or (_asks(name) and _is_answered([_cell(row, column) for row in rows]))
    ]


def _asks(name: str) -> bool:
    return name.rstrip(" *").endswith(("?", ":")) or len(name.split()) >= _QUESTION_WORDS


def _is_answered(cells: Sequence[str]) -> bool:
    """Whether most cells that are filled in say something in words of their own, not one of some choices."""
    filled = [cell for cell in cells if cell]
    sentences = {cell for cell in filled if len(cell.split()) >= _QUESTION_WORDS and not is_date(cell)}
    return bool(filled) and len(sentences) >= _LEAST_ANSWERED * len(filled)


def _rows(text: str) -> list[list[str]]:
    """Return the rows of a table; what a row has more cells than the head is part of its last one."""
    stated = _SEP_LINE.match(text)
    text = text[stated.end() :] if stated else text
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        separator = stated[1] if stated else _separator(text)
        rows = list(_cells(text, separator))
    except csv.Error as error:
        raise UnreadableDocument(f"expected a table of comments (CSV), found: {error}") from None
    finally:
        csv.field_size_limit(before)
    last = len(rows[0]) - 1 if rows else 0
    return [[*row[:last], separator.join(row[last:])] if len(row) > last + 1 else row for row in rows]


def _cells(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _separator(text: str) -> str:
    """Return what separates cells: what cuts most of the first rows into as many as the head."""
    best, most = _NONE, 0
    for separator in _SEPARATORS:
        rows = list(itertools.islice(_cells(text, separator), _SAMPLE))
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows)
        if width > 1 and alike > most:
            best, most = separator, alike
    return best
