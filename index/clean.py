"""Tells page furniture from text: by what furniture says (data/furniture.toml) and by where it stands.

Nothing is removed. Each unit that is furniture gets a reason, and the text keeps every character.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from index.comments import Mark
from index.looks import Look, Rule
from index.speech import is_date

# A paragraph of this many words beside a box is the article going on, whatever the box was.
_PARAGRAPH_WORDS = 20
_BOX_WORDS = 30
_MOST_LINKS = 30
_REPEATED = 3
_TRAILING_WORDS = 6
_SEPARATOR = re.compile(r"\s+[|>»›•·/→]\s+|\s*\|\s*")
_FILE_NAME = re.compile(r"[\w%-]+\.(?:jpe?g|png|gif|webp|svg|pdf|mp4)", re.IGNORECASE)


def article_bounds(looks: Sequence[Look], marks: Sequence[Mark | None]) -> tuple[int, int]:
    """Return the places of the article's first and last running text; (number of units, -1) where there is none."""
    article = [i for i, line in enumerate(looks) if line.prose and not line.rules and not marks[i]]
    return (article[0], article[-1]) if article else (len(looks), -1)


def find_furniture(
    looks: Sequence[Look], marks: Sequence[Mark | None], bylines: Set[int] = frozenset()
) -> list[str | None]:
    """Return for each unit the reason why it is furniture, or None where it is text.

    Units of a comment section (with a mark) keep what that stage said of them, bylines (by place) stay text.
    """
    page = _Page(looks, marks, bylines)
    page.phrases()
    page.layout()
    page.boxes()
    page.neighbours()
    page.tail()
    return page.reasons


@dataclass(slots=True, init=False)
class _Page:
    """A page's units with what has been decided of them; each method is one rule, in the order of `find_furniture`."""

    looks: Sequence[Look]
    marks: Sequence[Mark | None]
    bylines: Set[int]
    reasons: list[str | None]
    first_prose: int
    last_prose: int

    def __init__(self, looks: Sequence[Look], marks: Sequence[Mark | None], bylines: Set[int]) -> None:
        self.looks, self.marks, self.bylines = looks, marks, bylines
        self.reasons = [mark.reason if mark else None for mark in marks]
        self.first_prose, self.last_prose = article_bounds(looks, marks)

    def _free(self, position: int) -> bool:
        """Whether nothing has been decided yet about a unit outside of the comments."""
        inside = 0 <= position < len(self.looks) and position not in self.bylines
        return inside and not self.marks[position] and self.reasons[position] is None

    def _edge(self, position: int) -> bool:
        """Whether a unit stands before or after the article's running text."""
        return position < self.first_prose or position > self.last_prose

    def _dropped(self, position: int) -> bool:
        return 0 <= position < len(self.looks) and self.reasons[position] is not None

    def _heads_text(self, position: int) -> bool:
        """Whether a line stands above a paragraph of the article, as its heading does."""
        below = position + 1
        return (
            self.first_prose < below <= self.last_prose
            and below < len(self.looks)
            and self.looks[below].prose
            and not self.looks[below].rules
            and not self._dropped(position - 1)
        )

    def phrases(self) -> None:
        """Drop what says by its words alone that it is furniture."""
        for position, line in enumerate(self.looks):
            if not any(character.isalnum() for character in line.text):
                if self.reasons[position] is None and not (self.marks[position] and line.text.strip()):
                    self.reasons[position] = "no words"
            elif self._free(position) and (rule := line.strong) and self._convinces(position, rule):
                self.reasons[position] = rule.reason

    def _convinces(self, position: int, rule: Rule) -> bool:
        line = self.looks[position]
        if rule.match == "whole" or not line.prose:
            return rule.match != "label" or not self._heads_text(position)
        # Running text within the article may speak of cookies and newsletters: one phrase is not enough there.
        phrases = sum(not other.weak for other in line.rules)
        return self._edge(position) or phrases >= 2 or rule.match in ("label", "start")

    def layout(self) -> None:
        """Drop what the layout shows: rows of links, repeated lines, lone tokens, menus."""
        counts = Counter(line.words for line in self.looks if line.short)
        menu = self._menu_lines()
        for position, line in enumerate(self.looks):
            if not self._free(position) or line.prose:
                continue
            if self._is_row_of_links(line):
                self.reasons[position] = "row of links"
            elif all(token.startswith("#") and len(token) > 1 for token in line.text.split()):
                self.reasons[position] = "categories or tags"
            elif self._is_stray(position):
                self.reasons[position] = "stray token"
            elif is_date(line.text) and not self._heads_text(position) and not line.unit.marker:
                self.reasons[position] = "date or reading time"
            elif self._is_repeated(position, counts[line.words]):
                self.reasons[position] = "repeated line"
            elif position in menu:
                self.reasons[position] = "navigation"

    def _is_row_of_links(self, line: Look) -> bool:
        if line.unit.closed or line.text.startswith("|") or line.unit.words > 40:
            return False
        parts = [part for part in _SEPARATOR.split(line.text) if part]
        return len(parts) >= 3 and all(len(part.split()) <= 4 for part in parts)

    def _is_stray(self, position: int) -> bool:
        """Whether a lone token is a file name or an identifier; titles and headings start with a capital."""
        line = self.looks[position]
        if self.last_prose < 0 or line.unit.words != 1 or line.unit.marker:
            return False
        if _FILE_NAME.fullmatch(line.text):
            return True
        alone = line.unit.after_blank and (position + 1 == len(self.looks) or self.looks[position + 1].unit.after_blank)
        return alone and line.text[0].islower() and line.text.replace("_", "").isalnum()

    def _is_repeated(self, position: int, count: int) -> bool:
        line = self.looks[position]
        return (
            count >= _REPEATED
            and line.unit.words <= _TRAILING_WORDS
            and not line.unit.closed
            and not line.unit.marker
            and not self._heads_text(position)
        )

    def _menu_lines(self) -> set[int]:
        """Return the lines of blocks above the article that hold three or more lines of up to three words."""
        found: set[int] = set()
        block: list[int] = []
        for position in range(min(self.first_prose, len(self.looks)) + 1):
            line = self.looks[position] if position < min(self.first_prose, len(self.looks)) else None
            if line is None or line.unit.after_blank:
                if len(block) >= _REPEATED and self.last_prose >= 0:
                    found.update(block)
                block = []
            if line and line.unit.words <= 3 and not line.unit.closed:
                block.append(position)
        return found

    def boxes(self) -> None:
        """Drop what a box's heading opens: a list of links, an invitation, a form."""
        form_end = 0
        for position, line in enumerate(self.looks):
            if self.marks[position] or position in self.bylines:
                continue
            rule = next((rule for rule in line.rules if rule.opens and (rule.match == "whole" or not rule.weak)), None)
            if rule is None or (self.reasons[position] is None and self._is_text(position)):
                continue
            self.reasons[position] = self.reasons[position] or rule.reason
            if rule.opens == "list":
                self._drop_list(position, rule)
            elif rule.opens == "box":
                self._drop_box(position, rule)
            elif rule.opens == "form" and position >= form_end:  # A form's own lines open no new one.
                form_end = self._drop_form(position, rule)

    def _is_text(self, position: int) -> bool:
        """Whether a line that only may be furniture is the article's: a heading, or a sentence within it."""
        line = self.looks[position]
        return self._heads_text(position) or (line.prose and not self._edge(position))

    def _drop_list(self, opener: int, rule: Rule) -> None:
        run: list[int] = []
        place = opener + 1
        while self._free(place) and not self.looks[place].prose and len(run) < _MOST_LINKS:
            if run and opener < self.first_prose and self.looks[place].unit.after_blank:
                break  # Above the article the next block is, or holds, the title.
            run.append(place)
            place += 1
        stands_alone = bool(run) and self.looks[run[0]].unit.after_blank
        if stands_alone and opener < self.first_prose:
            return
        if len(run) > 1 and self._free(place) and self.looks[place].prose and self.looks[run[-1]].unit.after_blank:
            run.pop()  # The last short line above a paragraph is that paragraph's heading.
        for position in run:
            self.reasons[position] = self._own_reason(position, rule)

    def _own_reason(self, position: int, opener: Rule) -> str:
        """Return why a line in a box is furniture: its own phrase says it better than the box does."""
        own = next((rule for rule in self.looks[position].rules if rule.match != "within"), opener)
        return own.reason

    def _drop_box(self, opener: int, rule: Rule) -> None:
        for position in range(opener + 1, min(opener + 4, len(self.looks))):
            line = self.looks[position]
            same_block = not line.unit.after_blank
            speaks_of_it = bool(line.rules) or (self._edge(position) and not line.prose and opener > self.last_prose)
            if not self._free(position) or line.unit.words > _BOX_WORDS or not (same_block or speaks_of_it):
                return
            if line.prose and not line.rules:
                return
            self.reasons[position] = self._own_reason(position, rule)

    def _drop_form(self, opener: int, rule: Rule) -> int:
        """Drop what follows up to a comment, a byline or the article, and return where that is."""
        for position in range(opener + 1, len(self.looks)):
            line = self.looks[position]
            if self.marks[position] or position in self.bylines:
                return position
            if line.prose and not line.rules and line.unit.words >= _PARAGRAPH_WORDS:
                return position
            if opener < self.first_prose and line.unit.after_blank and not line.rules:
                return position
            if not line.prose and self._heads_text(position) and line.unit.after_blank and not line.rules:
                return position
            self.reasons[position] = self.reasons[position] or self._own_reason(position, rule)
        return len(self.looks)

    def neighbours(self) -> None:
        """Drop what may be furniture where the layout agrees: outside the article, or beside other furniture."""
        changed = True
        rounds = 0
        while changed and rounds < 3:  # Boxes are a few lines high; more rounds would only creep into the text.
            changed = False
            rounds += 1
            for position, line in enumerate(self.looks):
                if not self._free(position) or not line.rules or self._is_text(position):
                    continue
                beside = self._dropped(position - 1) or self._dropped(position + 1)
                whole = any(rule.match in ("whole", "label") for rule in line.rules)
                if beside or (whole and self._agrees(position)):
                    self.reasons[position] = line.rules[0].reason
                    changed = True

    def _agrees(self, position: int) -> bool:
        """Whether a line that is a known phrase stands where furniture does; a list item or the title does not."""
        line = self.looks[position]
        if line.unit.marker and not self._edge(position):
            return False
        return self._edge(position) or not self._heads_text(position)

    def tail(self) -> None:
        """Drop the run of short lines below the last sentence: the remains of menus, teasers and signatures."""
        run = [
            position
            for position in range(self.last_prose + 1, len(self.looks))
            if self._free(position) and self._is_remainder(position)
        ]
        after = any(self._dropped(position) for position in range(self.last_prose + 1, len(self.looks)))
        if self.last_prose >= 0 and run and (after or len(run) >= _REPEATED):
            for position in run:
                self.reasons[position] = "short line after the last sentence"

    def _is_remainder(self, position: int) -> bool:
        line = self.looks[position]
        unit = line.unit
        if unit.words > _TRAILING_WORDS or unit.marker or any(character.isdigit() for character in line.text):
            return False
        return not unit.closed
