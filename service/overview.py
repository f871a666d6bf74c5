"""Questions without a topic of their own ("What are the texts about?", "Who commented?") and what answers them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from index.analysis import PassageTerms, QuestionTerm
from index.records import Passage, Role
from service.choose import Candidate, Voice, join, sentence_text, voice_of, widen
from service.coverage import Match, is_prose
from service.cues import QUOTED, Cues, Patterns, has
from service.records import Quote

MAX_PASSAGES = 240
"""Passages that are read for an overview, evenly spaced over what there is: some 40 ms."""
MAX_SENTENCES_OF_A_VOICE = 4
SHORTEST, LONGEST = 40, 400
"""Characters of a sentence that says something by itself and can stand in an overview."""
NOTHING = Match(0.0, ())

Thing = TypeVar("Thing")
Analyse = Callable[[str, str], PassageTerms]


@dataclass(frozen=True, slots=True)
class Overview:
    """What is asked for: the main points of these documents, of all where it names none, as said in this role."""

    documents: frozenset[str]
    role: Role


def overview_asked(
    text: str,
    terms: Sequence[QuestionTerm],
    topical: Iterable[QuestionTerm],
    cues: Cues,
    titled: Callable[[str], Collection[str]],
    *,
    goes_on: bool,
) -> Overview | None:
    """What overview a question asks for; None where it has a topic.

    Args:
        terms: all of the question; `topical` those that do not only speak of texts and of saying.
        titled: gives the ids of the documents of a title.
        goes_on: there is a question before; then one must say more clearly that it does not go on from it.
    """
    titles = [(match.span(), titled(match[1].strip())) for match in QUOTED.finditer(text)]
    spans = [span for span, ids in titles if ids] + places(cues.overview, text)
    asked = len(spans) > sum(bool(ids) for _, ids in titles)
    spans += places(cues.beside_overview, text)
    if any(not any(start <= term.start < end for start, end in spans) for term in topical):
        return None
    commenting = any(has(term, cues.commenting) for term in terms)
    named = commenting or any(ids for _, ids in titles) or any(has(term, cues.texts) for term in terms)
    if (asked and named) if goes_on else (asked or named):
        documents = frozenset(id_ for _, ids in titles for id_ in ids)
        return Overview(documents, "commenter" if commenting else "author")
    return None


def places(patterns: Patterns, text: str) -> list[tuple[int, int]]:
    """Where patterns of any language match: short questions are easily taken for a neighbour's."""
    return [match.span() for pattern in patterns.values() for match in pattern.finditer(text)]


def spread(things: Sequence[Thing], most: int) -> Sequence[Thing]:
    """At most so many of the things, evenly spaced, in their order."""
    return things if len(things) <= most else [things[place * len(things) // most] for place in range(most)]


def main_points(passages: Sequence[Passage], role: Role, cues: Cues, analyse: Analyse, max_quotes: int) -> list[Quote]:
    """The quotes of an overview, voice by voice in reading order: each voice has the same share of them.

    Args:
        passages: in the order of their documents; of all roles where nobody speaks in the one that is asked for.
    """
    spoken = [passage for passage in passages if passage.speaker.role == role] or passages
    voices: dict[Voice, list[Passage]] = {}
    for passage in spoken:
        voices.setdefault(voice_of(passage), []).append(passage)
    shown = spread(list(voices.values()), max_quotes)
    share = max(1, min(MAX_SENTENCES_OF_A_VOICE, max_quotes // max(1, len(shown))))
    quotes: list[Quote] = []
    for voice in shown:
        quotes += join([widen(candidate, cues) for candidate in main_sentences(voice, cues, analyse, share)])
    return quotes


def main_sentences(passages: Sequence[Passage], cues: Cues, analyse: Analyse, wanted: int) -> list[Candidate]:
    """The sentences that say most of what all of them say."""
    found = [(passage, place) for passage in passages for place in range(len(passage.sentences))]
    texts = [sentence_text(passage, passage.sentences[place]) for passage, place in found]
    terms = [analyse(text, passage.language) for text, (passage, _) in zip(texts, found, strict=True)]
    said = [frozenset((*one.surface, *one.concepts)) for one in terms]
    usable = [
        place
        for place, (text, (passage, _)) in enumerate(zip(texts, found, strict=True))
        if SHORTEST <= len(text) <= LONGEST
        and text.rstrip()[-1] not in "?:"
        and not cues.leans(text, passage.language)
        and is_prose(text, terms[place].length)
    ] or list(range(len(found)))
    return [
        Candidate(passage, place, 1.0 / rank, NOTHING, NOTHING, NOTHING, NOTHING, of_the_kind=False)
        for rank, (passage, place) in enumerate((found[one] for one in sum_basic(said, usable, wanted)), start=1)
    ]


def sum_basic(said: Sequence[Collection[str]], usable: Sequence[int], wanted: int) -> list[int]:
    """The places of the sentences to show, the best first: SumBasic (Nenkova & Vanderwende 2005).

    A sentence scores the mean probability of its terms over all sentences; the probabilities of those of a chosen one
    are squared, so that the next one says something else.

    Args:
        said: the terms of every sentence.
        usable: the places of those that may be chosen.
    """
    counts = Counter(term for terms in said for term in terms)
    total = sum(counts.values()) or 1
    share: dict[str, float] = {term: count / total for term, count in counts.items()}
    left, chosen = [place for place in usable if said[place]], list[int]()
    while left and len(chosen) < wanted:
        best = max(left, key=lambda place: (mean(share, said[place]), -place))
        chosen.append(best)
        left.remove(best)
        share.update({term: share[term] ** 2 for term in said[best]})
    return chosen


def mean(share: Mapping[str, float], terms: Collection[str]) -> float:
    """The mean probability of some terms."""
    return sum(share[term] for term in terms) / len(terms)
