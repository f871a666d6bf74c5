"""Finds the turns of interviews, transcripts and minutes, where a name and a colon stand before what somebody says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from index.comments import Mark
from index.looks import Look
from index.phrases import words_of
from index.records import Segment, SegmentKind, Speaker
from index.speech import clean_name, is_name, speech

_LABEL = re.compile(
    r"(?:[\[(]?\d{1,2}[:.]\d\d(?:[:.]\d\d)?[\])]?[^\S\n]*[–—-]?[^\S\n]*)?"  # when it was said
    r"[*_]{0,3}(?P<name>[^\W\d_][^\n:*_<>|(){}\[\]«»“”\"?!]{1,60}?)(?:[^\S\n]*[(\[][^()\[\]\n]{0,40}[)\]])?[*_]{0,3}"
    r"[^\S\n]*:[*_]{0,3}(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*)(?=\S)"
)
_LINE = re.compile(r"\n[^\S\n]*")
_WORD = re.compile(r"\w+")
_AMID = re.compile(r"(?<=[\w,;:(«“\"] )[^\W\d_]\S{1,60}")
"""What stands in the midst of a sentence, up to the next blank."""
_BEFORE_COLON = re.compile(r"[^\n.,:]{0,40}:")
_PREPOSITION = re.compile(r"(?<![\w.])i(?![\w.])")
"""In Danish, Norwegian and Swedish, where English has only the pronoun, with a capital."""
_KINDS: Set[SegmentKind] = frozenset({"paragraph", "quotation", "list_item", "heading"})
_LEAST_REGULAR = 2
"""Turns of each of two people that make a conversation."""
_LEAST_ALONE = 3
"""Turns that the one person has whom an interview names."""
_PERSONAL, _VERY_PERSONAL = 0.25, 0.5
"""The share of turns at least in which somebody says "I" or "we", or asks: labels such as "Windows:" have none. The
second where nothing else of the text tells who they are."""
_DENSE = 0.5
"""The share of the units, from the first turn to the last, that are turns at least."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says: the label begins at `label`, their words at `start`; `name` is as it is written there."""

    label: int
    start: int
    end: int
    name: str


def find_turns(
    text: str, looks: Sequence[Look], marks: Sequence[Mark | None], kinds: Sequence[SegmentKind]
) -> dict[int, list[Turn]]:
    """Return the turns in each unit that has any, by the unit's position; none where a text is no conversation.

    It is one where two people have two turns each, or one has three, who speak as people do, and whom the rest of the
    text names, or the part that they play ("Moderator"). A label by itself is no speaker: "Decision: …".
    """
    places = [
        position
        for position, line in enumerate(looks)
        if kinds[position] in _KINDS and marks[position] is None and not line.unit.marker.startswith("#")
    ]
    found = {position: turns for position in places if (turns := list(_labelled(text, looks[position])))}
    names = _people(text, found, places)
    told: dict[int, list[Turn]] = {}
    for position, turns in found.items():
        # What follows a label that is nobody's belongs to it, not to who spoke before.
        mine = [replace(turn, name=names[turn.name]) for turn in turns if turn.name in names]
        if mine and turns[0].name in names:
            told[position] = mine
    return told


def cut(text: str, whole: Segment, turns: Sequence[Turn]) -> Iterator[Segment]:
    """The segments of a unit that begins with a turn: each label, and the words behind it as its speaker's."""
    for place, turn in enumerate(turns):
        speaker = Speaker(turn.name, "quoted")
        label = whole.start if not place else turn.label
        label_end = label + len(text[label : turn.start].rstrip())
        yield replace(whole, kind="byline", start=label, end=label_end, speaker=speaker)
        yield replace(whole, kind="quotation", start=turn.start, end=turn.end, speaker=speaker)


def _labelled(text: str, line: Look) -> Iterator[Turn]:
    """The stretches of a unit that a label stands before, whoever or whatever it names."""
    unit = line.unit
    starts = [unit.body, *(match.end() for match in _LINE.finditer(text, unit.body, unit.end))]
    labels = [match for start in starts if (match := _LABEL.match(text, start, unit.end)) and _name(match["name"])]
    if not labels or labels[0].start() != unit.body:
        return
    ends = [*(match.start() for match in labels[1:]), unit.end]
    for match, end in zip(labels, ends, strict=True):
        yield Turn(
            match.start(), match.end(), match.end() + len(text[match.end() : end].rstrip()), _name(match["name"])
        )


def _name(label: str) -> str:
    """The name in a label without the part that its bearer plays ("Moderator Ann Lee"); "" where there is none."""
    name = clean_name(label.partition(",")[0])
    name = without_part(name)
    return name if _is_part(name) or (is_name(name) and len(name) > 1) else ""


def without_part(name: str) -> str:
    """A name without what its bearer is at the meeting: "Moderator Ann Lee"."""
    words = name.split()
    while len(words) > 1 and words[1].isalpha() and len(words[1]) > 1 and words_of(words[0]) in speech().parts:
        words = words[1:]
    return " ".join(words)


def _is_part(name: str) -> bool:
    return words_of(name) in speech().parts and name[:1].isupper()


def _people(text: str, found: Mapping[int, Sequence[Turn]], places: Sequence[int]) -> Mapping[str, str]:
    """The names in labels that are people's → the fullest form of each; empty where nobody talks with anybody."""
    spoken: dict[str, list[Turn]] = defaultdict(list)
    for turns in found.values():
        for turn in turns:
            spoken[turn.name].append(turn)
    regular = [name for name, turns in spoken.items() if len(turns) >= _LEAST_REGULAR]
    alone = len(regular) == 1 and len(spoken[regular[0]]) >= _LEAST_ALONE and " " in regular[0]
    said = [turn for name in regular for turn in spoken[name]]
    if not (len(regular) > 1 or alone):
        return {}
    written = Written(text)
    certain = any(_is_part(name) or (" " in name and written.names(name)) for name in regular)
    likely = not alone and any(" " in name or written.names(name) for name in regular)
    least = _PERSONAL if certain else _VERY_PERSONAL
    of_self = selves(text)
    if not (certain or likely) or sum(is_personal(text[turn.start : turn.end], of_self) for turn in said) < least * len(
        said
    ):
        return {}
    between = [place for place in places if min(found) <= place <= max(found)]
    if not alone and len(found) < _DENSE * len(between):
        return {}
    people = [
        name
        for name, turns in spoken.items()
        if _is_part(name)
        or written.names(name)
        or (len(turns) >= _LEAST_REGULAR and " " in name and not any(map(written.in_lower_case, name.split())))
        or (len(turns) >= _LEAST_REGULAR and any(is_personal(text[turn.start : turn.end], of_self) for turn in turns))
    ]
    return in_full(people)


def in_full(people: Iterable[str]) -> dict[str, str]:
    """Each name → the one longer name of which it is the first or last word; itself where none is, or several are."""
    people = list(dict.fromkeys(people))
    longer: dict[str, list[str]] = defaultdict(list)
    for name in people:
        words = name.split()
        if len(words) > 1:
            for word in {words[0], words[-1]}:
                longer[word].append(name)
    return {name: longer[name][0] if len(longer.get(name, ())) == 1 else name for name in people}


class Written:
    """The words of a text, read once: there may be thousands of names to ask for."""

    def __init__(self, text: str) -> None:
        self._lower = frozenset(word for word in _WORD.findall(text) if word == word.lower())
        self._amid: set[str] = set()
        for token in _AMID.finditer(text):
            # "Anne-Marie's" has Anne, and Anne-Marie.
            for word in _WORD.finditer(token[0]) if token[0][0].isupper() else ():
                if not _BEFORE_COLON.match(text, token.start() + word.end()):
                    self._amid.add(token[0][: word.end()])

    def names(self, name: str) -> bool:
        """Whether a part of a name stands in the midst of a sentence, with its capital, and before no colon."""
        return any(word in self._amid for word in name.split() if len(word) > 1 and word[0].isupper())

    def in_lower_case(self, word: str) -> bool:
        """Whether a word also stands in lower case: "Action Points" is nobody where there are points."""
        parts = _WORD.findall(word.lower())
        return bool(parts) and self._lower.issuperset(parts)


def selves(text: str) -> frozenset[str]:
    """The words by which somebody in a text speaks of themselves; "i" only where it is no preposition."""
    found = speech().pronouns_self
    return found - {"i"} if _PREPOSITION.search(text) else found


def is_personal(said: str, of_self: Set[str]) -> bool:
    """Whether somebody says "I" or "we" (`selves` of the text), or asks something: things do not."""
    return "?" in said or any(word in of_self for word in _WORD.findall(said.casefold()))
