"""What a question holds against each other: two speakers, texts in two languages, or two topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index.analysis import QuestionTerm
from service.cues import Cues

SideKind = Literal["speaker", "language", "topic"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: `name` is the speaker's, the languages' codes joined by "+", or the question's words.

    `terms` are what is asked of this side; those that both sides share are in both.
    """

    kind: SideKind
    name: str
    terms: tuple[QuestionTerm, ...]
    speakers: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


def sides(
    text: str,
    language: str,
    terms: tuple[QuestionTerm, ...],
    speakers: Mapping[str, Sequence[tuple[int, int]]],
    groups: Sequence[tuple[str, ...]],
    cues: Cues,
) -> tuple[Side, ...]:
    """The sides that a question compares, in its order; none where it compares nothing, or says nothing of what about.

    Args:
        terms: what the question is about.
        speakers: those whom it names, each with where.
        groups: the languages of the texts that it names, one group an adjective.
    """
    if not terms:
        return ()
    if len(speakers) > 1:
        inside = {span for spans in speakers.values() for span in spans}
        about = tuple(term for term in terms if not any(a <= term.start < b for a, b in inside))
        named = sorted(speakers, key=lambda name: min(speakers[name]))
        return tuple(Side("speaker", name, about, speakers=frozenset([name])) for name in named) if about else ()
    if len(groups) > 1:
        return tuple(Side("language", "+".join(group), terms, languages=frozenset(group)) for group in groups)
    if cues.compares(text, language) and (pair := cues.pair(text, language)):
        return topics(text, terms, pair)
    return ()


def topics(text: str, terms: tuple[QuestionTerm, ...], pair: Sequence[tuple[int, int]]) -> tuple[Side, ...]:
    """The two topics at these places of the text, each with the terms that neither has to itself."""

    def within(span: tuple[int, int]) -> list[QuestionTerm]:
        return [term for term in terms if span[0] <= term.start < span[1]]

    own = [within(span) for span in pair]
    if not all(own):
        return ()
    shared = [term for term in terms if not any(term in some for some in own)]
    return tuple(
        Side("topic", text[start:end].strip(" \"'“”«»„"), tuple(sorted((*mine, *shared), key=lambda term: term.start)))
        for mine, (start, end) in zip(own, pair, strict=True)
    )
