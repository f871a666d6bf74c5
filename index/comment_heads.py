"""Finds comments by what repeats: a name and a moment at the head of each, and what answers it at its foot.

A program made all of them alike, so that they need no heading above them and no verb: "Anna Berg", "3 May 2012", what
she says, "Reply"; and again. Titles with a date above teasers look the same, but nobody can reply to them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from index.headers import marker_kind, without_emphasis
from index.looks import Look, furniture_rules
from index.phrases import DATA, read_names, words_of
from index.speech import before_moment, clean_name, ends_moment, is_name, known_name, speech

_LONGEST_LINE = 12
"""Words of a line in a head: "Anna Berg · Thursday, May 3, 2012 at 10:14 am"."""
_LONGEST_NAME = 5
_MOST_ABOVE = 4
"""Lines between the name and the date: "Member since 2014", "Posts: 312"."""
_LEAST_WEIGHT = 3
"""Of one make: a name, and something in the same place of another head."""
_CONTROLS_ABOVE = 4
_LONGEST_CONTROLS = 8
_SHARE_WITH_CONTROLS = 0.6
_NUMBER = re.compile(r"\d+")
_LEAD = re.compile(r"#?\d{1,5}[.)]?|\W*")


@dataclass(frozen=True, slots=True)
class Head:
    """The lines above a comment, `start` to `end` (exclusive), and the one among them that names who wrote it."""

    start: int
    end: int
    place: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Repeated:
    """The heads of a page's comments, the places of the lines at their feet, and the heading above them."""

    heads: tuple[Head, ...]
    feet: frozenset[int]
    section: int | None


def find_repeated(looks: Sequence[Look], sections: Sequence[int]) -> Repeated | None:
    """Return the comments of a page that are made alike, or None where nothing shows that they are comments.

    That is shown by a heading above the first of them, by buttons to reply or to report at the feet of most, or by the
    initial above each name that stands for a picture.

    Args:
        looks: the units of the page.
        sections: the places of what may head a comment section.
    """
    moments = [position for position, line in enumerate(looks) if _moment(line) is not None]
    if len(moments) < 2:
        return None
    feet = frozenset(_feet(looks))
    heads = _heads(looks, moments, feet)
    places = [place for place in sections if place not in feet]  # "Svar" is a button as well.
    section = next((section for head in heads if (section := _section(looks, head, places)) is not None), None)
    if section is not None:
        heads = [head for head in heads if head.start > section]
    kinds = Counter(marker_kind(looks[head.start].unit.marker) for head in heads)
    heads = [head for head in heads if kinds[marker_kind(looks[head.start].unit.marker)] >= len(heads) / 2]
    if len(heads) < 2:
        return None
    ends = [*(head.start for head in heads[1:]), len(looks)]
    ordered = sorted(feet)
    answered = sum(
        bisect_left(ordered, head.end) < bisect_left(ordered, end) for head, end in zip(heads, ends, strict=True)
    )
    shown = answered >= max(2, _SHARE_WITH_CONTROLS * len(heads)) or all(_has_initial(looks, head) for head in heads)
    return Repeated(tuple(heads), feet, section) if shown or section is not None else None


def _moment(line: Look) -> str | None:
    """Return what stands before the moment that a short line ends with, "" where it is nothing else, else None."""
    if line.prose or not 0 < line.unit.words <= _LONGEST_LINE:
        return None
    if not ends_moment(line.words.rpartition(" ")[2]):
        return None
    return before_moment(without_emphasis(line.text))


def _feet(looks: Sequence[Look]) -> Iterator[int]:
    """Return the places of lines of buttons that stand below comments only."""
    for position, line in enumerate(looks):
        words = line.words.split() if line.unit.words <= _LONGEST_CONTROLS else []
        if not line.prose and not answers().isdisjoint(words) and are_controls(words):
            yield position


@cache
def answers() -> frozenset[str]:
    """Return the words of buttons that stand below comments and posts, and never below a teaser."""
    return frozenset(read_names(DATA / "comment_marks.toml")["answers"])


def are_controls(words: Sequence[str]) -> bool:
    """Whether a line is nothing but the buttons below a comment, run together: "12 likes Reply Report"."""
    whole = furniture_rules()["whole"].whole
    return 0 < len(words) <= _LONGEST_CONTROLS and any(
        whole(" ".join(words[:end])) is not None and (end == len(words) or are_controls(words[end:]))
        for end in range(1, len(words) + 1)
    )


def _heads(looks: Sequence[Look], moments: Sequence[int], feet: frozenset[int]) -> list[Head]:
    """Return the heads of the make that most of the moments have: name before the moment, above or below it."""
    makes: Counter[int] = Counter()
    for moment in moments:
        before = _moment(looks[moment])
        if before:
            makes[0] += _weight(before)
            continue
        for offset in (1, *range(-1, -1 - _MOST_ABOVE, -1)):
            place = moment + offset
            if _may_name(looks, place, moment, feet) and len(_letters(looks[place])) > 1:
                makes[offset] += _weight(looks[place].text)
    if not makes or max(makes.values()) < _LEAST_WEIGHT:
        return []
    # Where two makes are as frequent, what stands above and nearest is the name.
    make = max(makes, key=lambda offset: (makes[offset], offset <= 0, -abs(offset)))
    return [head for moment in moments if (head := _head(looks, moment, make, feet)) is not None]


def _weight(text: str) -> int:
    """Return how much a text looks like a name: "Guest of the sea" is one where the others' names stand."""
    name = _name(text)
    return 0 if name is None else 2 if is_name(name, alias=True) else 1


def _letters(line: Look) -> str:
    return "".join(character for character in line.text if character.isalnum())


def _may_name(looks: Sequence[Look], place: int, moment: int, feet: frozenset[int]) -> bool:
    """Whether a name may stand at a place: only short lines that say nothing stand between it and the moment."""
    if not 0 <= place < len(looks) or place in feet:
        return False
    if looks[place].strong or not _in_head(looks[place]):
        return False
    between = range(min(place, moment) + 1, max(place, moment))
    return all(_in_head(looks[other]) and other not in feet for other in between)


def _in_head(line: Look) -> bool:
    sentence = line.unit.closed and not line.text.endswith((":", "."))
    return not line.prose and 0 < line.unit.words <= _LONGEST_NAME and not sentence and _moment(line) is None


def _head(looks: Sequence[Look], moment: int, make: int, feet: frozenset[int]) -> Head | None:
    """Return the head that a moment belongs to if it is of a make; its name is None where it is none that is known."""
    before = _moment(looks[moment])
    if make == 0:
        if not before:
            return None
        start = _first_line(looks, moment)
        return Head(start, moment + 1, moment, _name(before))
    place = moment + make
    if before or not _may_name(looks, place, moment, feet):
        return None
    start = _first_line(looks, min(place, moment))
    return Head(start, max(place, moment) + 1, place, _name(looks[place].text))


def _name(text: str) -> str | None:
    tokens = without_emphasis(text).split()
    if len(tokens) > 1 and words_of(tokens[-1]) in speech().comment_verbs:
        tokens.pop()
    name = clean_name(" ".join(tokens))
    return known_name(name) if 0 < len(name.split()) <= _LONGEST_NAME and any(c.isalpha() for c in name) else None


def _first_line(looks: Sequence[Look], place: int) -> int:
    """Return where a head starts: with the number of the comment or the initial above the name."""
    while place and (_LEAD.fullmatch(looks[place - 1].text) or _is_initial(looks, place - 1, place)):
        place -= 1
    return place


def _is_initial(looks: Sequence[Look], place: int, below: int) -> bool:
    letters = _letters(looks[place])
    return len(letters) == 1 and letters.casefold() == _letters(looks[below])[:1].casefold()


def _has_initial(looks: Sequence[Look], head: Head) -> bool:
    return head.place > 0 and _is_initial(looks, head.place - 1, head.place)


def _section(looks: Sequence[Look], first: Head, sections: Sequence[int]) -> int | None:
    """Return the heading of comments above a head, if there is nothing but controls between."""
    place = bisect_left(sections, first.start) - 1
    if place < 0:
        return None
    between = range(sections[place] + 1, first.start)
    return sections[place] if len(between) <= _CONTROLS_ABOVE and not any(looks[n].prose for n in between) else None
