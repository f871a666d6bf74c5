"""Cuts a text into the units that the layout shows: paragraphs, list items and lone lines, with exact offsets."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from index.speech import before_moment, speech

# "•", "-", "1.", "2)", "#" and their like, then a blank: what a list item or a heading starts with.
_MARKER = re.compile(r"(?:[•◦▪▫●○■□‣⁃∙·*+–—-]|#{1,6}|>|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))[^\S\n]+(?=\S)")
_WORD = re.compile(r"[^\W\d_]+")
_CLOSING = "\"'”’“‘»«)]}*_"
_ENDINGS = frozenset(".!?…:;。！？؟")
_WIDEST_WRAP = (
    130  # Wider lines come from programs that do not wrap; 65 to 100 columns is what mail and readers wrap at.
)
_NARROWEST_WRAP = 40
_TAB_COLUMNS = 4
_HEAD_LINES = 6
_MOST_BUTTONS = 5
_LONGEST_HEAD_LINE = 80


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph, list item or lone line.

    `text[start:end]` is the unit without outer blanks; `body` is where it starts after its list marker. `indent` is in
    columns. `after_blank` tells that a blank line, or nothing, stands above. `words` counts runs of non-blanks after
    the marker, `closed` that it ends as a sentence does.
    """

    start: int
    end: int
    body: int
    indent: int
    after_blank: bool
    marker: str
    words: int
    ending: str

    @property
    def closed(self) -> bool:
        """Whether the unit ends with sentence punctuation (before closing quotes and brackets)."""
        return self.ending in _ENDINGS


def units(text: str) -> list[Unit]:
    """Return a text's units in order; together they hold every non-blank character exactly once.

    Lines end where `str.splitlines` says. Lines that a program wrapped are put together again: those filled up to the
    document's width, those that go on in lower case, and a list item's indented continuation.
    """
    lines = list(_lines(text))
    width = _wrap_width(text, lines)
    found: list[Unit] = []
    first, head = 0, _head(text, lines, 0) if lines else _Head()
    for position in range(1, len(lines) + 1):
        below = lines[position] if position < len(lines) else None
        if (
            below is not None
            and position > head.end
            and (
                _continues(text, lines[first], lines[position - 1], below, width)
                or (position < head.item_end and _goes_on(text, lines[position - 1], below, head.width))
            )
        ):
            continue
        found.append(_unit(text, lines[first], lines[position - 1]))
        first = position
        if below is not None and below.marker and position >= head.item_end:
            head = _head(text, lines, position)
    return found


class _Head(NamedTuple):
    """The head of a comment that is a list item: the line below it, the line below the item, and the item's width."""

    end: int = 0
    item_end: int = 0
    width: int = 0


def _head(text: str, lines: Sequence[_Line], position: int) -> _Head:
    """Return the head of a comment that a list item starts with: its name and the moment, each a line of its own."""
    first = lines[position]
    if not first.marker:
        return _Head()
    item_end = position + 1
    while item_end < len(lines) and _in_item(first, lines[item_end]):
        item_end += 1
    for below in range(position, min(position + _HEAD_LINES, item_end)):
        line = lines[below]
        start = line.start + (marker_length(text, line.start, line.end) if below == position else 0)
        if line.end - start > _LONGEST_HEAD_LINE:
            break
        before = before_moment(text[start : line.end])
        if before == "" or (before and below == position):
            # Where the moment is all of the first line, the name stands below.
            end = min(below + (2 if below == position and before == "" else 1), item_end - 1)
            return _Head(end, item_end, max((_column(one) for one in lines[end:item_end]), default=0))
    return _Head()


def _goes_on(text: str, line: _Line, following: _Line, width: int) -> bool:
    """Whether a paragraph goes on in the next line of a comment, which is wrapped at the width of its longest line.

    A few words below the end of a sentence are rather the buttons at its foot.
    """
    if width > _WIDEST_WRAP or not _filled(text, line, following, width):
        return False
    words = len(text[following.start : following.end].split())
    return words > _MOST_BUTTONS or ending(text, line.start, line.end) not in _ENDINGS


def _in_item(first: _Line, line: _Line) -> bool:
    return not line.after_blank and not line.marker and line.indent > first.indent


def unit_of(text: str, start: int, end: int) -> Unit:
    """Return `text[start:end]`, which has no outer blanks, as one unit with nothing above it."""
    marker = text[start : start + marker_length(text, start, end)].rstrip()
    line = _Line(start, end, 0, True, marker)
    return _unit(text, line, line)


def unit_in_place(text: str, start: int, end: int) -> Unit:
    """Return `text[start:end]`, which has no outer blanks and begins its line, as one unit of its text."""
    line = text.rfind("\n", 0, start) + 1
    above = text[text.rfind("\n", 0, max(0, line - 1)) + 1 : line]
    indent = len(text[line:start].expandtabs(_TAB_COLUMNS))
    return replace(unit_of(text, start, end), indent=indent, after_blank=not above.strip())


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    indent: int
    after_blank: bool
    marker: str


def _lines(text: str) -> Iterator[_Line]:
    position, blank = 0, True
    for raw in text.splitlines(keepends=True):
        content = raw.strip()
        lead = len(raw) - len(raw.lstrip())
        if position == 0 and raw.startswith("\ufeff"):  # A byte order mark is no part of what the text says.
            lead = len(raw) - len(raw[1:].lstrip())
            content = content[1:].strip()
        if content:
            start = position + lead
            end = start + len(content)
            marker = text[start : start + marker_length(text, start, end)].rstrip()
            indent = len(raw[:lead].expandtabs(_TAB_COLUMNS))
            yield _Line(start, end, indent, blank, marker)
        blank = not content
        position += len(raw)


def _wrap_width(text: str, lines: Sequence[_Line]) -> int:
    """Return the column at which the text was wrapped by a program, or 0 where it was not.

    A wrapped text's lines are as long as they can be: the next line's first word would not have fitted.
    """
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if not b.after_blank and not b.marker]
    lengths = [_column(a) for a, _ in pairs if _NARROWEST_WRAP <= _column(a) <= _WIDEST_WRAP]
    if len(lengths) < 3 or len(lengths) < 0.6 * len(pairs):
        return 0
    width = max(lengths)
    full = sum(_filled(text, a, b, width) for a, b in pairs)
    return width if full >= 0.6 * len(pairs) else 0


def _column(line: _Line) -> int:
    return line.indent + line.end - line.start


def _filled(text: str, line: _Line, following: _Line, width: int) -> bool:
    # Slack for a width that is a little below the longest line (a word that stuck out), and for bounded work.
    word = text[following.start : min(following.end, following.start + width)].split(maxsplit=1)[0]
    return _NARROWEST_WRAP <= _column(line) <= width and _column(line) + 1 + len(word) > width - 4


def _continues(text: str, first: _Line, line: _Line, following: _Line, width: int) -> bool:
    if following.after_blank or following.marker or first.marker.startswith("#"):
        return False
    if first.marker and following.indent > first.indent:
        return True
    if width and _filled(text, line, following, width):
        return True
    return (
        line.end - line.start >= _NARROWEST_WRAP
        and text[following.start].islower()
        and not text.startswith(("http", "www."), following.start)
        and ending(text, line.start, line.end) not in _ENDINGS
        # What ends with a date names who wrote what stands below.
        and not (text[line.end - 1].isdigit() and before_moment(text[line.start : line.end]))
    )


def ending(text: str, start: int, end: int) -> str:
    """Return the last character before closing quotes, brackets and blanks."""
    position = end
    while position > start + 1 and (text[position - 1] in _CLOSING or text[position - 1].isspace()):
        position -= 1
    return text[position - 1]


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does, before closing quotes, brackets and blanks."""
    stripped = line.rstrip()
    return bool(stripped) and ending(stripped, 0, len(stripped)) in _ENDINGS


def marker_length(text: str, start: int, end: int) -> int:
    """Return how many characters of `text[start:end]` are its list marker and the blanks behind it, 0 without one."""
    marker = _MARKER.match(text, start, end)
    if marker is None:
        return 0
    if marker.group()[0].isdigit():
        word = _WORD.match(text, marker.end(), min(end, marker.end() + 20))
        if word and word.group().casefold() in speech().months:
            return 0  # "27. juli …" is a date.
    return marker.end() - start


def _unit(text: str, first: _Line, last: _Line) -> Unit:
    body = first.start + (marker_length(text, first.start, last.end) if first.marker else 0)
    return Unit(
        first.start,
        last.end,
        body,
        first.indent,
        first.after_blank,
        first.marker,
        len(text[body : last.end].split()),
        ending(text, body, last.end),
    )
