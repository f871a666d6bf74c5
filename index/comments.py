"""Finds the comments under an article, and who wrote each. No commenter is ever guessed."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from index.comment_heads import Repeated, are_controls, find_repeated
from index.comment_starts import counted_items, find_sections, first_header, without_section
from index.headers import Header, header_of, like, marker_kind
from index.lines import Unit, units
from index.looks import Look, look
from index.speech import before_moment, is_date

_LONGEST_HEADER_WORDS = 14
_HEAD = "date or rank of a commenter"
_PINGBACK = "pingback or trackback"  # the reason in data/furniture.toml


@dataclass(frozen=True, slots=True)
class Mark:
    """What a unit is in the comment section: its heading, a comment's header or body, or furniture with a reason.

    An "opening" is the header of a thread's first post, which is the document's own text.
    Comments are numbered from 1 in the order of the text; `name` is None for a comment whose writer is not named.
    """

    role: Literal["section", "opening", "header", "body", "furniture"]
    number: int = 0
    name: str | None = None
    reason: str | None = None


def find_comments(looks: Sequence[Look]) -> list[Mark | None]:
    """Return for each unit what it is in a comment section, or None where it is in none."""
    sections = find_sections(looks)
    repeated = find_repeated(looks, [place for place, _ in sections])
    marks = _by_headers(looks, sections)
    if repeated is None:
        return marks
    others, named = _by_repeated(looks, repeated), len({mark.number for mark in marks if mark and mark.name})
    more = len(repeated.heads) > named or (len(repeated.heads) == named and _said(others) > _said(marks))
    return others if more else marks


def _said(marks: Sequence[Mark | None]) -> int:
    return sum(mark is not None and mark.role == "body" for mark in marks)


def _by_repeated(looks: Sequence[Look], found: Repeated) -> list[Mark | None]:
    """Return the marks of comments that are told by what repeats; each ends at the buttons at its foot."""
    marks: list[Mark | None] = [None] * len(looks)
    headers: list[Header | None] = [None] * len(looks)
    heads = list(found.heads)
    if found.section is not None:
        marks[found.section] = Mark("section")
        for position in range(found.section + 1, heads[0].start):
            marks[position] = Mark("furniture", reason="comment controls")
    elif not any(line.prose for line in looks[: heads[0].start]):
        opening = heads.pop(0)  # of a thread: the document's own text
        for position in range(opening.start, opening.end):
            marks[position] = Mark("furniture", reason=_HEAD)
        marks[opening.place] = Mark("opening", name=opening.name)
    for head in heads:
        for position in range(head.start, head.end):
            marks[position] = Mark("furniture", reason=_HEAD) if position != head.place else None
        headers[head.place] = Header(head.name, "bare", ("", ""), sure=True)
    if heads:
        last = max(found.feet, default=0)
        left = min(looks[n].unit.indent for head in heads for n in range(head.start, min(head.end + 1, len(looks))))
        _Walk(looks, headers, marks, heads[0].place, left=left, feet=found.feet, last=last).run()
    return marks


def _by_headers(looks: Sequence[Look], sections: Sequence[tuple[int, int | None]]) -> list[Mark | None]:
    """Return the marks of comments that a heading of the section or a header with a verb or a date begins."""
    marks: list[Mark | None] = [None] * len(looks)
    headers = [header_of(line, looks[i + 1] if i + 1 < len(looks) else None) for i, line in enumerate(looks)]
    for section, counted in sections:
        first = first_header(looks, headers, section, counted)
        if first is None and (items := counted_items(looks, section, counted)):
            _mark_items(looks, marks, items)
            marks[section] = Mark("section")
            return marks
        if first is None:
            if counted:
                marks[section] = Mark("furniture", reason="number of comments")
            continue
        marks[section] = Mark("section")
        for position in range(section + 1, first):
            marks[position] = Mark("furniture", reason="comment controls")
        _Walk(looks, headers, marks, first).run()
        return marks
    first, opening = without_section(looks, headers)
    if first is not None:
        header = headers[opening] if opening is not None else None
        if opening is not None and header:
            marks[opening] = Mark("opening", name=header.name)
        _Walk(looks, headers, marks, first).run()
    return marks


def _mark_items(looks: Sequence[Look], marks: list[Mark | None], items: Sequence[int]) -> None:
    """Note list items that are comments, each with whom its first line names, and what is set as far in below them."""
    for number, (start, end) in enumerate(pairwise([*items, len(looks)]), 1):
        head, _, rest = looks[start].text.partition("\n")
        header = header_of(look(head, units(head))[0], None) if rest and head.strip() else None
        for position in range(start, end):
            if position > start and (
                looks[position].unit.marker or looks[position].unit.indent <= looks[start].unit.indent
            ):
                break
            marks[position] = Mark("body", number, header.name if header else None)


@dataclass(slots=True)
class _Walk:
    """Goes through a comment section from its first header, and notes what each unit is."""

    looks: Sequence[Look]
    headers: list[Header | None]
    marks: list[Mark | None]
    first: int
    number: int = 0
    name: str | None = None
    indent: int = 0
    inside: bool = False
    pingback: bool = False
    empty: bool = True
    left: int | None = None
    feet: Set[int] = frozenset()
    last: int = 0

    def run(self) -> None:
        """Note all marks, from the first header to the end of the page."""
        for position in range(self.first, len(self.looks)):
            if self.marks[position] is None:
                self._step(position)

    def _step(self, position: int) -> None:
        line = self.looks[position]
        header = self.headers[position]
        if position in self.feet:
            self.marks[position] = Mark("furniture", self.number, reason="comment controls")
            self.inside = self.inside and self.empty  # Some pages have the buttons above what is said.
        elif any(rule.reason == _PINGBACK for rule in line.rules):
            self.inside, self.pingback = False, True
            self.marks[position] = Mark("furniture", reason=_PINGBACK)
        elif header and self._accepts(position, header):
            self._open(header.name)
            self.indent = line.unit.indent
            self.marks[position] = Mark("header", self.number, self.name)
        elif (alike := self._made_alike(position)) is not None:
            self._open(alike.name)
            self.indent = line.unit.indent
            self.marks[position] = Mark("header", self.number, self.name)
        elif self._is_unreadable(position):
            self._open(None)
            self.indent = line.unit.indent
            self.marks[position] = Mark("header", self.number)
        elif self._is_unnamed(position) or self._is_outside_reply(line) or self._is_between(position):
            self._open(None)
            self.indent = line.unit.indent
            self.marks[position] = Mark("body", self.number)
            self.empty = False
        elif self._ends(line):
            self.inside = self.pingback = False
        elif self.pingback:
            self.marks[position] = Mark("furniture", reason=_PINGBACK)
        elif self.inside:
            self.marks[position] = self._body(position)

    def _open(self, name: str | None) -> None:
        self.number += 1
        self.name, self.inside, self.pingback, self.empty = name, True, False, True

    def _accepts(self, position: int, header: Header) -> bool:
        """Whether a header is made as the first one is; nested replies may have bullets where comments have numbers."""
        first = self.headers[self.first]
        if position == self.first or first is None:
            return True
        (lead, kind), (own_lead, own_kind) = first.template, header.template
        same_kind = own_kind == kind or (own_kind == "bullet" and kind == "number")
        # "Anna wrote:" among "Anna wrote on 3 May:" is what a comment quotes.
        dated = header.sure or kind != "" or not first.sure
        return header.form == first.form and own_lead == lead and same_kind and dated

    def _is_unnamed(self, position: int) -> bool:
        """Whether a list item is a comment whose writer the page does not name: a lone item with its own paragraphs.

        It is never given to the writer of the comment above.
        """
        line, base = self.looks[position], self.looks[self.first].unit
        unit = line.unit
        if self.number and self._is_next_item(unit):
            return True
        if not (self.number and base.marker and unit.marker and unit.after_blank) or unit.indent < base.indent:
            return False
        if unit.words < 6 or self.looks[position - 1].text.endswith(":"):
            return False
        same = marker_kind(unit.marker)
        below = self.looks[position + 1].unit if position + 1 < len(self.looks) else None
        above = self.looks[position - 1].unit
        in_list = any(
            other is not None and marker_kind(other.marker) == same and other.indent == unit.indent
            for other in (below if below and not below.after_blank else None, above if above.marker else None)
        )
        return not in_list and (line.prose or bool(below and below.indent > unit.indent and not below.marker))

    def _is_next_item(self, unit: Unit) -> bool:
        """Whether a unit is an item of the list that the comments are, as what they say is set further in than it."""
        base = self.looks[self.first].unit
        below = self.looks[min(self.first + 1, len(self.looks) - 1)].unit
        same = unit.indent == base.indent and marker_kind(unit.marker) == marker_kind(base.marker)
        return bool(base.marker) and same and below.indent > base.indent and not below.marker

    def _made_alike(self, position: int) -> Header | None:
        """Return a line as a header that is made as the first one is, though its name is none that is known as one.

        "Guest of the sea says:" below "Anna says:". Who writes it is not told where nothing but a date makes it one.
        """
        line, first = self.looks[position], self.headers[self.first]
        sentence = line.prose and not line.text.endswith(":")
        if first is None or line.unit.words > _LONGEST_HEADER_WORDS or sentence or not self.number:
            return None
        if line.unit.marker == ">":
            return None  # quoted by somebody else
        own, kind = marker_kind(line.unit.marker), first.template[1]
        if own != kind and (own, kind) != ("bullet", "number"):
            return None
        following = self.looks[position + 1] if position + 1 < len(self.looks) else None
        found = like(line, following, first)
        above = self.marks[position - 1]
        apart = line.unit.after_blank or (above is not None and above.role == "furniture")
        return found if found and (found.name or apart) else None

    def _is_unreadable(self, position: int) -> bool:
        """Whether a short line stands above a date as names do here: the next comment, whoever writes it."""
        first = self.headers[self.first]
        if first is None or first.form != "stacked" or position + 1 >= len(self.looks):
            return False
        line, below = self.looks[position], self.looks[position + 1]
        return line.unit.words <= 5 and not line.rules and not is_date(line.text) and is_date(below.text)

    def _is_outside_reply(self, line: Look) -> bool:
        """Whether text stands further left than the nested reply above it, so that nobody knows whose it is."""
        nested = self.inside and self.indent > self.looks[self.first].unit.indent
        return nested and line.prose and self.looks[self.first].unit.indent < line.unit.indent <= self.indent

    def _is_between(self, position: int) -> bool:
        """Whether text stands between the foot of one comment and that of a later one, with no head that is read."""
        return not self.inside and position < self.last and self.looks[position].prose

    def _ends(self, line: Look) -> bool:
        """Whether the section ends here: a form, links, or text further left than any comment."""
        opens = any(rule.opens and not (rule.weak and rule.match == "within") for rule in line.rules)
        return line.unit.indent < self._left() or (opens and not (line.prose and line.unit.words > 25))

    def _left(self) -> int:
        """Return how far left comments stand: their first line, or what is said below it."""
        if self.left is not None:
            return self.left
        below = self.looks[min(self.first + 1, len(self.looks) - 1)]
        return min(self.looks[self.first].unit.indent, below.unit.indent)

    def _body(self, position: int) -> Mark:
        line = self.looks[position]
        if is_date(line.text) or (self.empty and before_moment(line.text.rpartition("|")[0] or line.text) == ""):
            return Mark("furniture", self.number, reason="date of a comment")
        strong = line.strong
        if strong and not line.prose:
            return Mark("furniture", self.number, reason=strong.reason)
        controls = next((rule for rule in line.rules if rule.match == "whole"), None)
        if controls and not (self.empty and self._last_of_comment(position)):
            return Mark("furniture", self.number, reason=controls.reason)
        if not self.empty and are_controls(line.words.split()):
            return Mark("furniture", self.number, reason="comment controls")
        self.empty = False
        return Mark("body", self.number, self.name)

    def _last_of_comment(self, position: int) -> bool:
        """Whether the next unit belongs to another comment: what stands here is then all that this one says."""
        return position + 1 == len(self.looks) or self.headers[position + 1] is not None
