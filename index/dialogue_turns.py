"""Gives what is said in a conversation to who says it, paragraph by paragraph.

A paragraph without a name goes on what was said above it, as long answers do; narrators are seldom heard between two
turns. It is the writer's where something tells so: it stands below a heading, or below a question, which its asker
does not answer, or it speaks of whom it would be. Where only one person is named, the last paragraph above each turn
asks for it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.dialogue_heads import BLANKS, MARKS, Line, Turn
from index.dialogues import Conversation
from index.lines import ends_sentence
from index.records import Part
from index.speech import known_name

NAMES = "names who speaks"
_PROGRAM = "written by the chat program"
_LEAST_PERSONAL = 0.2
"""Of the paragraphs without a name, where they are more than the turns: less is an article with what people say."""
_WIDEST = 100
"""Columns: in longer lines nothing was wrapped."""
_NARROWEST = 40
_SLACK = 4
_HEADING_WORDS = 9
_OMITTED = re.compile(r"<[^<>\n]{3,60}>")
_LONGEST_INITIAL = 2


def parts_of(found: Conversation) -> Iterator[Part]:
    """Return who says what as parts: what names a speaker is furniture, what they say a quotation of theirs."""
    width = _width(found.lines)
    said = [_paragraphs(found, turn, end, width) for turn, end in zip(found.turns, _ends(found), strict=True)]
    named = [some for turn, some in zip(found.turns, said, strict=True) if turn.label]
    more = [one for some in named for one in some[1:]]
    personal = sum(found.written.is_personal(found.text[one.start : one.end]) for one in more)
    theirs = not found.by_name or len(more) <= len(named) or personal >= _LEAST_PERSONAL * len(more)
    for turn, paragraphs in zip(found.turns, said, strict=True):
        if turn.shape == "fact":
            continue
        line = found.lines[turn.line]
        own = found.text[turn.said : line.end].lstrip(" \t\u00a0")
        # What a program writes is nobody's.
        if not turn.label or own.startswith(tuple(MARKS)) or _OMITTED.fullmatch(own.strip(BLANKS)):
            yield Part("furniture", turn.start, line.end, reason=_PROGRAM)
            continue
        yield Part("furniture", turn.start, turn.said, reason=NAMES)
        name = known_name(turn.label) if any(map(str.isalpha, turn.label)) else None
        if found.alone and turn is not found.turns[-1]:
            paragraphs = [*paragraphs[:1], *paragraphs[1:-1]]
        yield from _said(found, paragraphs if theirs else paragraphs[:1], name)


def _said(found: Conversation, paragraphs: Sequence[Line], name: str | None) -> Iterator[Part]:
    """The paragraphs that somebody says; what stands in brackets among them is nobody's, and so are a chat's days."""
    above = ""
    for place, one in enumerate(paragraphs):
        said = found.text[one.start : one.end]
        heading = one.after_blank and len(said.split()) <= _HEADING_WORDS and not ends_sentence(said)
        if place and found.by_name and (heading or _is_the_writers(found, one, name, above)):
            return
        if place and (heading or (said[0] in "[(" and said[-1] in "])")):
            continue
        yield Part("quotation", one.start, one.end, name=name)
        above = said


def _is_the_writers(found: Conversation, one: Line, name: str | None, above: str) -> bool:
    """Whether a paragraph tells that it is not of whom the one above it is."""
    if one.after_heading or above.rstrip("*_ ").endswith("?"):
        return True
    said = found.text[one.start : one.end]
    own = {word for word in (name or "").split() if len(word) > _LONGEST_INITIAL}
    return not own.isdisjoint(re.findall(r"\w+", said)) and not found.written.is_personal(said)


def _ends(found: Conversation) -> list[int]:
    """Return the line below each turn: the last ends with its paragraph unless most turns have several."""
    lines, turns = found.lines, found.turns
    several = sum(
        any(lines[n].after_blank for n in range(max(one.line + 1, one.below + 1), other.line))
        for one, other in itertools.pairwise(turns)
    )
    goes_on = 2 * several >= len(turns) - 1
    last = turns[-1]
    bare = last.said >= lines[last.line].end and last.below == last.line
    begin = place = max(last.line, last.below) + 1
    while place < len(lines):
        sentence = ends_sentence(found.text[lines[place].start : lines[place].end])
        if lines[place].after_blank and not (goes_on and sentence) and not (bare and place == begin):
            break
        place += 1
    return [*(turn.line for turn in turns[1:]), place]


def _paragraphs(found: Conversation, turn: Turn, end: int, width: int) -> list[Line]:
    """What stands from a turn's beginning to a line, each paragraph as one line; lines that were wrapped go on."""
    text, first = found.text, found.lines[turn.line]
    rest = list(found.lines[max(turn.below, turn.line + 1) : end])
    if turn.below == turn.line:
        own = text[turn.said : first.end]
        start = turn.said + len(own) - len(own.lstrip(BLANKS))
        rest = [replace(first, start=start, body=start, after_blank=False), *rest] if start < first.end else rest
    paragraphs: list[Line] = []
    for place, line in enumerate(rest):
        if place and _goes_on(text, rest[place - 1], line, width):
            paragraphs[-1] = replace(paragraphs[-1], end=line.end)
        else:
            paragraphs.append(line)
    return paragraphs


def _width(lines: Sequence[Line]) -> int:
    """Return the length of a text's longest line, 0 where lines are too long to have been wrapped."""
    long = sum(line.end - line.start > _WIDEST for line in lines)
    if long * 10 >= len(lines):
        return 0
    return max((line.end - line.start for line in lines if line.end - line.start <= _WIDEST), default=0)


def _goes_on(text: str, line: Line, following: Line, width: int) -> bool:
    if following.part >= 0 and following.part == line.part:
        return True
    if following.after_blank or following.body > following.start:
        return False
    if width and line.end - line.start >= _NARROWEST:
        word = text[following.start : following.end].split(maxsplit=1)[0]
        column = line.end - (text.rfind("\n", 0, line.end) + 1)
        if column + 1 + len(word) > width - _SLACK:
            return True
    return text[following.start].islower() and not ends_sentence(text[line.start : line.end])
