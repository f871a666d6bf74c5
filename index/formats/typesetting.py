"""Takes back what setting a text in type does to its words: ligatures, marks that nobody sees, and broken words.

For formats whose text is taken out of a file: words are then found, and quoted, as they were written.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent.parent / "data" / "hyphens.toml"

UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""For `str.translate`: soft hyphens, blanks without width, word joiners."""
_WITHIN = re.compile("[\u200b\u2060\ufeff]|\u00ad(?![^\\S\\n]*\\n)")
"""The same, but for soft hyphens at which a word was broken."""

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
# The end of a line with the whole word before it, and the first word of the next line with what follows it directly. An
# address begins otherwise than a word does, and is left as it is.
_BROKEN = re.compile(
    r"(?<![^\s(\[«»\"“”'‘’„])((?:[^\W_]{1,40}-){0,3}[^\W_]{1,40})([-\u2010\u00ad])[^\S\n]*\n"
    r"[^\S\n]*([^\W_]{1,40})([^\s\w]?\S{0,40})([^\S\n]+|\n|\Z)"
)
_LEAST_BROKEN = 2
"""Letters before a break within a word: "e-post" has its hyphen anywhere."""


def as_written(pages: Sequence[str]) -> list[str]:
    """Pages with ligatures as letters, and words that were broken at the end of a line whole, at the end of that line.

    A word keeps its hyphen where the text writes it with one elsewhere and not without, where a capital or a figure is
    beside it, and where hardly anything stands before it. A hyphen for a part that two words share is no break.
    """
    pages = [_WITHIN.sub("", page.translate(_LIGATURES)) for page in pages]
    written = {word for page in pages for word in _WORD.findall(page.lower())}

    def whole(match: re.Match[str]) -> str:
        before, hyphen, after, rest, end = match.groups()
        if after.lower() in _words("suspended"):
            return match[0]
        joined = before + after if hyphen == "\u00ad" or _is_broken(before, after, written) else f"{before}-{after}"
        return f"{joined}{rest}" + ("\n" if end else "")

    return [_BROKEN.sub(whole, page).translate(UNSEEN) for page in pages]


def _is_broken(before: str, after: str, written: set[str]) -> bool:
    if not (before[-1].islower() and after[0].islower()):
        return False
    if (before + after).lower() in written:
        return True
    part = before.rpartition("-")[2]
    # "Liverpool-spilleren": of a name only what else the text writes tells.
    if len(part) < _LEAST_BROKEN or part in _words("short"):
        return False
    return part.islower() and f"{before}-{after}".lower() not in written


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(tomllib.loads(DATA.read_text(encoding="utf-8"))[name])
