"""Finds the lines of a page that were one before they were set: a line ends where the next word did not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.lines import ends_sentence, marker_length
from index.records import Part

_BESIDE = 4
"""Lines above and below that tell how long a line can be: a page may have columns, and boxes of their own width."""
_FULL = 0.93
"""Of the longest of them, with the next word, in characters: those of a proportional font are not equally wide."""
_NARROWEST = 25
"""Characters; narrower lines are tables and labels."""
_COLUMN = 40
"""The same of the longest line around: on a page of titles and names nothing was wrapped."""


def wrapped(text: str, furniture: Sequence[Part]) -> list[Part]:
    """Return the stretches of two lines and more that were one, as parts of no kind, in order.

    A line that ends a sentence ends a stretch, too: what follows it may be a paragraph of its own.

    Args:
        text: as it is stored.
        furniture: its parts so far, in order.
    """
    lines = list(_lines(text, furniture))
    found: list[Part] = []
    begun = 0
    for place in range(1, len(lines) + 1):
        if place < len(lines) and _goes_on(text, lines, place - 1):
            continue
        if place - begun > 1:
            found.append(Part(None, lines[begun][0], lines[place - 1][1]))
        begun = place
    return found


def _lines(text: str, left_out: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Where each line stands, without outer blanks; one that is empty or within what is left out is (0, 0)."""
    position = 0
    others = iter(left_out)
    other = next(others, None)
    for raw in text.splitlines(keepends=True):
        content = raw.strip()
        start = position + len(raw) - len(raw.lstrip())
        while other is not None and other.end <= start:
            other = next(others, None)
        free = content and (other is None or start + len(content) <= other.start)
        yield (start, start + len(content)) if free else (0, 0)
        position += len(raw)


def _goes_on(text: str, lines: Sequence[tuple[int, int]], place: int) -> bool:
    (start, end), (following, its_end) = lines[place], lines[place + 1]
    if not end or not its_end or end - start < _NARROWEST or ends_sentence(text[start:end]):
        return False
    if marker_length(text, following, its_end):
        return False
    word = text[following:its_end].split(maxsplit=1)[0]
    if word[0].islower():
        return True
    beside = lines[max(0, place - _BESIDE) : place + _BESIDE + 1]
    longest = max(right - left for left, right in beside)
    return longest >= _COLUMN and end - start + 1 + len(word) > _FULL * longest
