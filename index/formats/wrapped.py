"""Finds the lines of a PDF that were one before they were set: a line ends where the next word did not fit.

A paragraph that goes over the end of a column or a page is one; what stands between its halves (notes, captions, what
every page repeats) comes after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from index.formats.set_lines import Line
from index.lines import ends_sentence, marker_length

_BESIDE = 4
"""Lines above and below that tell how long a line can be: a page may have columns, and boxes of their own width."""
_FULL = 0.93
"""Of the longest of them, with the next word, by `_width`: letters are not equally wide in every font."""
_SURELY_FULL = 0.97
"""The same of a line that ends a sentence, so that a paragraph may end there."""
_NARROWEST = 25
"""Characters of a line that goes on with a capital; narrower lines are tables and labels."""
_NARROWEST_OPEN = 12
"""The same of one that goes on in lower case."""
_COLUMN = 40
"""Characters of the longest line around: on a page of titles and names nothing was wrapped."""
_SET = 0.7
"""Times as much of both is enough where lines are known to stand at the usual distance, one below the other."""
_SAME_SIZE = 0.06
"""Of the larger one: how much two sizes may differ."""
_LARGER = 1.12
"""Than the text: a heading."""
_APART = 1.3
"""Of the usual distance of two lines: what is further away is another paragraph."""
_FARTHEST = 2.5
"""Of the size: the usual distance of two lines is below."""
_FREQUENT = 0.2
"""Of how often the most frequent distance is there, which is that of two paragraphs where most are short."""
_ROW = 0.3
"""Of the size: lines whose heights differ by less are cells of a row."""
_INDENT = 0.6
"""Of the size: how far a paragraph's first line is set in."""
_HEADING_LINES = 5

_NARROW = frozenset("iljtfrI.,:;'’‘|!()[]- ")
_WIDE = frozenset("mwMWÆŒ—@%æœ")


@dataclass(slots=True)
class Block:
    """Lines that are one paragraph, list item, heading, or row of a table.

    `edge` tells that it is what pages repeat, `apart` that there is more room above it than between lines.
    """

    lines: list[Line]
    edge: bool
    apart: bool

    @property
    def text(self) -> str:
        """Its lines, one below the other."""
        return "\n".join(line.text for line in self.lines)


def text_size(lines: Sequence[Line]) -> float:
    """Return the size that most characters have."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def blocks_of(lines: Sequence[Line], edges: Set[int]) -> list[Block]:
    """Return the lines of a document in blocks, each where its first line stands.

    Args:
        lines: of all pages, in order.
        edges: the places of those that every page repeats.
    """
    return list(_Flow(lines, edges).blocks())


class _Flow:
    def __init__(self, lines: Sequence[Line], edges: Set[int]) -> None:
        self._lines, self._edges = lines, edges
        self._places = [place for place in range(len(lines)) if place not in edges]
        self._text = [lines[place] for place in self._places]
        self._size = text_size(self._text)
        self._distances = _distances(self._text)

    def blocks(self) -> Iterator[Block]:
        """Put each line below the one it goes on from: the line above, or the last of the text before a break."""
        found: list[Block] = []
        current: Block | None = None
        waiting: tuple[Block, int] | None = None  # A paragraph that has not ended, and the place of its last line.
        broken = False  # Whether a column or a page has ended since.
        number = 0
        for place, line in enumerate(self._lines):
            if place in self._edges:
                found.append(Block([line], edge=True, apart=True))
                continue
            breaks = number > 0 and self._breaks(number - 1)
            broken = broken or breaks
            if current is not None and (
                self._resumes(number - 1, number) if breaks else self._goes_on(number - 1, current)
            ):
                current.lines.append(line)
            elif waiting is not None and broken and self._resumes(waiting[1], number):
                current = waiting[0]
                current.lines.append(line)
            else:
                current = Block([line], edge=False, apart=breaks or self._is_apart(number))
                found.append(current)
            if self._is_text(line):
                waiting, broken = (None if ends_sentence(line.text) else (current, number)), False
            number += 1
        yield from found

    def _is_text(self, line: Line) -> bool:
        return same_size(line.size, self._size)

    def _breaks(self, number: int) -> bool:
        """Whether a column or a page ends with a line."""
        above, below = self._text[number], self._text[number + 1]
        return above.page != below.page or below.height > above.height + above.size

    def _is_apart(self, number: int) -> bool:
        if not number:
            return True
        above, below = self._text[number - 1], self._text[number]
        usual = self._distances.get(below.size, self._distances.get(above.size))
        return not same_size(above.size, below.size) or (
            usual is not None and above.height - below.height > _APART * usual
        )

    def _resumes(self, number: int, later: int) -> bool:
        """Whether a line of the text goes on in one behind the end of its column or page."""
        above, below = self._text[number], self._text[later]
        if not (self._is_text(above) and self._is_text(below)) or ends_sentence(above.text) or _is_marked(below):
            return False
        return self._is_open(number, below)

    def _goes_on(self, number: int, block: Block) -> bool:
        above, below = self._text[number], self._text[number + 1]
        distance = above.height - below.height
        if not same_size(above.size, below.size) or (above.size and abs(distance) < _ROW * above.size):
            return False
        usual = self._distances.get(above.size)
        if usual is not None and distance > _APART * usual:
            return False
        if above.size > _LARGER * self._size and above.bold == below.bold and len(block.lines) < _HEADING_LINES:
            return True
        if _is_marked(below):
            return False
        if not ends_sentence(above.text):
            return self._is_open(number, below)
        level = below.left <= above.left + _INDENT * above.size
        # A name in bold type begins what its bearer says.
        alike = above.bold == below.bold and (below.bold or not below.set_off)
        return bool(above.size) and level and alike and self._is_full(number, below, _SURELY_FULL)

    def _is_open(self, number: int, below: Line) -> bool:
        """Whether a sentence goes on in a line below: in lower case, or because its first word did not fit above."""
        above = self._text[number]
        if below.text[0].islower():
            return len(above.text) >= _NARROWEST_OPEN
        return above.bold == below.bold and self._is_full(number, below, _FULL)

    def _is_full(self, number: int, below: Line, share: float) -> bool:
        above = self._text[number]
        beside = [
            line
            for line in self._text[max(0, number - _BESIDE) : number + _BESIDE + 1]
            if line.page == above.page and same_size(line.size, above.size)
        ]
        usual = self._distances.get(above.size)
        known = above.size and usual is not None and above.height - below.height <= _APART * usual
        enough = _SET if known and abs(above.left - below.left) < _INDENT * above.size else 1.0
        if len(above.text) < enough * _NARROWEST or max(len(line.text) for line in beside) < enough * _COLUMN:
            return False
        longest = max(_width(line.text) for line in beside)
        return _width(f"{above.text} {below.text.split(maxsplit=1)[0]}") > share * longest


def _distances(lines: Sequence[Line]) -> dict[float, float]:
    """How far two lines of a paragraph are apart in each size: the smallest distance of those that are frequent."""
    counts: dict[float, Counter[float]] = {}
    for above, below in pairwise(lines):
        distance = above.height - below.height
        beside = above.page == below.page and above.size == below.size
        if beside and _ROW * above.size < distance < _FARTHEST * above.size:
            counts.setdefault(above.size, Counter())[round(distance, 1)] += 1
    return {
        size: min(distance for distance, count in found.items() if count >= _FREQUENT * max(found.values()))
        for size, found in counts.items()
    }


def same_size(one: float, other: float) -> bool:
    """Whether letters of two sizes look alike."""
    return abs(one - other) <= _SAME_SIZE * max(one, other)


def _is_marked(line: Line) -> bool:
    return marker_length(line.text, 0, len(line.text)) > 0


def _width(text: str) -> float:
    """Roughly how wide a text is, in letters of the usual width: those of Helvetica and Times differ alike."""
    narrow = sum(sign in _NARROW for sign in text)
    wide = sum(sign in _WIDE for sign in text)
    capitals = sum(sign.isupper() for sign in text)
    return len(text) - 0.5 * narrow + 0.5 * wide + 0.25 * capitals
