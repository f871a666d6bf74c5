"""Drops what stands around an article in a copied page: drawn forms, links run together, lists of them, the foot."""

from __future__ import annotations

from collections.abc import Iterator

from index.looks import Look, furniture_rules
from index.page import PARAGRAPH_WORDS, Page

_LONGEST_PHRASE = 4
_LEAST_ROW = 4
_LONGEST_ROW = 30
_MOST_FUNCTION_WORDS = 0.25
_LONGEST_ITEM = 5
_LEAST_ITEMS = 3
_NEAR = 4


def drop_forms(page: Page) -> None:
    """Drop lines in which a program has drawn fields or buttons, but for longer texts around one."""
    for position, line in enumerate(page.looks):
        if line.form and page.free(position) and line.unit.words < PARAGRAPH_WORDS:
            page.drop(position, "form field or button")


def drop_run_together(page: Page) -> None:
    """Drop lines that are links or buttons which a copy has run together: "News Sport Culture Log in"."""
    for position, line in enumerate(page.looks):
        if page.free(position) and page.edge(position) and _is_run_together(line):
            page.drop(position, "row of links")


def _is_run_together(line: Look) -> bool:
    words = line.words.split()
    if line.prose or line.unit.closed or line.unit.marker or not _LEAST_ROW <= len(words) <= _LONGEST_ROW:
        return False
    phrases = list(_phrases(words))
    if len(phrases) > 1 and sum(phrases) >= len(words) / 2:
        return True
    # A title may hold a word that is a button elsewhere, but hardly three of them, or two of several words.
    return line.share <= _MOST_FUNCTION_WORDS and (len(phrases) > 2 or (len(phrases) > 1 and sum(phrases) > 2))


def _phrases(words: list[str]) -> Iterator[int]:
    """Return the lengths, in words, of the phrases of furniture that stand one behind the other in a line."""
    whole = furniture_rules()["whole"].whole
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            if whole(" ".join(words[at : at + length])) is not None:
                yield length
                at += length
                break
        else:
            at += 1


def drop_link_lists(page: Page) -> None:
    """Drop lists of short items above the title or below the text of which some are links as their words say.

    So is one that comes again below its list: the last of a path is the title.
    """
    position = 0
    while position < len(page.looks):
        end = position
        while end < len(page.looks) and _is_short_item(page, end):
            end += 1
            if end < len(page.looks) and page.looks[end].unit.after_blank:
                break  # the article's last list may stand above the first of links
        items = range(position, end)
        known = sum(page.dropped(item) or bool(page.looks[item].rules) for item in items)
        known += len(items) > 0 and _comes_again(page, end - 1)
        if len(items) >= _LEAST_ITEMS and known and (known >= 2 or known >= len(items) / 2):
            for item in items:
                page.drop(item, "navigation", soft=True)
        position = max(end, position + 1)


def _comes_again(page: Page, item: int) -> bool:
    words = page.looks[item].words
    return any(line.words == words and not line.unit.marker for line in page.looks[item + 1 : item + 1 + _NEAR])


def _is_short_item(page: Page, position: int) -> bool:
    line = page.looks[position]
    outside = page.edge(position) and not page.marks[position] and position not in page.bylines
    heading = line.unit.marker.startswith("#") or line.unit.marker == ">"
    return outside and bool(line.unit.marker) and not heading and line.unit.words <= _LONGEST_ITEM and not line.prose


def drop_below_comments(page: Page) -> None:
    """Drop what stands below known furniture below the last comment, if there is no paragraph among it."""
    last = max((position for position, mark in enumerate(page.marks) if mark and mark.number), default=len(page.looks))
    first = next((position for position in range(last + 1, len(page.looks)) if page.dropped(position)), None)
    if first is None:
        return
    below = [position for position in range(first, len(page.looks)) if page.free(position)]
    if not any(_is_paragraph(page.looks[position]) for position in below):
        for position in below:
            page.drop(position, "below the comments", soft=True)


def _is_paragraph(line: Look) -> bool:
    return line.prose and not line.rules and line.unit.words >= PARAGRAPH_WORDS
