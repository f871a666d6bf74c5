"""The names and numbers of a question in what was found: whether they stand there, and with what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.choose import Candidate
from service.coverage import Coverage, Unit
from service.numbered import numbers_in
from service.paragraphs import paragraph_of
from service.speakers import whole_words
from service.understand import Question

RELATED = 0.3
"""The strength from which something at least related to a name was found."""


def missing_names(coverage: Coverage, found: Sequence[Candidate]) -> list[Unit]:
    """The names and numbers of the question itself that no passage has, nor, of those found, anything related."""
    return [
        unit
        for place, unit in enumerate(coverage.units)
        if unit.name
        and not unit.known
        and not unit.carried
        and max((candidate.whole.units[place] for candidate in found), default=0.0) < RELATED
    ]


def unwritten_names(coverage: Coverage, found: Sequence[Candidate]) -> list[Unit]:
    """Of a question about nothing but a name of several words, those that no passage found has as they are written.

    Words mean nothing in a name: whoever asks for Carl Baker is not answered by somebody who bakes.
    """
    own = [unit for unit in coverage.units if not unit.carried]
    if len(own) < 2 or not all(unit.name for unit in own):
        return []
    passages = {candidate.passage.id: candidate.passage for candidate in found}.values()
    written = "\n".join(f"{one.speaker.name or ''}\n{one.context}\n{one.text}" for one in passages)
    return [unit for unit in own if not whole_words(unit.text, written, re.IGNORECASE)]


def unwritten_numbers(question: Question, found: Sequence[Candidate]) -> list[str]:
    """The numbered things of a question ("Python 4") whose number no passage found has, but for years."""
    passages = {candidate.passage.id: candidate.passage for candidate in found}.values()
    texts = [f"{one.context}\n{one.text}" for one in passages]
    return [
        question.terms.text[slice(*thing.span)]
        for thing in question.numbered
        if not thing.is_year
        and not any(
            thing.is_named_in(text) and any(thing.is_meant(number) for number in numbers_in(text)) for text in texts
        )
    ]


def apart(question: Question, coverage: Coverage, found: Sequence[Candidate]) -> bool:
    """Whether the question asks what somebody says who is no speaker, and no stretch has that name and the rest of it.

    Such a person may be reported ("X points out that …"): then the name and the topic stand side by side.
    """
    if not question.says or question.speakers:
        return False
    start, end = question.topic_span or (0, 0)
    if question.carried:
        inside = [place for place, unit in enumerate(coverage.units) if not unit.carried]
    else:
        inside = [place for place, unit in enumerate(coverage.units) if start <= unit.start < end]
    names = [place for place, unit in enumerate(coverage.units) if unit.name and place not in inside]
    # Of "Ann Lee" a text that goes on about her says "Lee".
    last = [place for place in names if place + 1 not in names or not follows(coverage, place)]
    others = inside or [place for place in range(len(coverage.units)) if place not in names]
    if not names or not others:
        return False
    near = [candidate.near.units for candidate in found] + by_paragraph(found)
    together = [min(min(one[place] for place in last), max(one[place] for place in others)) for one in near]
    return max(together, default=0.0) < RELATED


def follows(coverage: Coverage, place: int) -> bool:
    """Whether the unit after this one is the next word of the question."""
    unit, after = coverage.units[place : place + 2]
    return unit.start + len(unit.text) + 1 == after.start


def by_paragraph(found: Sequence[Candidate]) -> list[tuple[float, ...]]:
    """What the sentences of a paragraph have together: who speaks in it is named once."""
    paragraphs: dict[tuple[str, int], list[tuple[float, ...]]] = {}
    for one in found:
        paragraphs.setdefault((one.passage.id, paragraph_of(one.passage, one.place)), []).append(one.own.units)
    return [tuple(map(max, zip(*some, strict=True))) for some in paragraphs.values()]


def split(coverage: Coverage, found: Sequence[Candidate]) -> bool:
    """Whether no passage has both a name of the question and one of the other things that it is about."""
    own = [place for place, unit in enumerate(coverage.units) if not unit.carried]
    names = [place for place in own if coverage.units[place].name]
    others = [place for place, unit in enumerate(coverage.units) if not unit.name]
    if not names or not others:
        return False
    whole = [candidate.whole.units for candidate in found]
    together = [min(max(one[place] for place in names), max(one[place] for place in others)) for one in whole]
    return max(together, default=0.0) < RELATED
