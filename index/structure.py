"""Tells title, headings, list items and paragraphs apart, by where a line stands and how it looks."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from index.comments import Mark
from index.headers import marker_kind
from index.looks import Look
from index.page import Page
from index.quotations import announces, attribution
from index.records import SegmentKind

_LONGEST_TITLE_WORDS = 25
_LONGEST_TITLE = 250
_SITE_WORDS = 4  # "Title | The name of a site"
_SITE_SEPARATORS = "|–—»-:·"
_DASHES = frozenset("–—")
_SPEECH_ENDINGS = frozenset(".!?…")
_LEAST_LIST = 3
_REPEATS_TITLE = "repeats the title"
_DATE = "date or reading time"


@dataclass(slots=True, init=False)
class _Structure:
    """The kinds of a text's units while they are found; each method is one rule, in the order of `find_kinds`."""

    looks: Sequence[Look]
    marks: Sequence[Mark | None]
    reasons: list[str | None]
    kinds: list[SegmentKind]
    speech: list[bool]

    def __init__(
        self, looks: Sequence[Look], marks: Sequence[Mark | None], reasons: list[str | None], bylines: Set[int]
    ) -> None:
        self.looks, self.marks, self.reasons = looks, marks, reasons
        self.kinds = ["paragraph"] * len(looks)
        self.speech = [False] * len(looks)
        for position, mark in enumerate(marks):
            if reasons[position] is not None:
                self.kinds[position] = "furniture"
            elif position in bylines or (mark and mark.role == "header"):
                self.kinds[position] = "byline"
            elif mark:
                self.kinds[position] = "heading" if mark.role == "section" else "comment"

    def title(self) -> None:
        """Find the title among the lines above the article, and drop the lines that repeat it."""
        first_prose = Page(self.looks, self.marks).first_prose
        head = [
            position
            for position in range(min(first_prose + 1, len(self.looks)))
            if self.kinds[position] == "paragraph" and self._may_be_title(self.looks[position])
        ]
        if not head or (self.looks[head[0]].prose and head[0] != 0 and not self._above_facts(head[0])):
            return  # a question that the article begins with
        title = self._best_title(head)
        self._drop_above(head, title)
        for other in head[head.index(title) + 1 :]:
            if self._is_with_site(self.looks[title], self.looks[other]):
                title = other  # The page's own title holds the site's name as well; the shorter one is the article's.
        self.kinds[title] = "title"
        for position, line in enumerate(self.looks):
            repeats = line.words == self.looks[title].words or self._is_with_site(line, self.looks[title])
            named = position < first_prose or len(line.words.split()) >= 3
            if self.kinds[position] == "paragraph" and repeats and named:
                self.kinds[position] = "furniture"
                self.reasons[position] = _REPEATS_TITLE

    def _best_title(self, head: Sequence[int]) -> int:
        """Return the title among the lines that may be it: the first, unless something speaks against that one."""
        marked = [position for position in head if self.looks[position].unit.marker.startswith("#")]
        if marked:
            return marked[0]
        furniture = " \n ".join(line.words for line, reason in zip(self.looks, self.reasons, strict=True) if reason)
        likely = [
            position
            for position in head
            if self.looks[position].unit.ending not in ".:;…"
            # What the page's own furniture speaks of ("Subscribe to The Slow Garden") is the name of the site.
            and not _speaks_of(furniture, self.looks[position].words)
        ]
        if not likely:
            return head[0]
        first = likely[0]
        # A date or a byline stands below the title, and the site's menu above it.
        dated = [position for position in likely if self.looks[position].unit.words > 3 and self._above_facts(position)]
        return dated[0] if dated and self.looks[first].unit.words <= 3 else first

    def _above_facts(self, position: int) -> bool:
        below = position + 1
        if below >= len(self.looks):
            return False
        return self.kinds[below] == "byline" or self.reasons[below] == _DATE

    def _drop_above(self, head: Sequence[int], title: int) -> None:
        """Drop what is left above the title where other furniture stands above it too: the rest of a menu."""
        if not any(self.kinds[position] == "furniture" for position in range(title)):
            return
        for position in head:
            if position < title and not self.looks[position].prose:
                self.kinds[position] = "furniture"
                self.reasons[position] = "above the title"

    def _may_be_title(self, line: Look) -> bool:
        unit = line.unit
        if unit.words > _LONGEST_TITLE_WORDS or len(line.text) > _LONGEST_TITLE:
            return False
        if unit.marker and not unit.marker.startswith("#") and unit.marker not in _DASHES:
            return False  # A headline may be speech: "– Vi gir oss aldri".
        return not (line.prose and unit.ending in ".:;…")

    def _is_with_site(self, longer: Look, shorter: Look) -> bool:
        """Whether a line is another line with the name of the site behind a separator."""
        if len(shorter.words.split()) < 2 or not longer.words.startswith(shorter.words + " "):
            return False
        rest = len(longer.words.split()) - len(shorter.words.split())
        return rest <= _SITE_WORDS and any(f" {sign}" in longer.text for sign in _SITE_SEPARATORS)

    def lists(self) -> None:
        """Find list items: units with a marker, but for headings ("# …", "1. …") and speech ("– …")."""
        for position, line in enumerate(self.looks):
            if self.kinds[position] not in ("paragraph", "comment") or not line.unit.marker:
                continue
            mark = self.marks[position]
            if line.unit.marker.startswith("#"):
                self.kinds[position] = "comment" if mark else "heading"
            elif mark and mark.role == "body" and self._starts_comment(position):
                continue
            elif line.unit.marker != ">" and not self.speech[position] and not self._is_marked_heading(position):
                self.kinds[position] = "list_item"

    def _starts_comment(self, position: int) -> bool:
        """Whether a marked unit is a comment with no header above it: the marker is the comment's."""
        mark, above = self.marks[position], self.marks[position - 1] if position else None
        return bool(mark) and (above is None or above.number != (mark.number if mark else 0))

    def find_speech(self) -> None:
        """Find units that a dash marks as speech, as Nordic newspapers write it.

        A row of dashes is a list where its items are no sentences, or where a line with a colon leads into it.
        """
        listed = False
        for position, line in enumerate(self.looks):
            above = self.looks[position - 1] if position else None
            if above is None or above.unit.marker != line.unit.marker:
                listed = above is not None and above.text.endswith(":") and not announces(above.text)
            sentence = line.prose or line.unit.ending in _SPEECH_ENDINGS
            dash = line.unit.marker in _DASHES or (line.unit.marker == "-" and attribution(line.text) is not None)
            self.speech[position] = dash and sentence and not listed

    def _is_marked_heading(self, position: int) -> bool:
        """Whether "2. Method" or "– A headline" stands above a paragraph, with no other item above or below."""
        line = self.looks[position]
        kind = marker_kind(line.unit.marker)
        marked = kind == "number" or line.unit.marker in _DASHES
        if not marked or line.unit.closed or not line.short or self.marks[position]:
            return False
        below = self.looks[position + 1] if position + 1 < len(self.looks) else None
        above = self.looks[position - 1] if position else None
        neighbour_items = any(other is not None and marker_kind(other.unit.marker) == kind for other in (above, below))
        return bool(below and below.prose and not neighbour_items)

    def headings(self) -> None:
        """Find headings: short lines without final punctuation above a paragraph, a list or another heading."""
        questions = [i for i in range(len(self.looks)) if self._is_question(i)]
        below: int | None = None  # the next unit that is text of the article
        for position in range(len(self.looks) - 1, -1, -1):
            kind = self.kinds[position]
            if kind in ("furniture", "byline"):
                continue
            if kind == "paragraph" and below is not None and self._is_heading(position, below, len(questions) > 1):
                self.kinds[position] = "heading"
            below = None if self.marks[position] else position
        self._lists_without_marks()

    def _lists_without_marks(self) -> None:
        """Make the lines of a list items whose marks a copy has lost: of three or more "headings" the last heads text.

        Browsers copy lists so. One that begins in lower case heads nothing.
        """
        prose = [n for n, line in enumerate(self.looks) if line.prose and self.kinds[n] == "paragraph"]
        start, stop = (prose[0], prose[-1]) if prose else (0, 0)
        while start < stop:
            end = start
            while end < stop and self.kinds[end] == "heading" and not self.looks[end].unit.marker:
                end += 1
            if end - start >= _LEAST_LIST:
                last = end if self.looks[end - 1].text[:1].islower() else end - 1
                self.kinds[start:last] = ["list_item"] * (last - start)
            start = max(end, start + 1)

    def _is_heading(self, position: int, below: int, asks: bool) -> bool:
        line = self.looks[position]
        if not line.short or line.unit.marker in ("-", ">"):
            return False
        if position and self.looks[position - 1].text.endswith(":") and self.kinds[position - 1] == "paragraph":
            return False  # what the line above announces
        if line.unit.ending in ".:;…," or (line.unit.closed and not (asks and self._is_question(position))):
            return False
        follower = self.looks[below]
        return follower.prose or self.kinds[below] in ("heading", "list_item") or follower.unit.closed

    def _is_question(self, position: int) -> bool:
        line = self.looks[position]
        return (
            line.short
            and line.unit.ending == "?"
            and line.unit.after_blank
            and not line.unit.marker
            and self.kinds[position] == "paragraph"
            and position + 1 < len(self.looks)
            and self.looks[position + 1].prose
        )


def _speaks_of(furniture: str, words: str) -> bool:
    """Whether the words stand in the furniture, behind others."""
    # Nearly always they do not, and a pattern takes longer to compile than a page to be looked through.
    return words in furniture and bool(re.search(rf"\w {re.escape(words)}\b", furniture))


def find_kinds(
    looks: Sequence[Look], marks: Sequence[Mark | None], reasons: list[str | None], bylines: Set[int]
) -> tuple[list[SegmentKind], list[bool]]:
    """Return the kind of each unit, and whether it is speech marked by a dash. `reasons` gains the repeated titles."""
    structure = _Structure(looks, marks, reasons, bylines)
    structure.title()
    structure.find_speech()
    structure.lists()
    structure.headings()
    return structure.kinds, structure.speech
