"""What stands below an e-mail's text without being part of it: signatures, and what programs and lists add."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from index.phrases import DATA, read_names, words_of
from index.records import Part

_DASHES = re.compile(r"-- ?$|_{10,}$")
"""The line above a signature (RFC 3676, section 4.3), and the one that mailing lists write."""
_QUOTED = re.compile(r"\s*>")
_LONGEST = 70
_MOST_LINES = 10
"""A signature: name, title, company, street, town, two telephones, an address and a line of distance."""
_REASON = "e-mail signature"


def find_mail_furniture(text: str, start: int) -> list[Part]:
    """Return the signature of a message and what follows it, in order; quoted messages stay.

    Args:
        text: the stored text.
        start: where the body begins.
    """
    lines = list(_lines(text, start))
    quoted = _quoted(text, lines)
    own = [position for position in range(len(lines)) if position not in quoted]
    first = _signature(text, lines, own)
    found: list[Part] = []
    for position, (left, right) in enumerate(lines):
        line = text[left:right]
        inside = first is not None and position >= first and position not in quoted
        if inside or _is_automatic(line):
            found.append(Part("furniture", left, right, reason=_REASON))
    return found


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where the lines that are not blank stand, without outer blanks."""
    position = start
    for raw in text[start:].splitlines(keepends=True):
        if content := raw.strip():
            left = position + len(raw) - len(raw.lstrip())
            yield left, left + len(content)
        position += len(raw)


def _quoted(text: str, lines: Sequence[tuple[int, int]]) -> set[int]:
    """The positions of the lines of other messages, and of those that say whose they are ("Anna Berg skrev:")."""
    quoted = {position for position, (left, right) in enumerate(lines) if _QUOTED.match(text[left:right])}
    return quoted | {above - 1 for above in quoted if above and text[lines[above - 1][1] - 1] == ":"}


def _signature(text: str, lines: Sequence[tuple[int, int]], own: Sequence[int]) -> int | None:
    """The position of the line that the signature begins with, or None; `own` are the lines that are not quoted."""
    for position in own:
        left, right = lines[position]
        if _DASHES.match(text[left:right]):
            return position
        below = [lines[other] for other in own if other > position]
        short = len(below) <= _MOST_LINES and all(end - begin <= _LONGEST for begin, end in below)
        if short and words_of(text[left:right]) in _names()["closings"] and not _speaks(text, below):
            return position
    return None


def _speaks(text: str, lines: Sequence[tuple[int, int]]) -> bool:
    """Whether one of the lines is a sentence: then something is still said."""
    return any(text[right - 1] in ".?!" and len(text[left:right].split()) > 4 for left, right in lines)


def _is_automatic(line: str) -> bool:
    words = words_of(line)
    return any(words == one or words.startswith(f"{one} ") for one in _names()["automatic"])


@cache
def _names() -> dict[str, Sequence[str]]:
    return dict(read_names(DATA / "mail_furniture.toml"))
