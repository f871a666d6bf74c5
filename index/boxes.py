"""Drops what stands in a box: the links, invitation or form that the box's heading opens."""

from __future__ import annotations

from index.looks import Rule
from index.page import PARAGRAPH_WORDS, Page

_BOX_UNITS = 4
_BOX_WORDS = 30
_MOST_LINKS = 30


def drop_boxes(page: Page) -> None:
    """Drop each box on a page: its heading (a phrase of data/furniture.toml that opens something) and what follows."""
    form_end = 0
    for position, line in enumerate(page.looks):
        if page.marks[position] or position in page.bylines:
            continue
        rule = next((rule for rule in line.rules if rule.opens and (rule.match == "whole" or not rule.weak)), None)
        if rule is None or (not page.dropped(position) and _is_text(page, position)):
            continue
        page.drop(position, rule.reason)
        if rule.opens == "list":
            _drop_list(page, position, rule)
        elif rule.opens == "box":
            _drop_invitation(page, position, rule)
        elif position >= form_end:  # A form's own lines open no new one.
            form_end = _drop_form(page, position, rule)


def _is_text(page: Page, position: int) -> bool:
    """Whether a line that only may be furniture is the article's: a heading, or running text."""
    line = page.looks[position]
    long = line.prose and line.unit.words >= PARAGRAPH_WORDS
    return page.heads_text(position) or long or (line.prose and not page.edge(position))


def _drop(page: Page, position: int, opener: Rule) -> None:
    """Drop a line in a box; its own phrase says better than the box's heading what it is."""
    own = next((rule for rule in page.looks[position].rules if rule.match != "within"), None)
    page.drop(position, (own or opener).reason, soft=own is None)


def _drop_list(page: Page, opener: int, rule: Rule) -> None:
    run: list[int] = []
    place = opener + 1
    above_article = opener < page.first_prose
    while page.free(place) and not page.looks[place].prose and len(run) < _MOST_LINKS:
        if above_article and page.looks[place].unit.after_blank:
            break  # Above the article the next block is, or holds, the title.
        run.append(place)
        place += 1
    if len(run) > 1 and page.free(place) and page.looks[place].prose and not above_article:
        run.pop()  # The last short line above a paragraph is that paragraph's heading.
    for position in run:
        _drop(page, position, rule)


def _drop_invitation(page: Page, opener: int, rule: Rule) -> None:
    for position in range(opener + 1, min(opener + 1 + _BOX_UNITS, len(page.looks))):
        line = page.looks[position]
        if not page.free(position) or line.unit.words > _BOX_WORDS or page.heads_text(position):
            return
        if line.prose and not line.rules:
            # A sentence of the box stands between its heading and its button.
            below = position + 1
            enclosed = below < len(page.looks) and (page.dropped(below) or bool(page.looks[below].rules))
            if line.unit.words >= PARAGRAPH_WORDS or not enclosed or opener < page.first_prose:
                return
        elif line.unit.after_blank and not (line.rules or page.edge(position)):
            return
        _drop(page, position, rule)


def _drop_form(page: Page, opener: int, rule: Rule) -> int:
    """Drop what follows up to a comment, a byline or the article, and return where that is."""
    for position in range(opener + 1, len(page.looks)):
        line = page.looks[position]
        if page.marks[position] or position in page.bylines:
            return position
        if line.prose and not line.rules and line.unit.words >= PARAGRAPH_WORDS:
            return position
        if opener < page.first_prose and line.unit.after_blank and not line.rules:
            return position
        if not line.prose and page.heads_text(position) and line.unit.after_blank and not line.rules:
            return position
        _drop(page, position, rule)
    return len(page.looks)
