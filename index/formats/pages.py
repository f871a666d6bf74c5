"""Lays the lines of a document's pages out as a text: paragraphs whole, the title and headings told by their size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, pairwise

from index.formats.extracted import Extracted
from index.formats.page_edges import REASON, edges_of
from index.formats.page_lists import CONTENTS, contents_of, items_of
from index.formats.set_lines import Line
from index.formats.typesetting import as_written
from index.formats.wrapped import Block, blocks_of, text_size
from index.lines import ending
from index.records import Fact, Part

_HEADING = 1.15
"""Times the size of the text."""
_TITLE = 1.25
_LONGEST_HEADING = 25
"""Words; a lead is longer, or ends as a sentence does."""
_SMALL = 0.95
_EDGE_LINES = 3
_LONGEST_TITLE = 40
"""Words of what is as large as a title."""
_SHORTEST_HEADING = 3
"""Letters: the large one that a text begins with is none."""


def laid_out(lines: Sequence[Line], facts: Sequence[Fact]) -> Extracted:
    """Return the lines of a document as one text: those of a block below one another, an empty line where there is room
    between two blocks, or a page ends.

    What is printed at the edge of every page stays in the text, as furniture; where a paragraph goes over the end of a
    page it comes after it. Words that were broken at the end of a line are whole. A block of several lines is a unit. A
    line in larger letters is a heading, and the largest of the first page the title.

    Args:
        lines: of all pages, in order; there is one at least.
        facts: what the file states about itself.
    """
    blocks = blocks_of(lines, frozenset(_edges(lines)))
    written = as_written([block.text for block in blocks])
    between = ["", *(_between(above, below) for above, below in pairwise(blocks))]
    ends = accumulate(len(room) + len(text) for room, text in zip(between, written, strict=True))
    spans = [(end - len(text), end) for end, text in zip(ends, written, strict=True)]
    text = "".join(room + text for room, text in zip(between, written, strict=True))
    parts = tuple(_parts(blocks, spans, text_size(lines)))
    return Extracted(text + "\n", tuple(facts), parts, tuple(_set_off(blocks, spans)))


def _set_off(blocks: Sequence[Block], spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is bold at the beginnings of blocks: names of who speaks may be."""
    for block, (start, end) in zip(blocks, spans, strict=True):
        length = len(block.lines[0].text[: block.lines[0].set_off].rstrip())
        if length and not block.edge:
            yield start, min(end, start + length)


def _edges(lines: Sequence[Line]) -> Iterator[int]:
    """The places of the lines that pages repeat."""
    least = _TITLE * text_size(lines)
    pages = [list(page) for _, page in groupby(lines, key=lambda line: line.page)]
    large = [0 < least <= line.size for line in pages[0]]
    found = edges_of([[line.text for line in page] for page in pages], titled=any(large) and not large[0])
    first = 0
    for page, places in zip(pages, found, strict=True):
        yield from (first + place for place in places)
        first += len(page)
    if len(pages) == 1:
        yield from _edges_of_one(pages[0], text_size(lines))


def _edges_of_one(page: Sequence[Line], size: float) -> Iterator[int]:
    """The first lines of a single page that are smaller than its text and say its number, or the title, perhaps in
    part; nothing repeats them."""
    large = "".join(line.text for line in page if line.size >= _TITLE * size).replace(" ", "")
    for place, line in enumerate(page[:_EDGE_LINES]):
        if line.size >= size * _SMALL or not (line.text.isdigit() or large.startswith(line.text.replace(" ", ""))):
            return
        yield place


def _between(above: Block, below: Block) -> str:
    another_page = above.lines[0].page != below.lines[0].page
    return "\n\n" if below.apart or above.edge or another_page else "\n"


def _parts(blocks: Sequence[Block], spans: Sequence[tuple[int, int]], size: float) -> Iterator[Part]:
    """What the looks of each block say that it is."""
    title, items, contents = _title(blocks, size), items_of(blocks), contents_of(blocks)
    for place, (block, (start, end)) in enumerate(zip(blocks, spans, strict=True)):
        if block.edge or place in contents:
            yield Part("furniture", start, end, reason=REASON if block.edge else CONTENTS)
        elif _is_heading(block, size):
            yield Part("title" if block is title else "heading", start, end)
        elif place in items:
            yield Part("list_item", start, end)
        elif len(block.lines) > 1:
            yield Part(None, start, end)


def _title(blocks: Sequence[Block], size: float) -> Block | None:
    """The largest heading of the first page, if it is larger than others."""
    first = [block for block in blocks if block.lines[0].page == blocks[0].lines[0].page]
    likely = [block for block in first if _is_heading(block, size) and block.lines[0].size >= _TITLE * size]
    return max(likely, key=lambda block: block.lines[0].size, default=None)


def _is_heading(block: Block, size: float) -> bool:
    if block.edge or not size or block.lines[0].size < _HEADING * size:
        return False
    text = block.text
    longest = _LONGEST_TITLE if block.lines[0].size >= _TITLE * size else _LONGEST_HEADING
    if sum(map(str.isalpha, text)) < _SHORTEST_HEADING or len(text.split()) > longest:
        return False
    return ending(text, 0, len(text)) not in ".:;"
