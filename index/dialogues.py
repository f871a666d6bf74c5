"""Finds who says what in interviews, minutes and chats: "Anna: …", "[10:14] Anna: …", "Anna   10:14" above it.

Programs and people write them in a few shapes; a text has one of them again and again, with several names that come
back, or one where only who answers is named. How a turn begins is told in `dialogue_heads`, whether these are people
here and in `dialogue_people`, whose each paragraph is in `dialogue_turns`. Every format is read by these rules
(`formats/spoken.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from index.dialogue_heads import Line, Shape, Turn, is_role, turn_at
from index.dialogue_people import Written, are_common_words, in_full, without_role
from index.lines import ends_sentence

_LEAST_TURNS = 4
_LEAST_ALONE = 3
"""Turns of the one person whom an interview names, in full, and speaks of."""
_LEAST_COVERED = 0.7
"""Of the turns, those whose names come back."""
_LEAST_PROSE = 0.5
"""Of the turns, those that say a sentence: a list of facts does not."""
_LEAST_PERSONAL = 0.2
"""Of the turns that only a name begins, those that say "I" or "we", or ask: things do not."""
_LEAST_SHARE = 0.6
"""Of a text: so much stands below the first of a chat's messages with a name above each. Below comments stands less."""
_MOST_FACTS = 1 / 3
"""For each turn: where "Date: …" and "Decision: …" stand as often, it is a record."""
_CYCLES = 3
_SHAPES: tuple[frozenset[Shape], ...] = (
    frozenset({"stamped", "stamp"}),
    frozenset({"sent", "stamp"}),
    frozenset({"label", "fact"}),
    frozenset({"angled", "stamp"}),
    frozenset({"above", "posted"}),
    frozenset({"below", "stamp"}),
    frozenset({"stacked"}),
    frozenset({"marked"}),
)
"""The shapes that the turns of one text may have together."""
_BY_NAME: frozenset[Shape] = frozenset({"label", "fact", "marked"})
_ABOVE: frozenset[Shape] = frozenset({"above", "posted", "below", "stacked"})


@dataclass(frozen=True, slots=True)
class Conversation:
    """The lines of a text in which people speak, and where their turns begin, each with the fullest form of a name.

    `alone` tells that only one of them is named, who is asked by the writer.
    """

    text: str
    lines: Sequence[Line]
    turns: Sequence[Turn]
    written: Written
    alone: bool

    @property
    def by_name(self) -> bool:
        """Whether turns begin with a name and no more, as people write them."""
        return self.turns[0].shape in _BY_NAME

    @property
    def above(self) -> bool:
        """Whether names stand in lines of their own, above what is said."""
        return any(turn.shape in _ABOVE for turn in self.turns)

    @property
    def is_thread(self) -> bool:
        """Whether it looks like a forum's: most names have a day beside them, and a title stands above the first."""
        posted = sum(turn.shape == "posted" for turn in self.turns)
        return 2 * posted > len(self.turns) and self.turns[0].line > 0


def find_conversation(text: str, lines: Sequence[Line], marked: Sequence[tuple[int, int]] = ()) -> Conversation | None:
    """Return the conversation that a text holds, None where nobody speaks with anybody.

    Args:
        text: as it is stored.
        lines: those in which somebody may speak.
        marked: where the format sets words off at the beginning of a paragraph (bold), in order.
    """
    bold = dict(marked)
    found = [turn for place in range(len(lines)) if (turn := turn_at(text, lines, place, bold)) is not None]
    if len(found) < _LEAST_ALONE:
        return None
    written = Written(text)
    counts = Counter(turn.shape for turn in found if turn.label)
    # The most frequent first.
    for shapes in sorted(_SHAPES, key=lambda shapes: -sum(counts[shape] for shape in shapes)):
        turns = _of_people(written, [turn for turn in found if turn.shape in shapes])
        alone = _is_alone(written, turns)
        if len(turns) >= _LEAST_ALONE and _speak(text, lines, turns, written, alone=alone):
            return Conversation(text, lines, turns, written, alone)
    return None


def _of_people(written: Written, found: Sequence[Turn]) -> list[Turn]:
    """Turns with the names of who speaks, in full and without the part that their bearers play."""
    words = Counter(word for turn in found if turn.label for word in turn.label.split())
    turns = [_judged(written, turn, words) for turn in found]
    full = in_full(turn.label for turn in turns if turn.label)
    return [replace(turn, label=full[turn.label]) if turn.label else turn for turn in turns]


def _judged(written: Written, turn: Turn, words: Mapping[str, int]) -> Turn:
    """A turn that a name alone begins as nobody's where it is none: a word that stands there once, or "Action Points".

    Titles ("Interview: …") and what is written down between turns begin so: a person comes back, or is spoken of.
    `words` counts those of all labels.
    """
    label = turn.label
    if label is None:
        return turn
    several = " " in label and not written.in_lower_case(label)
    if turn.shape == "label" and not (several or words[label] > 1 or is_role(label) or written.names(label)):
        return replace(turn, shape="fact", label=None)
    return replace(turn, label=without_role(label))


def _is_alone(written: Written, turns: Sequence[Turn]) -> bool:
    """Whether one person has most turns, whom the text names in full, or "Informant 2": who asks is the writer."""
    said = Counter(turn.label for turn in turns if turn.label)
    back = [label for label, times in said.items() if times > 1]
    if len(back) != 1 or turns[0].shape not in _BY_NAME or said[back[0]] < _LEAST_ALONE:
        return False
    return " " in back[0] and (written.names(back[0]) or is_role(back[0]))


def _speak(text: str, lines: Sequence[Line], turns: Sequence[Turn], written: Written, *, alone: bool) -> bool:
    """Whether these are turns of people who speak with each other: names that come back and say something."""
    named = [turn for turn in turns if turn.label]
    said = Counter(turn.label for turn in named)
    back = {label for label, times in said.items() if times > 1 and label}
    if not alone and (len(named) < _LEAST_TURNS or len(back) < 2):
        return False
    if len(turns) - len(named) > _MOST_FACTS * len(named) and turns[0].shape in _BY_NAME:
        return False
    if sum(said[label] for label in back) < _LEAST_COVERED * len(named) or _is_record(named, written):
        return False
    stretches = list(_stretches(text, lines, turns))
    if sum(ends_sentence(one) or len(one.split()) > 3 for one in stretches) < _LEAST_PROSE * len(stretches):
        return False
    if turns[0].shape in _BY_NAME:
        personal = sum(map(written.is_personal, stretches))
        people = any(" " in label or is_role(label) or written.names(label) for label in back)
        # "Rooms: …" and "Breakfast: …" say "we" as well, but ask nobody anything.
        people = people or any("?" in one for one in stretches)
        return people and personal >= _LEAST_PERSONAL * len(stretches) and not are_common_words(written, back)
    if any(turn.shape in _ABOVE for turn in named):
        return lines[-1].end - turns[0].start >= _LEAST_SHARE * (lines[-1].end - lines[0].start)
    return True


def _stretches(text: str, lines: Sequence[Line], turns: Sequence[Turn]) -> Iterator[str]:
    """The first paragraph behind each name: what stands further down may be anybody's."""
    for turn, end in zip(turns, [*(turn.line for turn in turns[1:]), len(lines)], strict=True):
        if not turn.label:
            continue
        last = min(max(turn.line + (turn.said >= lines[turn.line].end), turn.below), end - 1)
        while last + 1 < end and not lines[last + 1].after_blank:
            last += 1
        yield text[turn.said : max(turn.said, lines[last].end)].strip()


def _is_record(turns: Sequence[Turn], written: Written) -> bool:
    """Whether three labels and more come in the same order again and again: "Name: … Address: … Telephone: …".

    People who speak in turn are named elsewhere as well.
    """
    labels = [turn.label for turn in turns if turn.label]
    width = len(set(labels))
    if width < 3 or len(labels) < _CYCLES * width:
        return False
    in_order = all(label == labels[place % width] for place, label in enumerate(labels))
    return in_order and not all(map(written.names, labels[:width]))
