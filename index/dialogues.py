"""Finds who says what in interviews, minutes and chats: "Anna: …", "[10:14] Anna: …", "Anna   10:14" above it.

Programs and people write them in a few shapes; a text has one of them again and again, with several names that come
back. What no name stands before is never given to the one above where something else may have begun.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from index.dialogue_heads import BLANKS, MARKS, Line, Shape, Turn, lines_of, roles, turn_at
from index.lines import ends_sentence, marker_length
from index.phrases import words_of
from index.records import Part
from index.speech import known_name, speech
from index.turns import Written, in_full, is_personal, selves, without_part

NAMES = "names who speaks"
_PROGRAM = "written by the chat program"
_LEAST_TURNS = 4
_LEAST_COVERED = 0.7
"""Of the turns, those whose names come back."""
_LEAST_PROSE = 0.5
"""Of the turns, those that say a sentence: a list of facts does not."""
_LEAST_PERSONAL = 0.2
"""Of the turns that only a name and a colon begin, those that say "I" or "we", or ask: things do not."""
_LEAST_SHARE = 0.6
"""Of a text: so much stands below the first of a chat's messages with a name above each. Below comments stands less."""
_MOST_FACTS = 1 / 3
"""For each turn: where "Date: …" and "Decision: …" stand as often, it is a record."""
_CYCLES = 3
_WIDEST = 100
"""Columns: in longer lines nothing was wrapped."""
_NARROWEST = 40
_SLACK = 4
_HEADING_WORDS = 9
_OMITTED = re.compile(r"<[^<>\n]{3,60}>")


def find_dialogue(text: str, marked: Sequence[tuple[int, int]] = ()) -> list[Part]:
    """Return who says what as parts: what names a speaker is furniture, what they say a quotation of theirs.

    Args:
        text: as it is stored.
        marked: where the format sets words off at the beginning of a paragraph (bold), in order.
    """
    lines = list(lines_of(text))
    bold = dict(marked)
    found = [turn for place in range(len(lines)) if (turn := turn_at(text, lines, place, bold)) is not None]
    if len(found) < _LEAST_TURNS:
        return []
    written = Written(text)
    words = Counter(word for turn in found if turn.label for word in turn.label.split())
    for shapes in _alike(found):
        turns = _with_full_names([_judged(written, turn, words) for turn in found if turn.shape in shapes])
        if _speak(text, lines, turns, written):
            return list(_parts(text, lines, turns))
    return []


def _judged(written: Written, turn: Turn, words: Mapping[str, int]) -> Turn:
    """A turn without the part that its speaker plays; nobody's where a single word stands there only once.

    Titles ("Interview: …") and what is written down between turns begin so: a person comes back, or is spoken of.
    `words` counts those of all labels.
    """
    if turn.shape != "label" or turn.label is None:
        return turn
    label = turn.label
    known = " " in label or words[label] > 1 or words_of(label) in roles()
    if not (known or written.names(label)):
        return replace(turn, shape="fact", label=None)
    return replace(turn, label=without_part(label))


def _with_full_names(turns: Sequence[Turn]) -> list[Turn]:
    """A first name is the person whom another label names in full."""
    full = in_full(turn.label for turn in turns if turn.label)
    return [replace(turn, label=full[turn.label]) if turn.label else turn for turn in turns]


def _alike(found: Sequence[Turn]) -> Iterator[frozenset[Shape]]:
    """Return the shapes of which a text's turns may be, the most frequent first."""
    groups: tuple[frozenset[Shape], ...] = (
        frozenset({"stamped", "stamp"}),
        frozenset({"sent", "stamp"}),
        frozenset({"label", "fact"}),
        frozenset({"angled", "stamp"}),
        frozenset({"above"}),
        frozenset({"below", "stamp"}),
        frozenset({"stacked"}),
        frozenset({"marked"}),
    )
    counts = Counter(turn.shape for turn in found if turn.label)
    yield from sorted(groups, key=lambda shapes: -sum(counts[shape] for shape in shapes))


def _speak(text: str, lines: Sequence[Line], turns: Sequence[Turn], written: Written) -> bool:
    """Whether these are turns of people who speak with each other: names that come back and say something."""
    named = [turn for turn in turns if turn.label]
    shapes = {turn.shape for turn in named}
    said = Counter(turn.label for turn in named)
    back = [label for label, times in said.items() if times > 1]
    if len(named) < _LEAST_TURNS or len(said) < 2 or len(back) < 2:
        return False
    facts = sum(turn.shape == "fact" for turn in turns)
    if facts > _MOST_FACTS * len(named):
        return False
    if sum(said[label] for label in back) < _LEAST_COVERED * len(named) or _is_record(named):
        return False
    stretches = [_stretch(text, lines, turns, place) for place, turn in enumerate(turns) if turn.label]
    sentences = sum(ends_sentence(one) or len(one.split()) > 3 for one in stretches)
    if sentences < _LEAST_PROSE * len(stretches):
        return False
    if shapes & {"label", "marked"} and _are_things(
        selves(text), stretches, written, [label for label in back if label]
    ):
        return False
    if shapes & {"above", "below", "stacked"}:
        return lines[-1].end - turns[0].start >= _LEAST_SHARE * (lines[-1].end - lines[0].start)
    return True


def _stretch(text: str, lines: Sequence[Line], turns: Sequence[Turn], place: int) -> str:
    end = turns[place + 1].start if place + 1 < len(turns) else lines[-1].end
    return text[turns[place].said : end].strip()


def _is_record(turns: Sequence[Turn]) -> bool:
    """Whether three labels and more come in the same order again and again: "Name: … Address: … Telephone: …"."""
    labels = [turn.label for turn in turns]
    width = len(set(labels))
    if width < 3 or len(labels) < _CYCLES * width:
        return False
    return all(label == labels[place % width] for place, label in enumerate(labels))


def _are_things(of_self: Set[str], stretches: Sequence[str], written: Written, labels: Sequence[str]) -> bool:
    """Whether hardly anybody speaks of themselves or asks, or most labels are words that the text has in lower case."""
    personal = sum(is_personal(one, of_self) for one in stretches)
    return personal < _LEAST_PERSONAL * len(stretches) or _are_common_words(written, labels)


def _are_common_words(written: Written, labels: Sequence[str]) -> bool:
    """Whether most of the labels are words that the text writes in lower case as well: names are not."""
    # "Will" is a name as well as a word that every text has.
    known = roles() | speech().function_words
    single = [label for label in labels if " " not in label and words_of(label) not in known]
    common = sum(map(written.in_lower_case, single))
    return 2 * common > len(labels)


def _parts(text: str, lines: Sequence[Line], turns: Sequence[Turn]) -> Iterator[Part]:
    width = max((line.end - line.start for line in lines if line.end - line.start <= _WIDEST), default=0)
    long = sum(line.end - line.start > _WIDEST for line in lines)
    width = width if long * 10 < len(lines) else 0
    for place, turn in enumerate(turns):
        if turn.shape == "fact":
            continue
        last = turns[place + 1].line if place + 1 < len(turns) else _last(text, lines, turns)
        name = known_name(turn.label) if turn.label and any(map(str.isalpha, turn.label)) else None
        first = lines[turn.line]
        said = text[turn.said : first.end]
        own = said.lstrip(" \t\u00a0")
        # What a program writes is nobody's.
        if not turn.label or own.startswith(tuple(MARKS)) or _OMITTED.fullmatch(own.strip(BLANKS)):
            yield Part("furniture", turn.start, first.end, reason=_PROGRAM)
            continue
        if turn.below > turn.line:
            yield Part("furniture", turn.start, max(turn.said, first.start), reason=NAMES)
            yield from _said(text, lines[turn.below : last], name, width)
            continue
        yield Part("furniture", turn.start, turn.said, reason=NAMES)
        start = turn.said + len(said) - len(said.lstrip(BLANKS))
        rest = [Line(start, first.end, False)] if start < first.end else []
        yield from _said(text, [*rest, *lines[turn.line + 1 : last]], name, width)


def _last(text: str, lines: Sequence[Line], turns: Sequence[Turn]) -> int:
    """Return the line below the last turn: it ends with its paragraph unless most turns have several."""
    several = sum(
        any(lines[n].after_blank for n in range(max(one.line + 1, one.below + 1), other.line))
        for one, other in itertools.pairwise(turns)
    )
    begin = max(turns[-1].line, turns[-1].below)
    goes_on = 2 * several >= len(turns) - 1
    place = begin + 1
    while place < len(lines):
        if lines[place].after_blank and not (goes_on and ends_sentence(text[lines[place].start : lines[place].end])):
            bare = (
                turns[-1].said >= lines[turns[-1].line].end and place == begin + 1 and turns[-1].below == turns[-1].line
            )
            if not bare:
                break
        place += 1
    return place


def _said(text: str, lines: Sequence[Line], name: str | None, width: int) -> Iterator[Part]:
    """Return what one says, paragraph by paragraph; headings, and what stands in brackets, are left to the rules."""
    begun = 0
    for place in range(1, len(lines) + 1):
        if place < len(lines) and _goes_on(text, lines[place - 1], lines[place], width):
            continue
        if begun < len(lines):
            start, end = lines[begun].start, lines[place - 1].end
            if begun == 0 or not _stands_apart(text[start:end], lines[begun]):
                yield Part("quotation", start, end, name=name)
        begun = place


def _goes_on(text: str, line: Line, following: Line, width: int) -> bool:
    if following.after_blank or marker_length(text, following.start, following.end):
        return False
    if line.end - line.start < _NARROWEST and width:
        return text[following.start].islower() and not ends_sentence(text[line.start : line.end])
    word = text[following.start : following.end].split(maxsplit=1)[0]
    column = line.end - (text.rfind("\n", 0, line.end) + 1)
    if width and column + 1 + len(word) > width - _SLACK:
        return True
    return text[following.start].islower() and not ends_sentence(text[line.start : line.end])


def _stands_apart(paragraph: str, line: Line) -> bool:
    bracketed = paragraph[0] in "[(" and paragraph[-1] in "])"
    heading = line.after_blank and len(paragraph.split()) <= _HEADING_WORDS and not ends_sentence(paragraph)
    return bracketed or heading
