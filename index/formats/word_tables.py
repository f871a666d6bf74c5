"""Tables in which people speak: a column of names beside a column of what they say, as transcripts have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from index.dialogue_turns import NAMES
from index.formats.comment_table import columns_of
from index.formats.word_plain import W, written
from index.records import Part
from index.speech import is_date, is_name

_LEAST_ROWS = 4
_LEAST_BACK = 2
_LONGER = 3
"""What is said is so many times as long as the names beside it."""
_DATE = "date of a comment"


def spoken_cells(tree: Any) -> dict[Any, Part]:
    """Return what the paragraphs of a document's tables are, by the paragraph, where people speak in these.

    The parts have no place yet.
    """
    found: dict[Any, Part] = {}
    for table in tree.iter(f"{W}tbl"):
        rows = [row.findall(f"{W}tc") for row in table.findall(f"{W}tr")]
        places = _places(rows)
        if places is None:
            continue
        first, names, said = places
        for row in rows[:first]:
            found.update(_all(row, Part("furniture", 0, 0, reason="heading of a column")))
        for row in rows[first:]:
            name = " ".join(_text(row[names]).split()) if len(row) > names else ""
            for place, cell in enumerate(row):
                text = _text(cell).strip()
                if place == said:
                    part = Part("quotation", 0, 0, name=name or None)
                elif place == names:
                    part = Part("furniture", 0, 0, reason=NAMES)
                elif is_date(text) or text.isdigit():
                    part = Part("furniture", 0, 0, reason=_DATE)
                else:
                    continue
                found.update(_all([cell], part))
    return found


def _all(cells: Sequence[Any], part: Part) -> Iterator[tuple[Any, Part]]:
    for cell in cells:
        for paragraph in cell.iter(f"{W}p"):
            yield paragraph, part


def _places(rows: Sequence[Sequence[Any]]) -> tuple[int, int, int] | None:
    """Return the first row that somebody speaks in, and the columns of names and of what is said, or None."""
    width = min((len(row) for row in rows), default=0)
    if len(rows) < _LEAST_ROWS or width < _LEAST_BACK:
        return None
    head = columns_of([_text(cell) for cell in rows[0]])
    if head["author"] is not None and head["text"] is not None:
        return 1, head["author"], head["text"]
    columns = [[_text(row[place]).strip() for row in rows] for place in range(width)]
    names = next((place for place, column in enumerate(columns) if _are_names(column)), None)
    if names is None:
        return None
    lengths = [sum(map(len, column)) for column in columns]
    said = max(range(width), key=lengths.__getitem__)
    return (0, names, said) if lengths[said] > _LONGER * lengths[names] else None


def _are_names(column: Sequence[str]) -> bool:
    """Whether all cells are names, of which two come back at least."""
    times = Counter(cell.rstrip(":") for cell in column)
    back = sum(number > 1 for number in times.values())
    return back >= _LEAST_BACK and all(is_name(cell, alias=True) for cell in times)


def _text(cell: Any) -> str:
    return "".join(map(written, cell.iter()))
