"""Finds lists by how they are set: items that are set in, and tables of contents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.formats.wrapped import Block, same_size, text_size

CONTENTS = "table of contents"
_LEAST_ITEMS = 2
_LEAST_ENTRIES = 3
_SET_IN = 1.0
"""Times the size: a paragraph's first line is set in less, or its other lines are not."""
_SAME_PLACE = 1.0
"""Points."""
_LEADER = ".…·_ \u00a0\t\n"
_LEAST_DOTS = 3
_LONGEST_ENTRY = 300
"""Characters."""
_LONGEST_NUMBER = 4


class _Entry(NamedTuple):
    title: str
    page: int
    dotted: bool


def items_of(blocks: Sequence[Block]) -> frozenset[int]:
    """Return the places of the items of lists without marks: blocks in a row, set in further than what is above and
    below, each line below the other. A browser draws the marks, so that they are no text."""
    size = text_size([line for block in blocks if not block.edge for line in block.lines])
    free = [place for place, block in enumerate(blocks) if not block.edge]
    found: set[int] = set()
    run: list[int] = []
    above: float | None = None
    for place in free:
        block = blocks[place]
        left = block.lines[0].left
        if run and _is_item(block, size) and abs(left - blocks[run[0]].lines[0].left) < _SAME_PLACE:
            run.append(place)
            continue
        if len(run) >= _LEAST_ITEMS and left < blocks[run[0]].lines[0].left - _SAME_PLACE:
            found.update(run)
        if run:
            above = blocks[run[-1]].lines[-1].left
        run = [place] if above is not None and left > above + _SET_IN * size and _is_item(block, size) else []
        if not run:
            above = block.lines[-1].left
    return frozenset(found)


def _is_item(block: Block, size: float) -> bool:
    first = block.lines[0]
    if not size or first.bold or not same_size(first.size, size):
        return False
    return all(abs(line.left - first.left) < _SAME_PLACE or line.page != first.page for line in block.lines)


def contents_of(blocks: Sequence[Block]) -> frozenset[int]:
    """Return the places of the entries of a table of contents: titles with the numbers of their pages, rising, most of
    them with dots between, or standing again above what they are titles of."""
    titles = {_plain(block.text) for block in blocks if not block.edge}
    found: set[int] = set()
    for run in _rising(blocks):
        entries = [entry for place in run if (entry := _entry(blocks[place])) is not None]
        if 2 * sum(entry.dotted or _plain(entry.title) in titles for entry in entries) > len(entries):
            found.update(run)
    return frozenset(found)


def _rising(blocks: Sequence[Block]) -> Iterator[list[int]]:
    """The places of what may be entries, in a row and with rising numbers."""
    run: list[int] = []
    last = 0
    for place, block in enumerate(blocks):
        if block.edge:
            continue
        entry = _entry(block)
        if entry is None or (run and entry.page < last):
            if len(run) >= _LEAST_ENTRIES:
                yield run
            run = []
        if entry is not None:
            run.append(place)
            last = entry.page
    if len(run) >= _LEAST_ENTRIES:
        yield run


def _entry(block: Block) -> _Entry | None:
    """What a block is as an entry: some words, a number of a page, and blanks or dots between the two."""
    text = block.text
    title = text.rstrip("0123456789")
    if not 0 < len(text) - len(title) <= _LONGEST_NUMBER or len(text) > _LONGEST_ENTRY:
        return None
    words = title.rstrip(_LEADER)
    if not any(map(str.isalpha, words)) or words == title:
        return None
    dots = sum(not sign.isspace() for sign in title[len(words) :])
    return _Entry(words, int(text[len(title) :]), dots >= _LEAST_DOTS)


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
