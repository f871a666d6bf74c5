"""Mends what trafilatura left out of a page's main text: words inside of a paragraph, and blocks between others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from index.formats.web_order import NOBODY
from index.formats.web_shown import Place, Shown

_MANY_WORDS, _SOME_WORDS = 0.6, 0.3
"""Of a block's, all kept of one text: the others are words of it that were lost. Of one that is full of links, more."""
_COLUMN_WORDS = 40
"""An element that holds so many words of the main text is where that text is."""
_SENTENCE_WORDS = 12
_MOST_LINKED = 0.3
"""Of a block's letters: above that it is a link to something else."""

_MAIN = Place()


def whole_blocks(page: Sequence[Shown], owners: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return the blocks of which most words are kept as one text and the rest as none: all of it is that text.

    By position, with the position of what is kept. Names of keys and menus are often left out of manuals' sentences.
    """
    found: dict[int, int] = {}
    for at, (block, of_block) in enumerate(zip(page, owners, strict=True)):
        counts = Counter(of_block)
        if counts.pop(NOBODY, 0) and len(counts) == 1 and block.place == _MAIN:
            owner, words = next(iter(counts.items()))
            if words >= (_SOME_WORDS if block.linked <= _MOST_LINKED else _MANY_WORDS) * len(of_block):
                found[at] = owner
    return found


def left_out(page: Sequence[Shown], owners: Sequence[Sequence[int]], is_text: Sequence[bool]) -> Iterator[int]:
    """Return the blocks of which nothing is kept, that stand in a column of the main text between what is kept of it.

    Before and behind that only sentences, and the list that follows the last of them.

    Args:
        page: what the page shows.
        owners: of each of its words.
        is_text: of everything that is kept, whether it is running text; the lines above that are seldom text.
    """
    linked = _linked(page)
    columns: dict[int, list[int]] = {}
    kept: dict[int, list[int]] = {}
    for at, (block, of_block) in enumerate(zip(page, owners, strict=True)):
        if block.place == _MAIN:
            columns.setdefault(block.column, []).append(at)
            if any(owner != NOBODY and is_text[owner] for owner in of_block):
                kept.setdefault(block.column, []).append(at)
    for column, places in kept.items():
        if sum(len(owners[at]) for at in places) < _COLUMN_WORDS:
            continue
        first, end = places[0], _end(page, places[-1], column)
        for at in columns[column]:
            block = page[at]
            if block.hidden or any(owner != NOBODY for owner in owners[at]) or linked[at] > _MOST_LINKED:
                continue
            if first < at < end or _is_sentence(block.text):
                yield at


def _is_sentence(text: str) -> bool:
    return text[-1] in ".!?:" and len(text.split()) >= _SENTENCE_WORDS


def _end(page: Sequence[Shown], last: int, column: int) -> int:
    """Return where a column of text ends: behind the list that follows what is kept last of it."""
    at = last + 1
    while at < len(page) and page[at].kind == "list_item" and page[at].column == column:
        at += 1
    return at


def _linked(page: Sequence[Shown]) -> list[float]:
    """Return how much of each block is links; of a list item, the share in its list."""
    shares: list[float] = []
    for (kind, _), run in groupby(page, key=lambda block: (block.kind, block.column)):
        blocks = list(run)
        letters = sum(len(block.text) for block in blocks)
        share = sum(block.linked * len(block.text) for block in blocks) / letters
        shares += [share if kind == "list_item" else block.linked for block in blocks]
    return shares
