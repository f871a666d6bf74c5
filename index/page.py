"""A page while its furniture is being found: its units, and what has been decided of each."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from index.comments import Mark
from index.looks import Look

# Shorter running text may be a box's; a paragraph of this length speaks of newsletters because it is about them.
PARAGRAPH_WORDS = 20


@dataclass(slots=True)
class Page:
    """The units of a text with the reasons why some are furniture.

    `reasons` is filled by the rules of clean, layout and boxes. `soft` holds the places that were dropped for where
    they stand only, not for what they say. `first_prose` and `last_prose` bound the article's running text: (number of
    units, -1) where there is none.
    """

    looks: Sequence[Look]
    marks: Sequence[Mark | None]
    bylines: Set[int] = frozenset()
    reasons: list[str | None] = field(default_factory=list)
    soft: set[int] = field(default_factory=set)
    first_prose: int = 0
    last_prose: int = -1

    def __post_init__(self) -> None:
        """Take over what the comment section says, and find the bounds of the article."""
        self.reasons = [mark.reason if mark else None for mark in self.marks]
        self.find_bounds()

    def find_bounds(self) -> None:
        """Find the article's first and last running text among the units that are still text."""
        article = [position for position in range(len(self.looks)) if self._is_article(position)]
        self.first_prose, self.last_prose = (article[0], article[-1]) if article else (len(self.looks), -1)

    def _is_article(self, position: int) -> bool:
        line = self.looks[position]
        if not line.prose or not self.free(position) or line.strong:
            return False
        return not line.rules or line.unit.words >= PARAGRAPH_WORDS

    def free(self, position: int) -> bool:
        """Whether a unit outside of the comments and bylines is (still) text."""
        inside = 0 <= position < len(self.looks) and position not in self.bylines
        return inside and not self.marks[position] and self.reasons[position] is None

    def dropped(self, position: int) -> bool:
        """Whether a unit is furniture; False outside of the page."""
        return 0 <= position < len(self.looks) and self.reasons[position] is not None

    def drop(self, position: int, reason: str, *, soft: bool = False) -> None:
        """Make a unit furniture, if it is not yet."""
        if self.reasons[position] is None:
            self.reasons[position] = reason
            if soft:
                self.soft.add(position)

    def edge(self, position: int) -> bool:
        """Whether a unit stands before or after the article's running text."""
        return position < self.first_prose or position > self.last_prose

    def heads_text(self, position: int) -> bool:
        """Whether a line stands above a paragraph of the article, as its heading does."""
        below = position + 1
        return (
            self.first_prose < below <= self.last_prose
            and below < len(self.looks)
            and self.looks[below].prose
            and not self.looks[below].rules
            and not self.dropped(position - 1)
        )
