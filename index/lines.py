"""Cuts a text into the units that the layout shows: paragraphs, list items and lone lines, with exact offsets."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.speech import speech

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
    first = 0
    for position in range(1, len(lines) + 1):
        if position < len(lines) and _continues(text, lines[first], lines[position - 1], lines[position], width):
            continue
        found.append(_unit(text, lines[first], lines[position - 1]))
        first = position
    return found


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
        and _ending(text, line.start, line.end) not in _ENDINGS
    )


def _ending(text: str, start: int, end: int) -> str:
    """Return the last character before closing quotes, brackets and blanks."""
    position = end
    while position > start + 1 and (text[position - 1] in _CLOSING or text[position - 1].isspace()):
        position -= 1
    return text[position - 1]


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does, before closing quotes, brackets and blanks."""
    stripped = line.rstrip()
    return bool(stripped) and _ending(stripped, 0, len(stripped)) in _ENDINGS


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
        _ending(text, body, last.end),
    )
