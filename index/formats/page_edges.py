"""What is printed at the top and the bottom of every page: running titles, page numbers, names and dates of files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

_EDGE_LINES = 3
"""Lines at an edge of a page that may be furniture: a title, a date and a number."""
_LEAST_PAGES = 3
_LEAST_SHARE = 0.3
"""Of the pages: left and right ones have titles of their own, and chapters change them."""
_LONGEST = 120
_DIGITS = re.compile(r"\d+")
# "12", "– 12 –", "Page 3 of 10", "Side 3 av 10", "Sida 3 (10)", "s. 3", "12 | 40"
_NUMBER = re.compile(r"\W*(?:(?:page|side|sida|sidan|s|p|pp)\.?\s*)?#(?:\s*(?:of|av|af|/|\||\(|-|–)\s*#)?\W*")
REASON = "page header or footer"


def edges_of(pages: Sequence[Sequence[str]], *, titled: bool = False) -> list[frozenset[int]]:
    """Return of each page the places of the lines that every page repeats.

    A line is repeated where it stands at the edge of three pages and of three in ten, whatever figures are in it; of
    two pages, at the edge of both, if it has a figure. The first line of the first page is the title that the others
    repeat, unless it has figures or an address. A page's number is furniture where two pages have one alike: "2010."
    may be the end of a sentence. What stands at no page's edge is never furniture.

    Args:
        pages: the lines of each page that has any, without outer blanks.
        titled: whether the title is known to be another line.
    """
    counts = Counter(shape for page in pages for shape in _edge_shapes(page))
    enough = max(_LEAST_PAGES, _LEAST_SHARE * len(pages))
    return [
        frozenset(
            place
            for place in _repeated(page, counts, enough, pages=len(pages))
            # What later pages repeat of the first one's first line is its title.
            if titled or number or place or not _is_title(page[place])
        )
        for number, page in enumerate(pages)
    ]


def _is_title(line: str) -> bool:
    """Whether it is some words; what programs print above every page has a date, a figure or an address."""
    return len(line.split()) > 1 and not any(sign.isdigit() or sign in "/@" for sign in line)


def _edge_shapes(page: Sequence[str]) -> set[str]:
    return {_shape(line) for line in (*page[:_EDGE_LINES], *page[-_EDGE_LINES:])}


def _shape(line: str) -> str:
    """A line without its figures; a sentence keeps them, because it says something else with other ones."""
    folded = " ".join(line.casefold().split())
    return folded if len(folded.split()) > 3 and folded[-1] in ".!?" else _DIGITS.sub("#", folded)


def _repeated(page: Sequence[str], counts: Counter[str], enough: float, *, pages: int) -> Iterator[int]:
    def repeats(line: str) -> bool:
        shape = _shape(line)
        if counts[shape] > 1 and _NUMBER.fullmatch(shape):
            return True
        both = pages == 2 and counts[shape] == 2 and "#" in shape
        return len(line) <= _LONGEST and (both or counts[shape] >= enough)

    top = 0
    while top < min(_EDGE_LINES, len(page)) and repeats(page[top]):
        top += 1
    bottom = len(page)
    while bottom > max(top, len(page) - _EDGE_LINES) and repeats(page[bottom - 1]):
        bottom -= 1
    yield from (*range(top), *range(bottom, len(page)))
