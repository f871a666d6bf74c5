"""Joins who speaks in a transcript or a chat with the structure that a file's format gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.dialogues import find_dialogue
from index.formats.extracted import Extracted
from index.records import Part

_SPEAKABLE = frozenset({None, "paragraph", "list_item"})
"""Kinds of parts that may be what somebody says; a title or what a page calls furniture is not."""


def with_dialogue(extracted: Extracted, marked: Sequence[tuple[int, int]] = ()) -> Extracted:
    """Return what a file holds with its turns, if it has any (see `find_dialogue`).

    `marked` is where the format sets words off at the beginning of a paragraph.
    """
    turns = find_dialogue(extracted.text, marked)
    if not turns:
        return extracted
    if not extracted.parts:
        return replace(extracted, parts=tuple(turns))
    fixed = [part for part in extracted.parts if part.kind not in _SPEAKABLE]
    kept = _apart(turns, fixed)
    left = _apart([part for part in extracted.parts if part.kind in _SPEAKABLE], kept)
    return replace(extracted, parts=tuple(sorted([*fixed, *kept, *left], key=lambda part: part.start)))


def _apart(parts: Sequence[Part], others: Sequence[Part]) -> list[Part]:
    """Return the parts that touch none of the others; both are in order."""
    found: list[Part] = []
    place = 0
    for part in parts:
        while place < len(others) and others[place].end <= part.start:
            place += 1
        if place == len(others) or others[place].start >= part.end:
            found.append(part)
    return found
