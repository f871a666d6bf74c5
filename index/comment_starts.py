"""Finds where the comments of a page start: below a heading that counts them, or at headers made from one template."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.headers import Header, bare_name, marker_kind
from index.looks import Look
from index.speech import is_date, speech

_CONTROLS_BEFORE_FIRST = 4  # "Sort by: newest", "Log in to comment" and so on stand between the heading and comment 1.


def find_sections(looks: Sequence[Look]) -> list[tuple[int, int | None]]:
    """Return the units that may head a comment section, each with the number of comments that it states (or None)."""
    lists = speech()
    found: list[tuple[int, int | None]] = []
    for position, line in enumerate(looks):
        if not line.short and line.unit.words > 25:
            continue
        if lists.counted_sections.whole(line.words) is not None:
            number = re.search(r"\d+", line.words)
            found.append((position, int(number.group()) if number and len(number.group()) < 7 else 1))
        elif line.short and lists.bare_sections.whole(line.words) is not None:
            found.append((position, None))
    return found


def first_header(looks: Sequence[Look], headers: list[Header | None], section: int, counted: int | None) -> int | None:
    """Return where the first comment starts below a section's heading, or None where none does.

    Names without a verb or a date are taken for headers (and entered in `headers`) where they are list items, or where
    there are exactly as many of them as the heading counts comments.
    """
    for position in range(section + 1, min(section + 2 + _CONTROLS_BEFORE_FIRST, len(looks))):
        line = looks[position]
        if headers[position]:
            return position
        name = bare_name(line)
        if name and line.unit.marker and position + 1 < len(looks) and not looks[position + 1].unit.marker:
            _enter_marked_names(looks, headers, position)
            return position
        if name and counted and (names := _counted_names(looks, headers, position, counted)):
            for place in names:
                headers[place] = Header(looks[place].text, "bare", ("", ""), sure=True)
            return position
        if line.prose or not (line.rules or is_date(line.text)):
            return None
    return None


def counted_items(looks: Sequence[Look], section: int, counted: int | None) -> list[int]:
    """Return the list items of one kind below a section's heading if there are as many as it counts, else none."""
    first = section + 1
    if not counted or first >= len(looks) or not looks[first].unit.marker:
        return []
    kind, indent, found = marker_kind(looks[first].unit.marker), looks[first].unit.indent, list[int]()
    for position in range(first, len(looks)):
        unit = looks[position].unit
        if unit.marker and unit.indent == indent and marker_kind(unit.marker) == kind:
            found.append(position)
        elif unit.indent <= indent:
            break
    return found if len(found) == counted else []


def _enter_marked_names(looks: Sequence[Look], headers: list[Header | None], first: int) -> None:
    """Enter the list items that are a name, with their text below them and not behind them."""
    marker = looks[first].unit.marker
    kind = marker_kind(marker)
    for position in range(first, len(looks)):
        unit = looks[position].unit
        if marker_kind(unit.marker) != kind or unit.indent < looks[first].unit.indent:
            continue
        below = looks[position + 1].unit if position + 1 < len(looks) else None
        name = bare_name(looks[position])
        if name and below and not below.marker and (below.after_blank or below.indent > unit.indent):
            headers[position] = Header(name, "bare", ("", kind), sure=True)


def _counted_names(looks: Sequence[Look], headers: list[Header | None], first: int, counted: int) -> list[int]:
    """Return the places of lone names below `first` if there are as many as the section's heading counts."""
    names = [
        position
        for position in range(first, len(looks) - 1)
        if looks[position].unit.after_blank or position == first
        if bare_name(looks[position]) and not headers[position] and bare_name(looks[position + 1]) is None
    ]
    return names if len(names) == counted else []


def without_section(looks: Sequence[Look], headers: Sequence[Header | None]) -> tuple[int | None, int | None]:
    """Return where comments start that have no heading, and where the header of a thread's first post stands.

    Such comments have two or more headers of one template, or one that is numbered 1. Without a marker or a date,
    "Anna siger:" introduces a quotation. A header above all prose is that of the thread's first post, which is the
    document's own text: a forum treats it as it treats the answers.
    """
    prose = next((position for position, line in enumerate(looks) if line.prose), len(looks))
    groups: dict[tuple[str, tuple[str, str]], list[int]] = {}
    for position, header in enumerate(headers):
        if header and header.sure and header.form in ("verb", "dated"):
            groups.setdefault((header.form, header.template), []).append(position)
    found: list[tuple[int, int | None]] = []
    for (form, template), places in groups.items():
        below = [place for place in places if place > prose]
        if form == "dated" and not template[0]:  # "Anna Berg, 3 May 2012" may also be the end of something else.
            below = [place for place in below if place + 1 < len(looks) and looks[place + 1].prose]
            # The first post of a thread has its text directly below.
            places = [place for place in places if place + 1 == prose or place in below]
        opening = places[0] if places and places[0] < prose else None
        numbered = form == "verb" and bool(below) and looks[below[0]].unit.marker.strip("().") == "1"
        if below and (len(places) >= 2 or numbered):
            found.append((below[0], opening))
    return min(found, default=(None, None), key=lambda places: places[0] or 0)
