"""Recognises how a turn begins, in one line: "Anna: …", "[10:14] Anna: …", "<anna> …", "Anna   10:14" above it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from index.lines import ends_sentence, marker_length
from index.phrases import DATA, read_names, words_of
from index.records import Part
from index.speech import clean_name, is_date, is_name

Shape = Literal["label", "fact", "marked", "stamped", "stamp", "sent", "angled", "above", "posted", "below", "stacked"]
"""How a turn begins, in order: "Anna: …", "Date: …" (nobody), "Anna" in bold type, "[10:14] Anna: …", "10:14 …"
(nobody), "10:14 From Anna to Everyone:", "<anna> …"; and above it "Anna 10:14", "Anna 14-03-2024 10:14",
"[10:14] Anna", and "Anna" above "10:14"."""

MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"
"""Signs of direction, which chat programs write; WhatsApp puts one before what is its own."""
BLANKS = f" \t\u00a0\u202f{MARKS}"

_LONGEST_NAME = 45
_MOST_NAME_WORDS = 5
_LONGEST_HEAD = 120
"""Characters of a line that is nothing but a name and a moment; patterns that look for its end take long ones ill."""
_STRONG = 2
"""Stars or strokes around what Markdown sets in bold type."""
_BEHIND_NAME = 30
"""Characters that may stand in brackets between a name and its colon."""

_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,3})?(?:[ \u00a0\u202f]?[AaPp]\.?[Mm]\.?)?"
_STAMP = re.compile(
    rf"[\[(]?(?P<stamp>(?:\d{{1,4}}[-./]\d{{1,2}}(?:[-./]\d{{2,4}})?\.?,?[ \u00a0]+)?{_TIME})[\])]?"
    r"(?:[ \t\u00a0]*[-–—|])?[ \t\u00a0]+"
)
_ONLY_TIME = re.compile(rf"[\[(]?{_TIME}[\])]?")
_DAY = r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-./]\d{1,2}(?:[-./]\d{2,4})?),? "
_BEHIND = re.compile(rf"[ \t\u00a0,–—|-]+[\[(]?(?P<day>{_DAY})?{_TIME}[\])]?$")
_COLON = re.compile(r":(?=[ \t\u00a0]|$)")
_BRACKETS = re.compile(r"\s*[\[(][^()\[\]]{0,40}[\])]$")
_ANGLED = re.compile(r"<([^<>\n]{1,40})>[ \t]+(?=\S)")
_EMPHASIS = re.compile(
    r"(?P<sign>\*{1,3}|_{1,3})(?P<name>[^*_\n]{1,60}?)(?P<colon>:?)(?P=sign)"
    r"(?:[ \u00a0]?[\[(][^()\[\]\n]{0,40}[\])](?=:))?(?P<after>:?)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line without outer blanks; what is said in it, if anything, starts at `body`, behind a list marker.

    `after_blank` tells that a blank line, or nothing, stands above it, `after_heading` that a heading does; `part` is
    the place of the format's part that holds it, -1 without one.
    """

    start: int
    end: int
    body: int
    after_blank: bool
    after_heading: bool = False
    part: int = -1


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


def roles() -> frozenset[str]:
    """Return what people are called who are not named, as compared words."""
    return dialogue_words()["roles"]


def is_role(name: str) -> bool:
    """Tell whether a name is only the part that somebody plays, with or without a figure: "Informant 2"."""
    return _unnumbered(words_of(name)) in roles()


def lines_of(text: str, parts: Sequence[Part] = (), others: Sequence[Part] = ()) -> list[Line]:
    """Return the lines of a text that are not blank, in order, without those that begin in one of `others`.

    Args:
        text: as it is stored.
        parts: what the format holds together, in order.
        others: what the format says that nobody says, in order.
    """
    found: list[Line] = []
    position, blank, headed = 0, True, False
    inside, outside = _Parts(parts), _Parts(others)
    for raw in text.splitlines(keepends=True):
        content = raw.strip(BLANKS + "\r\n\f\v")
        if content:
            start = position + raw.index(content[0])
            end = start + len(content)
            if (other := outside.holding(start)) >= 0:
                blank, headed = True, headed or others[other].kind in ("title", "heading")
            else:
                marker = 0 if content[0] in "#>" else marker_length(text, start, end)
                found.append(Line(start, end, start + marker, blank, headed, inside.holding(start)))
                blank = headed = False
        else:
            blank = True
        position += len(raw)
    return found


class _Parts:
    """Tells which of some parts holds a place; asked in order."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts, self._next = parts, 0

    def holding(self, place: int) -> int:
        while self._next < len(self._parts) and self._parts[self._next].end <= place:
            self._next += 1
        holds = self._next < len(self._parts) and self._parts[self._next].start <= place
        return self._next if holds else -1


def turn_at(text: str, lines: Sequence[Line], place: int, bold: Mapping[int, int]) -> Turn | None:
    """Return the turn that begins with a line, if it looks like one.

    Args:
        text: as it is stored.
        lines: of it.
        place: of the line among them.
        bold: where the format sets words off at the beginning of a paragraph, start → end.
    """
    line = lines[place]
    end = bold.get(line.start)
    if end is not None and (found := _marked(text, line, place, end)):
        return found
    content = text[line.body : line.end]
    if (match := _EMPHASIS.match(content)) and (name := _name(match["name"], alias=False)):
        colon = match["colon"] or match["after"]
        if colon or len(match["sign"]) == _STRONG:
            return Turn(place, "label" if colon else "marked", name, line.start, line.body + match.end(), place)
    if match := _STAMP.match(content):
        return _stamped(text, line, place, line.body + match.end())
    if match := _ANGLED.match(content):
        return Turn(place, "angled", match[1].strip("@+~ "), line.start, line.body + match.end(), place)
    short = len(content) <= _LONGEST_HEAD
    if short and (match := _BEHIND.search(content)) and (name := _name(content[: match.start()], alias=True)):
        return Turn(place, "posted" if match["day"] else "above", name, line.start, line.end, place + 1)
    if match := _COLON.search(content, 1, _LONGEST_NAME + _BEHIND_NAME):
        return _labelled(content[: match.start()], line, place, line.body + match.end())
    below = lines[place + 1] if place + 1 < len(lines) else None
    if below and not below.after_blank and _ONLY_TIME.fullmatch(text[below.start : below.end]):
        name = _name(content, alias=True)
        return Turn(place, "stacked", name, line.start, below.end, place + 2) if name else None
    return None


def _labelled(label: str, line: Line, place: int, said: int) -> Turn | None:
    """A line that begins with a name and a colon, or with what heads records."""
    words = words_of(label)
    if words in dialogue_words()["nobody"] or _unnumbered(words) in dialogue_words()["nobody"]:
        return Turn(place, "fact", None, line.start, said, place)
    before, comma, _ = _BRACKETS.sub("", label).partition(",")
    if not label[0].isalpha() or (comma and " " not in before):
        return None  # "Ann Lee, chair (by phone):" names somebody, "First, take this:" and "// Prints:" do not.
    name = _name(before, alias=False)
    return Turn(place, "label", name, line.start, said, place) if name else None


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
    if (match := _EMPHASIS.match(content)) and (match["colon"] or match["after"]):
        return Turn(place, "stamped", match["name"].strip(), line.start, start + match.end(), place)
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
    words = words_of(name)
    if not words or len(name) > _LONGEST_NAME or words.count(" ") >= _MOST_NAME_WORDS or not name[0].isalpha():
        return None
    role = _unnumbered(words)
    if words in dialogue_words()["nobody"] or role in dialogue_words()["nobody"]:
        return None
    if role in roles() or re.fullmatch(r"(?:ip|i|r|m|s|p)\d{1,2}", role):
        return name
    if not alias and not name[0].isupper():
        return None
    single = " " not in words and name.isalpha()  # also "Will" and "Hans", which are function words elsewhere
    return name if (single or is_name(name, alias=True)) and not is_date(name) else None


def _unnumbered(words: str) -> str:
    """Compared words without the figure or letter behind them: "informant 2", "question b"."""
    before, _, last = words.rpartition(" ")
    return before if before and (last.isdigit() or len(last) == 1) else words
