"""Drops what only the layout shows to be furniture: menus, rows of links, repeated lines, lone tokens, remainders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.looks import Look
from index.page import Page
from index.speech import is_date

_MENU_LINES = 3
_MENU_WORDS = 3
_LOOSE_MENU_WORDS = 2
_REPEATED = 3
_REMAINDER_WORDS = 6
_QUESTION_WORDS = 10
_CONTACT_WORDS = 15
_LONGEST_RUN = 12
_TEASER_WORDS = 10
_FEEDBACK = "feedback buttons"  # the reason in data/furniture.toml
_LINK_WORDS = 4
_LABEL_WORDS = 2
_ROUNDS = 3
_SEPARATOR = re.compile(r"\s+[|>»›•·/→]\s+|\s*\|\s*")
_FILE_NAME = re.compile(r"[\w%-]+\.(?:jpe?g|png|gif|webp|svg|pdf|mp4)", re.IGNORECASE)


def drop_by_layout(page: Page) -> None:
    """Drop rows of links, tags, lone tokens, dates, repeated lines, menus and tables of contents."""
    counts = Counter(line.words for line in page.looks if line.short)
    for position, line in enumerate(page.looks):
        if not page.free(position) or line.prose:
            continue
        if _is_row_of_links(line):
            page.drop(position, "row of links")
        elif all(token.startswith("#") and len(token) > 1 for token in line.text.split()):
            page.drop(position, "categories or tags")
        elif _is_stray(page, position):
            page.drop(position, "stray token")
        elif _is_date_line(page, position) and not page.heads_text(position) and not line.unit.marker:
            page.drop(position, "date or reading time")
        elif _is_repeated(page, position, counts[line.words]):
            page.drop(position, "repeated line")
    for position in [*_menu_lines(page), *_contents(page)]:
        page.drop(position, "navigation", soft=True)


def _is_row_of_links(line: Look) -> bool:
    if line.unit.closed or line.text.startswith("|") or line.unit.words > 40:
        return False
    parts = [part for part in _SEPARATOR.split(line.text) if part]
    return len(parts) >= 3 and all(len(part.split()) <= _LINK_WORDS for part in parts)


def _is_date_line(page: Page, position: int) -> bool:
    """Whether a line is a date, or one with a label beside furniture: "Granskad: 3 november 2022"."""
    line = page.looks[position]
    if _labelled_date(line):
        beside = [page.looks[other] for other in (position - 1, position + 1) if 0 <= other < len(page.looks)]
        return page.edge(position) and any(other.rules and not other.prose for other in beside)
    return is_date(line.text)


def _labelled_date(line: Look) -> bool:
    label, colon, rest = line.text.partition(":")
    return bool(colon) and len(label.split()) <= _LABEL_WORDS and is_date(rest)


def _is_stray(page: Page, position: int) -> bool:
    """Whether a lone token is a file name or an identifier; titles and headings start with a capital."""
    line = page.looks[position]
    if page.last_prose < 0 or line.unit.words != 1 or line.unit.marker:
        return False
    if _FILE_NAME.fullmatch(line.text):
        return True
    alone = line.unit.after_blank and (position + 1 == len(page.looks) or page.looks[position + 1].unit.after_blank)
    return alone and line.text[0].islower() and line.text.replace("_", "").isalnum()


def _is_repeated(page: Page, position: int, count: int) -> bool:
    line = page.looks[position]
    short = line.unit.words <= _REMAINDER_WORDS and not line.unit.closed and not line.unit.marker
    return short and count >= _REPEATED and page.last_prose >= 0 and not page.heads_text(position)


def _menu_lines(page: Page) -> list[int]:
    """Return the lines of menus above the article: three or more short lines in a row.

    In a block lines of three words are short; where blank lines stand between, lines of two. The last line of such a
    row may be the title and stays, unless another line for one stands below it.
    """
    found: list[int] = []
    run: list[int] = []
    for position in range(min(page.first_prose, len(page.looks)) + 1):
        line = page.looks[position] if position < min(page.first_prose, len(page.looks)) else None
        if line is not None and _in_menu(page, position, line, run):
            run.append(position)
            continue
        if len(run) >= _MENU_LINES and page.last_prose >= 0:
            found += run
        run = [position] if line is not None and _in_menu(page, position, line, []) else []
    return [position for position in found if page.free(position)]


def _in_menu(page: Page, position: int, line: Look, run: Sequence[int]) -> bool:
    if position in page.bylines or page.marks[position] or line.unit.closed or line.unit.marker:
        return False
    if not any(character.isalpha() for character in line.text):
        return False  # a cell of a table
    if page.dropped(position) and not line.prose:
        return True
    longest = _MENU_WORDS if run and not line.unit.after_blank else _LOOSE_MENU_WORDS
    return line.unit.words <= longest


def _contents(page: Page) -> list[int]:
    """Return the lines above the article that come again as lines within it: a table of contents."""
    below = {line.words for line in page.looks[page.first_prose :] if line.short and not line.prose}
    found = [
        position
        for position in range(min(page.first_prose, len(page.looks)))
        if page.free(position) and page.looks[position].words in below
    ]
    return found if len(found) >= 2 else []


def drop_remainders(page: Page) -> None:
    """Drop the run of short lines below the last sentence: the remains of menus, teasers and signatures.

    A line with figures is one between two that are: an address between a name and a telephone.
    """
    if page.last_prose < 0:
        return
    tail = range(page.last_prose + 1, len(page.looks))
    for _ in range(_ROUNDS):
        run = [position for position in tail if page.free(position) and _is_remainder(page, position)]
        known = any(page.dropped(position) for position in tail)
        # A long run without any known furniture is a table or a list of the article.
        if not run or not (known or _REPEATED <= len(run) <= _LONGEST_RUN):
            return
        for position in run:
            page.drop(position, "short line after the last sentence", soft=True)


def _is_remainder(page: Page, position: int) -> bool:
    line = page.looks[position]
    unit = line.unit
    between = page.dropped(position - 1) and (page.dropped(position + 1) or position + 1 == len(page.looks))
    if unit.ending == "?":  # "Was this page helpful?" above "Yes" and "No"
        below = page.reasons[position + 1] if position + 1 < len(page.looks) else None
        return unit.words <= _QUESTION_WORDS and below == _FEEDBACK
    if "@" in line.text and unit.words <= _CONTACT_WORDS:
        return page.dropped(position - 1) or page.dropped(position + 1)
    if unit.words > (_TEASER_WORDS if page.dropped(position - 1) else _REMAINDER_WORDS) or unit.marker:
        return False
    if between:
        return True
    return not unit.closed and not any(character.isdigit() for character in line.text)


def keep_a_title(page: Page) -> None:
    """Give back the last line above the article that only its place made furniture, if no other can be the title."""
    head = range(min(page.first_prose, len(page.looks)))
    if page.last_prose < 0 or any(page.free(position) for position in head):
        return
    for position in reversed(head):
        if position in page.soft and not page.looks[position].rules:
            page.reasons[position] = None
            return
