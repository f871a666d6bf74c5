"""Joins who speaks in a transcript or a chat with the structure that a file's format gives, whatever the format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from index.comments import find_comments
from index.dialogue_heads import lines_of
from index.dialogue_turns import parts_of
from index.dialogues import Conversation, find_conversation
from index.formats.extracted import Extracted
from index.given import units_with
from index.looks import look
from index.phrases import words_of
from index.records import Part
from index.speech import before_moment, speech

_SPEAKABLE = frozenset({None, "paragraph", "list_item"})
"""Kinds of parts that may be what somebody says; a title or what a page calls furniture is not."""
_LONGEST_HEAD = 120
"""Characters of a line above comments, or of one that names a commenter."""


def with_dialogue(extracted: Extracted) -> Extracted:
    """Return what a file holds with its turns, if it has any (see `find_conversation`).

    What names a speaker becomes furniture, what they say a quotation of theirs. Comments stay comments.
    """
    fixed = [part for part in extracted.parts if part.kind not in _SPEAKABLE]
    found = _conversation(extracted, fixed)
    if found is not None and _may_be_comments(found):
        found = _beside_comments(extracted, fixed, found)
    if found is None:
        return replace(extracted, marked=())
    turns = list(parts_of(found))
    left = _apart([part for part in extracted.parts if part.kind in _SPEAKABLE], turns)
    parts = tuple(sorted([*fixed, *turns, *left], key=lambda part: part.start))
    return replace(extracted, parts=parts, marked=())


def _conversation(extracted: Extracted, others: Sequence[Part]) -> Conversation | None:
    held = [part for part in extracted.parts if part.kind in _SPEAKABLE]
    return find_conversation(extracted.text, lines_of(extracted.text, held, others), extracted.marked)


def _may_be_comments(found: Conversation) -> bool:
    """Whether it is worth looking for comments, which takes longer than most texts are read in."""
    if found.above and found.is_thread:
        return True
    begun = {turn.line for turn in found.turns}
    others = (found.text[one.start : one.end] for place, one in enumerate(found.lines) if place not in begun)
    short = [line for line in others if len(line) <= _LONGEST_HEAD]
    if found.by_name and any(line.endswith(":") or before_moment(line) is not None for line in short):
        return True
    sections = (speech().counted_sections, speech().bare_sections)
    compared = map(words_of, short) if found.by_name or found.above else ()
    return any(table.whole(words) is not None for words in compared for table in sections)


def _beside_comments(extracted: Extracted, fixed: Sequence[Part], found: Conversation) -> Conversation | None:
    """Return a conversation without what comments say, None where it is nothing but comments.

    "Anna: …" may begin a comment that answers hers. Names with a time above what is said are those of a chat, unless a
    heading or the days beside them tell comments, and all of them are known as such.
    """
    units, given = units_with(extracted.text, extracted.parts)
    free = [unit for place, unit in enumerate(units) if place not in given]
    marks = find_comments(look(extracted.text, free))
    told = [(unit, mark.role) for unit, mark in zip(free, marks, strict=True) if mark is not None]
    if not told:
        return found
    if found.by_name:
        comments = [Part("comment", unit.start, unit.end) for unit, _ in told]
        again = _conversation(extracted, sorted([*fixed, *comments], key=lambda part: part.start))
        return again if again is not None and again.by_name else None
    roles = Counter(role for _, role in told)
    told_so = found.is_thread or roles["section"] > 0
    return None if told_so and roles["header"] + roles["opening"] >= len(found.turns) else found


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
