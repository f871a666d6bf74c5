"""A comparison laid out side by side: for each side its own quotes, or an honest line where it has none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.records import Filters
from service.choose import SAID, Candidate, choose, sentence_text
from service.coverage import Coverage
from service.cues import Cues
from service.evidence import Verdict
from service.records import Citation, Quote, Section
from service.sides import Side
from service.strings import Strings
from service.understand import Question
from service.wording import sections

BOTH = None
"""The key of the quotes that speak of both sides at once."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was found for a question, best first, by what it was measured, and whether that answers it."""

    coverage: Coverage
    found: Sequence[Candidate]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """The quotes of each side in the question's order, first those of both sides at once, if there are any."""

    groups: tuple[tuple[Side | None, tuple[Quote, ...]], ...]
    probability: float

    @property
    def quotes(self) -> list[Quote]:
        """All of them, in the order in which they are shown."""
        return [quote for _, quotes in self.groups for quote in quotes]


def compare(
    question: Question, filters: Filters, weigh: Callable[[Question], Weighed], cues: Cues, max_quotes: int
) -> Comparison | None:
    """Ask for each side by itself; None where there are none, or no answer, or the asker's own filters leave only one.

    One side must be answered, or each of them nearly: what several people say of a thing is a comparison already. Of
    two topics only what answers is shown: nobody's words hold the quotes together, so that nearly is about another.
    """
    if not question.sides:
        return None
    kinds = {side.kind for side in question.sides}
    if ("speaker" in kinds and filters.speakers) or ("language" in kinds and filters.languages):
        return None
    weighed = [weigh(of_side(question, side)) for side in question.sides]
    levels = [one.verdict.level for one in weighed]
    if "topic" not in kinds and "answered" not in levels and "absent" in levels:
        return None
    share = max(1, max_quotes // len(weighed))
    chosen: list[list[Quote]] = []
    for side, one in zip(question.sides, weighed, strict=True):
        spoken = one.found if one.verdict.level != "absent" else []
        found = about(side, question, one) if side.kind == "topic" else spoken
        chosen.append(choose(found, cues, several_voices=False, max_quotes=share))
    if not any(chosen):
        return None
    both = [quote for quote in chosen[0] if all(any(overlap(quote, other) for other in some) for some in chosen[1:])]
    groups: list[tuple[Side | None, tuple[Quote, ...]]] = [(BOTH, tuple(both))] if both else []
    for side, quotes in zip(question.sides, chosen, strict=True):
        own = tuple(quote for quote in quotes if not any(overlap(quote, other) for other in both))
        if own or not quotes:
            groups.append((side, own))
    if all(side is BOTH for side, _ in groups):
        return None
    return Comparison(tuple(groups), max(one.verdict.probability for one in weighed))


def of_side(question: Question, side: Side) -> Question:
    """What a question asks of one side."""
    return replace(
        question,
        terms=replace(question.terms, terms=side.terms),
        carried=0,
        topic_span=None,
        speakers=side.speakers or question.speakers,
        languages=side.languages or question.languages,
        sides=(),
    )


def about(side: Side, question: Question, weighed: Weighed) -> Sequence[Candidate]:
    """The sentences that are about a topic, not only about one of its words: "git add" is not all that Git does.

    Those that have several words as they are written in the question, where there are any; else, if the side is
    answered, those that, with what stands beside and above them, have something of every unit of it that no other has.
    """
    name = re.compile(rf"(?<!\w){re.escape(side.name)}(?!\w)", re.IGNORECASE)
    written = [one for one in weighed.found if name.search(said(one))]
    if written and " " in side.name:
        return written
    if weighed.verdict.level != "answered":
        return []
    own = {term.start for term in side.terms if not all(term in other.terms for other in question.sides)}
    places = [place for place, unit in enumerate(weighed.coverage.units) if unit.start in own]
    return [one for one in weighed.found if all(one.near.units[place] >= SAID for place in places)]


def said(candidate: Candidate) -> str:
    """The text of a candidate's sentence."""
    return sentence_text(candidate.passage, candidate.passage.sentences[candidate.place])


def overlap(one: Quote, other: Quote) -> bool:
    """Whether two quotes have a stretch of text in common."""
    return one.document_id == other.document_id and one.start < other.end and other.start < one.end


def laid_out(comparison: Comparison, citations: Sequence[Citation], words: Strings) -> tuple[Section, ...]:
    """The sections of a comparison: a heading for each side, under it its voices, or that it says nothing."""
    laid: list[Section] = []
    for side, quotes in comparison.groups:
        mine = [citation for citation in citations if citation.quote in quotes]
        laid.append(Section(heading(side, words), (), "side"))
        laid += sections(mine, words) if mine else [Section(nothing(side, words), (), "note")]
    return tuple(laid)


def heading(side: Side | None, words: Strings) -> str:
    """What stands above a side."""
    if side is BOTH:
        return words.text("sides.both")
    if side.kind == "language":
        return words.text("sides.language", language=language(side, words))
    return side.name


def language(side: Side, words: Strings) -> str:
    """The name of a side's language; "Norwegian" is two."""
    codes = side.name.split("+")
    return words.language_name(codes[0]) if len(codes) == 1 else words.text("sides.norwegian")


def nothing(side: Side | None, words: Strings) -> str:
    """That nothing was found for a side."""
    if side is not None and side.kind == "speaker":
        return words.text("abstain.speaker", name=side.name)
    if side is not None and side.kind == "topic":
        return words.text("abstain.term", term=words.quoted(side.name))
    return words.text("sides.nothing")
