"""Tells page furniture from text: by what furniture says (data/furniture.toml) and by where it stands.

Nothing is removed. Each unit that is furniture gets a reason, and the text keeps every character.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from index.boxes import drop_boxes
from index.comments import Mark
from index.edges import drop_below_comments, drop_forms, drop_link_lists, drop_run_together
from index.layout import drop_by_layout, drop_remainders, keep_a_title
from index.looks import Look, Rule
from index.page import PARAGRAPH_WORDS, Page

_ROUNDS = 3  # Boxes are a few lines high; more rounds would only creep into the text.


def find_furniture(
    looks: Sequence[Look], marks: Sequence[Mark | None], bylines: Set[int] = frozenset()
) -> list[str | None]:
    """Return for each unit the reason why it is furniture, or None where it is text.

    Units of a comment section (with a mark) keep what that stage said of them, bylines (by place) stay text.
    """
    page = Page(looks, marks, bylines)
    _drop_by_phrases(page)
    drop_forms(page)
    drop_run_together(page)
    drop_by_layout(page)
    drop_boxes(page)
    _drop_by_neighbours(page)
    drop_below_comments(page)
    drop_link_lists(page)
    page.find_bounds()
    drop_remainders(page)
    keep_a_title(page)
    return page.reasons


def find_given_furniture(
    looks: Sequence[Look], marks: Sequence[Mark | None], reasons: Sequence[str | None], kept: Set[int], lists: Set[int]
) -> dict[int, str]:
    """Return why units that a format gives as text are furniture by what they say, by place.

    Args:
        looks: the document's units.
        marks: of the comment section; what has one stays.
        reasons: why some units are furniture already.
        kept: the places of units that stay what they are.
        lists: the places of list items. As of sentences, only their words make furniture of them.
    """
    page = Page(looks, marks, kept)
    page.reasons = [given or own for given, own in zip(reasons, page.reasons, strict=True)]
    page.find_bounds()
    _drop_by_phrases(page)
    _drop_by_neighbours(page)
    page.find_bounds()
    sentences = {position for position, line in enumerate(looks) if line.unit.closed and line.unit.ending != "?"}
    page.bylines = kept | lists | sentences
    drop_remainders(page)
    return {
        position: reason
        for position, reason in enumerate(page.reasons)
        if reason and reasons[position] is None and not marks[position]
    }


def _drop_by_phrases(page: Page) -> None:
    """Drop what says by its words alone that it is furniture."""
    for position, line in enumerate(page.looks):
        if not any(character.isalnum() for character in line.text):
            if not page.marks[position]:
                page.drop(position, "no words")
        elif page.free(position) and (rule := line.strong) and _convinces(page, position, rule):
            page.drop(position, rule.reason)


def _convinces(page: Page, position: int, rule: Rule) -> bool:
    """Whether a strong phrase is enough here. Running text may be about cookies: there it is not, if it is long."""
    line = page.looks[position]
    if not line.prose:
        return True
    phrases = sum(not other.weak for other in line.rules)
    if line.unit.words < PARAGRAPH_WORDS:
        return page.edge(position) or phrases >= 2 or rule.match in ("label", "start")
    if not page.edge(position):
        return False
    beside = [other for other in (position - 1, position + 1) if 0 <= other < len(page.looks)]
    among_furniture = any(
        (page.looks[other].rules or page.dropped(other)) and not page.looks[other].prose for other in beside
    )
    return phrases >= 2 or among_furniture or len(beside) < 2


def _drop_by_neighbours(page: Page) -> None:
    """Drop what may be furniture where the layout agrees: outside the article, or beside other furniture."""
    for _ in range(_ROUNDS):
        found = [(position, line) for position, line in enumerate(page.looks) if _agrees(page, position, line)]
        for position, line in found:
            page.drop(position, line.rules[0].reason)
        if not found:
            return


def _agrees(page: Page, position: int, line: Look) -> bool:
    if not page.free(position) or not line.rules or page.heads_text(position):
        return False
    before, after = page.dropped(position - 1), page.dropped(position + 1)
    if line.prose:
        if line.unit.words >= PARAGRAPH_WORDS:
            return line.strong is not None and before and after
        return page.edge(position) and (before or after)
    whole = any(rule.match in ("whole", "label") for rule in line.rules)
    in_list = bool(line.unit.marker) and not page.edge(position)
    return before or after or (whole and not in_list)
