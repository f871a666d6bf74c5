"""Finds what comments and posts quote of one another: "Anna wrote:" above it, as pages, copies and mails have it.

What is quoted is never its quoter's. It is given to whom the line above names, or to who wrote the same words before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index.comments import Mark
from index.headers import name_and_date, verb_header
from index.looks import Look
from index.phrases import words_of
from index.records import SegmentKind
from index.speech import clean_name, known_name, speech

INTRODUCES = "names who is quoted"
_LONGEST_LINE = 12
"""Words of a line that names whom a post quotes."""
_LEAST_SAME = 20
"""Letters: so many are not written twice by chance."""
_LONGEST_NAMED = 60
"""Letters before the colon in "Anna Berg wrote: I do not think so"."""
_ARROWS = "↑⬆:» "


@dataclass(frozen=True, slots=True)
class Quoted:
    """The places of units that are quoted, each with whom (None where nobody knows), and of the lines that say whom."""

    names: dict[int, str | None] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)


def find_quoted(
    looks: Sequence[Look], marks: Sequence[Mark | None], kinds: Sequence[SegmentKind], author: str | None
) -> Quoted:
    """Return what the comments of a text quote of one another."""
    search = _Search(looks, marks, kinds, author)
    if any(mark is not None and mark.number for mark in marks):
        position = 0
        while position < len(looks):
            position = search.step(position)
    return search.found


class _Search:
    def __init__(
        self, looks: Sequence[Look], marks: Sequence[Mark | None], kinds: Sequence[SegmentKind], author: str | None
    ) -> None:
        self.looks, self.marks, self.kinds, self.author = looks, marks, kinds, author
        names = {mark.name for mark in marks if mark is not None and mark.name} | ({author} if author else set())
        self.writers = {words_of(name): name for name in names}
        self.found = Quoted()
        self._said: list[tuple[int, int, str]] = []

    def step(self, position: int) -> int:
        """Look at a unit of a comment, and at what it introduces; return the next one."""
        number = self._number(position)
        if not number:
            return position + 1
        named: list[str] = []
        at = position
        while self._number(at) == number and (name := self._introduced(self.looks[at].text, at)) is not None:
            named.append(name)
            self.found.lines.add(at)
            at += 1
        if not named and self.kinds[position] != "quotation":
            return position + 1
        end = self._end(at, number, self.looks[position].unit.indent)
        if end == at and self._number(at) == number:
            # Nothing shows where the quotation ends: what follows is nobody's, if it is all there is.
            self.found.names[at] = named[-1] if len(named) == 1 and self._number(at + 1) == number else None
            return at + 1
        self._give(range(at, end), named[0] if len(named) == 1 else None)
        return max(end, position + 1)

    def _give(self, places: range, name: str | None) -> None:
        """Note whose each unit of a quotation is; behind one within it only known words are told from the outer's."""
        for place in places:
            inner, text = self._inner(place)
            if inner:
                name = None
            self.found.names[place] = inner or name or self._writer_of(place, text)

    def _inner(self, position: int) -> tuple[str | None, str]:
        """Return whom a quotation names in its own first line, or before its text, and the rest of it."""
        text = self.looks[position].text
        for end in (text.find("\n"), text.find(":", 0, _LONGEST_NAMED) + 1):
            if end > 0 and (name := self._introduced(text[:end], position)):
                return name, text[end:]
        return None, text

    def _number(self, position: int) -> int:
        mark = self.marks[position] if position < len(self.marks) else None
        text = mark is not None and mark.role == "body" and self.kinds[position] not in ("furniture", "byline")
        return mark.number if mark is not None and text else 0

    def _introduced(self, line: str, position: int) -> str | None:
        """Return whom a line names as who said what follows, or None."""
        text = line.strip(_ARROWS)
        tokens = text.split()
        if not tokens or len(tokens) > _LONGEST_LINE:
            return None
        if not (line.rstrip().endswith((":", "↑")) or self.kinds[position] == "quotation"):
            return None
        words = words_of(text)
        if known := self.writers.get(words):
            return known
        if lead := next((lead for lead in speech().quoted_from if words.startswith(lead + " ")), None):
            name, _ = name_and_date(tokens[len(lead.split()) :])
            return self._known(name)
        header = verb_header([*tokens[:-1], tokens[-1] + ":"], "")
        return self._known(header.name) if header and header.name else None

    def _known(self, name: str) -> str | None:
        """Return a name as its bearer writes it."""
        return self.writers.get(words_of(name)) or known_name(clean_name(name))

    def _end(self, start: int, number: int, indent: int) -> int:
        """Return where a quotation ends that shows it: by its element, its marks, its indent, or by its words."""
        indented = indent > min(self._indents(start, number), default=indent)
        at = start
        while self._number(at) == number and (
            self.kinds[at] == "quotation"
            or self.looks[at].unit.marker == ">"
            or (indented and self.looks[at].unit.indent >= indent)
            or self._writer_of(at, self.looks[at].text) is not None
        ):
            at += 1
        return at

    def _indents(self, start: int, number: int) -> list[int]:
        found: list[int] = []
        while self._number(start) == number:
            found.append(self.looks[start].unit.indent)
            start += 1
        return found

    def _writer_of(self, position: int, text: str) -> str | None:
        """Return who wrote the same words before, in an article or in a comment of their own."""
        words = words_of(text)
        if len(words) < _LEAST_SAME:
            return None
        if not self._said:
            self._said = [
                (place, mark.number if mark is not None else 0, words_of(line.text))
                for place, (line, mark) in enumerate(zip(self.looks, self.marks, strict=True))
                if self.kinds[place] in ("paragraph", "list_item", "comment")
            ]
        own = self._number(position)
        for place, number, said in self._said:
            if place >= position:
                return None
            if number != own and place not in self.found.names and words in said:
                mark = self.marks[place]
                return mark.name if mark is not None and number else self.author
        return None
