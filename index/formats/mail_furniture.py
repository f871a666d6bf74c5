"""What stands below a message's text without being part of it: signatures, and what programs and lists add."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.formats.mail_rows import mail_words
from index.phrases import words_of

SIGNATURE = "e-mail signature"

_DASHES = re.compile(r"-- ?$|_{10,}$")
"""The line above a signature (RFC 3676, section 4.3), and the one that mailing lists write."""
_LONGEST = 70
_MOST_BELOW = 60
"""Lines from a signature on, with what programs add."""
_MOST_LINES = 10
"""A signature: name, title, company, street, town, two telephones, an address and a line of distance."""


def signature(lines: Sequence[str]) -> int | None:
    """Return the place of the line that a message's signature begins with, or None; `lines` are not blank."""
    for position, line in enumerate(lines):
        if _DASHES.match(line):
            return position
        if len(lines) - position > _MOST_BELOW or words_of(line[:_LONGEST]) not in mail_words()["closings"]:
            continue
        below = [other for other in lines[position + 1 :] if not automatic(other)]
        short = len(below) <= _MOST_LINES and all(len(other) <= _LONGEST for other in below)
        if short and not _speaks(below):
            return position
    return None


def _speaks(lines: Sequence[str]) -> bool:
    """Whether one of the lines is a sentence: then something is still said."""
    return any(line[-1] in ".?!" and len(line.split()) > 4 for line in lines)


def automatic(line: str) -> bool:
    """Whether a line is one that a program writes below every message."""
    words = words_of(line[:_LONGEST])
    return any(words == one or words.startswith(f"{one} ") for one in mail_words()["automatic"])
