"""Where the words of a piece of HTML stand that somebody put into Markdown; the piece is stored as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from typing import Literal

from index.formats.web_blocks import BLOCKS, BREAKS, UNSEEN

_BLANKS = frozenset({"nbsp", "ensp", "emsp", "thinsp", "shy", "zwj", "zwnj"})
_VOID = frozenset({"meta", "link", "embed", "input"})
_Event = Literal["words", "inline", "block", "heading", "unseen"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What stands on lines of its own in a browser, from its first word to its last; tags between them are part of it.

    `level` is that of a heading, 1 to 6, else 0.
    """

    start: int
    end: int
    level: int


def find_stretches(html: str) -> Iterator[Stretch]:
    """Return the stretches that have words, in order; none for comments, and tags that are only opened or closed."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    events: list[tuple[int, _Event, int]] = [*reader.events, (len(html), "block", 0)]
    start = end = level = 0
    for (at, what, of), (following, *_) in pairwise([*events, events[-1]]):
        if what == "words":
            found = html[at:following]
            if found.strip():
                start = start if end else at + len(found) - len(found.lstrip())
                end = at + len(found.rstrip())
        elif what in ("block", "heading"):
            if end:
                yield Stretch(start, end, level)
            start = end = 0
            level = of


class _Reader(HTMLParser):
    """Notes where words and tags begin: each goes to where the next one does."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.events: list[tuple[int, _Event, int]] = []
        self._lines = [0, *(place + 1 for place, sign in enumerate(html) if sign == "\n")]
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in UNSEEN and tag not in _VOID:
            self._unseen.append(tag)
        self._note(*_of(tag))

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self._note(*_of(tag))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        self._note(_of(tag)[0], 0)

    def handle_data(self, data: str) -> None:
        self._note("unseen" if self._unseen else "words")

    def handle_entityref(self, name: str) -> None:
        self._note("inline" if name in _BLANKS else "words")

    def handle_charref(self, name: str) -> None:
        self._note("words")

    def handle_comment(self, data: str) -> None:
        self._note("unseen")

    def handle_decl(self, decl: str) -> None:
        self._note("unseen")

    def handle_pi(self, data: str) -> None:
        self._note("unseen")

    def unknown_decl(self, data: str) -> None:
        self._note("unseen")

    def _note(self, what: _Event, level: int = 0) -> None:
        line, column = self.getpos()
        self.events.append((self._lines[line - 1] + column, what, level))


def _of(tag: str) -> tuple[_Event, int]:
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        return "heading", int(tag[1])
    return ("block" if tag in BLOCKS or tag in BREAKS else "inline"), 0
