"""Recognises how a turn begins, in one line: "Anna: …", "[10:14] Anna: …", "<anna> …", "Anna   10:14" above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from index.lines import ends_sentence
from index.phrases import DATA, read_names, words_of
from index.speech import clean_name, is_date, is_name, speech

Shape = Literal["label", "stamped", "stamp", "angled", "above", "below", "stacked", "sent", "marked", "fact"]
"""How a turn begins, in order: "Anna: …", "[10:14] Anna: …", "10:14 …" (nobody), "<anna> …", "Anna 10:14" above it,
"[10:14] Anna" above it, "Anna" above "10:14", "10:14 From Anna to Everyone:", "Anna" in bold type, "Date: …"."""

MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"
"""Signs of direction, which chat programs write; WhatsApp puts one before what is its own."""
BLANKS = f" \t\u00a0\u202f{MARKS}"

_LONGEST_NAME = 45
_MOST_NAME_WORDS = 5
_LONGEST_HEAD = 120
"""Characters of a line that is nothing but a name and a moment; patterns that look for its end take long ones ill."""
_BEHIND_NAME = 30
"""Characters that may stand in brackets between a name and its colon."""

_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,3})?(?:[ \u00a0\u202f]?[AaPp]\.?[Mm]\.?)?"
_STAMP = re.compile(
    rf"[\[(]?(?P<stamp>(?:\d{{1,4}}[-./]\d{{1,2}}(?:[-./]\d{{2,4}})?\.?,?[ \u00a0]+)?{_TIME})[\])]?"
    r"(?:[ \t\u00a0]*[-–—|])?[ \t\u00a0]+"
)
_ONLY_TIME = re.compile(rf"[\[(]?{_TIME}[\])]?")
_BEHIND = re.compile(rf"[ \t\u00a0,–—|-]+[\[(]?(?:\d{{1,2}}[-./]\d{{1,2}}(?:[-./]\d{{2,4}})?,? )?{_TIME}[\])]?$")
_COLON = re.compile(r":(?=[ \t\u00a0]|$)")
_BRACKETS = re.compile(r"\s*[\[(][^()\[\]]{0,40}[\])]$")
_ANGLED = re.compile(r"<([^<>\n]{1,40})>[ \t]+(?=\S)")
_EMPHASIS = re.compile(r"(\*\*|__)(?P<name>[^*_\n]{1,60}?)(?P<colon>:?)\1(?P<after>:?)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without outer blanks; `after_blank` tells that a blank line, or nothing, stands above it."""

    start: int
    end: int
    after_blank: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a turn begins: at which line, what names its speaker (or nobody), and where what is said starts."""

    line: int
    shape: Shape
    label: str | None
    start: int
    said: int
    below: int
    """The line from which on all is said."""


@cache
def dialogue_words() -> Mapping[str, frozenset[str]]:
    """Return the lists of data/dialogues.toml, as compared words."""
    return {name: frozenset(map(words_of, listed)) for name, listed in read_names(DATA / "dialogues.toml").items()}


@cache
def roles() -> frozenset[str]:
    """Return what people are called who are not named, as compared words."""
    return dialogue_words()["roles"] | speech().parts


def lines_of(text: str) -> Iterator[Line]:
    """Return the lines of a text that are not blank, in order."""
    position, blank = 0, True
    for raw in text.splitlines(keepends=True):
        content = raw.strip(BLANKS + "\r\n\f\v")
        if content:
            start = position + raw.index(content[0])
            yield Line(start, start + len(content), blank)
        blank = not content
        position += len(raw)


def turn_at(text: str, lines: Sequence[Line], place: int, bold: Mapping[int, int]) -> Turn | None:
    """Return the turn that begins with a line, if it looks like one."""
    line = lines[place]
    content = text[line.start : line.end]
    end = bold.get(line.start)
    if end is not None and (found := _marked(text, line, place, end)):
        return found
    if (match := _EMPHASIS.match(content)) and (name := _name(match["name"], alias=False)):
        colon = match["colon"] or match["after"]
        return Turn(place, "label" if colon else "marked", name, line.start, line.start + match.end(), place)
    if match := _STAMP.match(content):
        return _stamped(text, line, place, line.start + match.end())
    if match := _ANGLED.match(content):
        return Turn(place, "angled", match[1].strip("@+~ "), line.start, line.start + match.end(), place)
    short = len(content) <= _LONGEST_HEAD
    if short and (match := _BEHIND.search(content)) and (name := _name(content[: match.start()], alias=True)):
        return Turn(place, "above", name, line.start, line.end, place + 1)
    if match := _COLON.search(content, 1, _LONGEST_NAME + _BEHIND_NAME):
        before = content[: match.start()]
        if words_of(before) in dialogue_words()["nobody"]:
            return Turn(place, "fact", None, line.start, line.start + match.end(), place)
        name = _name(_BRACKETS.sub("", before), alias=False)
        return Turn(place, "label", name, line.start, line.start + match.end(), place) if name else None
    below = lines[place + 1] if place + 1 < len(lines) else None
    if below and not below.after_blank and _ONLY_TIME.fullmatch(text[below.start : below.end]):
        name = _name(content, alias=True)
        return Turn(place, "stacked", name, line.start, below.end, place + 2) if name else None
    return None


def _marked(text: str, line: Line, place: int, end: int) -> Turn | None:
    """A paragraph that begins with a name in bold type, or is nothing else."""
    label = text[line.start : end].rstrip()
    behind = text[line.start + len(label) : line.end]
    colon = label.endswith(":") or behind.startswith(":")
    name = _name(_BEHIND.sub("", label.rstrip(":")), alias=False)
    if name is None:
        return None
    said = line.start + len(label) + (0 if label.endswith(":") else int(colon))
    if match := _BEHIND.fullmatch(behind):
        said += match.end()
        return Turn(place, "above", name, line.start, said, place + 1)
    return Turn(place, "label" if colon else "marked", name, line.start, said, place)


def _stamped(text: str, line: Line, place: int, start: int) -> Turn:
    """A line that begins with a moment: with a name and a colon, a name alone, or what a program says."""
    content = text[start : line.end]
    if match := _ANGLED.match(content):
        return Turn(place, "angled", match[1].strip("@+~ "), line.start, start + match.end(), place)
    colon = content.find(": ", 0, 2 * _LONGEST_NAME)
    colon = len(content) - 1 if colon < 0 and content.endswith(":") else colon
    tokens = content[: max(colon, 0)].split()
    to = next((n for n, token in enumerate(tokens) if n > 1 and words_of(token) in dialogue_words()["to"]), 0)
    if tokens and to and words_of(tokens[0]) in dialogue_words()["from"]:
        return Turn(place, "sent", " ".join(tokens[1:to]), line.start, start + colon + 1, place)
    if 0 < colon <= _LONGEST_NAME and not ends_sentence(content[:colon]):
        return Turn(place, "stamped", content[:colon].strip(BLANKS + "~"), line.start, start + colon + 1, place)
    if name := _name(content, alias=True):
        return Turn(place, "below", name, line.start, line.end, place + 1)
    return Turn(place, "stamp", None, line.start, start, place)


def _name(text: str, *, alias: bool) -> str | None:
    """Return a text as what a speaker is called, or None: a name, or a role with or without a figure."""
    if len(text) > _LONGEST_HEAD:
        return None
    name = clean_name(text.strip(BLANKS))
    words = words_of(name).split()
    if not words or len(name) > _LONGEST_NAME or len(words) > _MOST_NAME_WORDS or not (name[0].isalpha()):
        return None
    if " ".join(words) in dialogue_words()["nobody"]:
        return None
    numbered = len(words) > 1 and (words[-1].isdigit() or len(words[-1]) == 1)
    role = " ".join(words[:-1] if numbered else words)
    if role in roles() or re.fullmatch(r"(?:ip|i|r|m|s|p)\d{1,2}", role):
        return name
    if not alias and not name[0].isupper():
        return None
    single = len(words) == 1 and name.isalpha()  # also "Will" and "Hans", which are function words elsewhere
    return name if (single or is_name(name, alias=True)) and not is_date(name) else None
