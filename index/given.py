"""Joins the structure that a document's format gives with what the rules for plain text find in the rest of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.authors import Bylines, find_bylines
from index.clean import find_furniture, find_given_furniture
from index.comments import Mark, find_comments
from index.lines import Unit, unit_in_place, unit_of, units
from index.looks import Look
from index.records import Part, SegmentKind
from index.structure import find_kinds

_SPEECH_DASHES = frozenset("–—")


@dataclass(frozen=True, slots=True)
class Structure:
    """What each unit of a text is: see `Mark`, `find_furniture`, `find_kinds`, `Bylines`."""

    marks: Sequence[Mark | None]
    bylines: Bylines
    reasons: Sequence[str | None]
    kinds: Sequence[SegmentKind]
    speech_marked: Sequence[bool]
    quoted: Mapping[int, str | None] = field(default_factory=dict)
    """Whom the format names as who says a unit, by its position."""


def units_with(text: str, parts: Sequence[Part]) -> tuple[list[Unit], Mapping[int, Part]]:
    """Return a text's units in order, and the parts of a kind among them by position: each part is one unit.

    One that the format calls furniture says nothing: nobody's language, name or layout is told by its words. One of no
    kind is a unit like those that the layout shows.

    Args:
        text: the stored text.
        parts: in order, not overlapping, without outer blanks.
    """
    if not parts:
        return units(text), {}
    found: list[Unit] = []
    given: dict[int, Part] = {}
    position = 0
    for part in parts:
        found += _between(text, position, part.start)
        position = part.end
        if part.kind is None:
            found.append(unit_in_place(text, part.start, part.end))
            continue
        given[len(found)] = part
        found.append(_unread(part) if part.kind == "furniture" else unit_of(text, part.start, part.end))
    found += _between(text, position, len(text))
    return found, given


def _unread(part: Part) -> Unit:
    return Unit(part.start, part.end, body=part.end, indent=0, after_blank=True, marker="", words=0, ending="")


def _between(text: str, start: int, end: int) -> Iterator[Unit]:
    for own in units(text[start:end]):
        yield replace(own, start=own.start + start, end=own.end + start, body=own.body + start)


def find_structure(looks: Sequence[Look], given: Mapping[int, Part]) -> Structure:
    """Return what each unit is: a given part is what its format says, everything else what the rules say."""
    free = [position for position in range(len(looks)) if position not in given]
    ruled = _by_rules([looks[position] for position in free])
    if not given:
        return ruled
    marks = [_mark(given[position]) if position in given else None for position in range(len(looks))]
    reasons = [given[position].reason if position in given else None for position in range(len(looks))]
    kinds: list[SegmentKind] = [
        (position in given and given[position].kind) or "paragraph" for position in range(len(looks))
    ]
    speech = [position in given and _is_speech(looks[position], kinds[position]) for position in range(len(looks))]
    has_title = "title" in kinds
    for place, position in enumerate(free):
        marks[position], reasons[position] = ruled.marks[place], ruled.reasons[place]
        kinds[position], speech[position] = ruled.kinds[place], ruled.speech_marked[place]
        if has_title and kinds[position] == "title":
            # A caption below the title is as long as a title may be.
            kinds[position] = "heading" if looks[position].short else "paragraph"
    # Whom a menu or a teaser names has not written the article.
    told = [
        position for position in range(len(looks)) if not (position in given and given[position].kind == "furniture")
    ]
    found = find_bylines([looks[position] for position in told], [marks[position] for position in told])
    bylines = Bylines(frozenset(told[place] for place in found.places), found.author)
    judged = ("paragraph", "heading", "list_item")
    for position in bylines.places:
        if position in given and marks[position] is None and kinds[position] in judged:
            kinds[position] = "byline"
    others = frozenset(position for position, kind in enumerate(kinds) if position not in given or kind not in judged)
    lists = frozenset(position for position, kind in enumerate(kinds) if kind == "list_item")
    for position, reason in find_given_furniture(looks, marks, reasons, others, lists).items():
        kinds[position], reasons[position] = "furniture", reason
    places = frozenset(position for position, kind in enumerate(kinds) if kind == "byline" and not marks[position])
    quoted = {n: part.name for n, part in given.items() if kinds[n] == "quotation" and part.name and not part.number}
    return Structure(marks, Bylines(places, bylines.author), reasons, kinds, speech, quoted)


def _by_rules(looks: Sequence[Look]) -> Structure:
    marks = find_comments(looks)
    bylines = find_bylines(looks, marks)
    reasons = find_furniture(looks, marks, bylines.places)
    kinds, speech_marked = find_kinds(looks, marks, reasons, bylines.places)
    return Structure(marks, bylines, reasons, kinds, speech_marked)


def _mark(part: Part) -> Mark | None:
    if not part.number:
        return None
    if part.kind == "furniture":
        return Mark("furniture", part.number, reason=part.reason)
    return Mark("header" if part.kind == "byline" else "body", part.number, part.name)


def _is_speech(line: Look, kind: SegmentKind) -> bool:
    return kind == "paragraph" and line.unit.marker in _SPEECH_DASHES and (line.prose or line.unit.closed)
