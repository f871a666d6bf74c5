"""What is printed at the top and the bottom of every page: running titles, page numbers, names and dates of files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from index.records import Part

_EDGE_LINES = 3
"""Lines at an edge of a page that may be furniture: a title, a date and a number."""
_LEAST_PAGES = 3
_LEAST_SHARE = 0.3
"""Of the pages: left and right ones have titles of their own, and chapters change them."""
_LONGEST = 120
_DIGITS = re.compile(r"\d+")
# "12", "– 12 –", "Page 3 of 10", "Side 3 av 10", "Sida 3 (10)", "s. 3", "12 | 40"
_NUMBER = re.compile(r"\W*(?:(?:page|side|sida|sidan|s|p|pp)\.?\s*)?#(?:\s*(?:of|av|af|/|\||\(|-|–)\s*#)?\W*")
_REASON = "page header or footer"


def join_pages(pages: Sequence[str]) -> tuple[str, list[Part]]:
    """Return the pages as one text, an empty line between two, and the parts of it that every page repeats.

    A line is repeated where it stands at the edge of three pages and of three in ten, whatever figures are in it; the
    first line of the first page is the title that the others repeat, unless it has figures or an address. A page's
    number is furniture at the edge of any page of several. What stands at no page's edge is never furniture.
    """
    written = [page.strip() for page in pages if page.strip()]
    counts = Counter(shape for page in written for shape in _edge_shapes(page))
    enough = max(_LEAST_PAGES, _LEAST_SHARE * len(written))
    parts: list[Part] = []
    start = 0
    for number, page in enumerate(written):
        parts += [
            Part("furniture", start + left, start + right, reason=_REASON)
            for place, (left, right) in enumerate(_furniture(page, counts, enough, several=len(written) > 1))
            # What later pages repeat of the first one's first line is its title.
            if number or place or page[:left].strip() or not _is_title(page[left:right])
        ]
        start += len(page) + 2
    return "\n\n".join(written), parts


def _is_title(line: str) -> bool:
    """Whether it is some words; what programs print above every page has a date, a figure or an address."""
    return len(line.split()) > 1 and not any(sign.isdigit() or sign in "/@" for sign in line)


def _lines(page: str) -> list[tuple[int, int]]:
    found, position = [], 0
    for raw in page.splitlines(keepends=True):
        if content := raw.strip():
            left = position + len(raw) - len(raw.lstrip())
            found.append((left, left + len(content)))
        position += len(raw)
    return found


def _edge_shapes(page: str) -> set[str]:
    lines = _lines(page)
    return {_shape(page[left:right]) for left, right in (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])}


def _shape(line: str) -> str:
    """A line without its figures; a sentence keeps them, because it says something else with other ones."""
    folded = " ".join(line.casefold().split())
    return folded if len(folded.split()) > 3 and folded[-1] in ".!?" else _DIGITS.sub("#", folded)


def _furniture(page: str, counts: Counter[str], enough: float, *, several: bool) -> Iterator[tuple[int, int]]:
    lines = _lines(page)

    def repeats(place: tuple[int, int]) -> bool:
        line = page[place[0] : place[1]]
        shape = _shape(line)
        if several and _NUMBER.fullmatch(shape):
            return True
        return len(line) <= _LONGEST and counts[shape] >= enough

    top = 0
    while top < min(_EDGE_LINES, len(lines)) and repeats(lines[top]):
        top += 1
    bottom = len(lines)
    while bottom > max(top, len(lines) - _EDGE_LINES) and repeats(lines[bottom - 1]):
        bottom -= 1
    yield from (*lines[:top], *lines[bottom:])
