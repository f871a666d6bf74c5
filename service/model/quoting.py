"""The stored words that a verified sentence rests on: of each cited passage, the sentences that bear it out best."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.records import Passage, Span
from service.coverage import Coverage
from service.model.numbers import number_set
from service.model.sources import Source
from service.records import Quote
from service.speakers import whole_words

MAX_QUOTE_CHARACTERS = 600
"""Sentences are only added to the best one while the quote stays this short."""
CAPITALISED = re.compile(r"[A-ZÆØÅÄÖ]\w+")


def best_quote(text: str, language: str, source: Source, coverage: Coverage) -> Quote:
    """Choose whole neighbouring sentences of the passage: the one that has most of `text`, and those with its numbers
    and names that this one lacks.

    Args:
        coverage: measures texts against `text`.
    """
    passage = source.passage
    spans = passage.sentences or (Span(passage.start, passage.end),)
    shares = [coverage.measure(cut(passage, span), passage.language).share for span in spans]
    best = max(range(len(spans)), key=lambda place: (shares[place], -place))
    first = last = best
    for place in needed(text, language, passage, spans):
        wider = min(first, place), max(last, place)
        if spans[wider[1]].end - spans[wider[0]].start <= MAX_QUOTE_CHARACTERS:
            first, last = wider
    start, end = spans[first].start, spans[last].end
    return Quote(
        document_id=passage.document_id,
        passage_id=passage.id,
        speaker=passage.speaker,
        language=passage.language,
        text=cut(passage, Span(start, end)),
        start=start,
        end=end,
        score=round(shares[best], 4),
    )


def needed(text: str, language: str, passage: Passage, spans: Sequence[Span]) -> list[int]:
    """The places of the sentences that first have a number or a name of `text`."""
    places: list[int] = []
    claimed = number_set(text, language)
    names = set(CAPITALISED.findall(text))
    for place, span in enumerate(spans):
        sentence = cut(passage, span)
        found = claimed & number_set(sentence, passage.language)
        named = {name for name in names if whole_words(name, sentence)}
        if found or named:
            places.append(place)
            claimed -= found
            names -= named
    return places


def cut(passage: Passage, span: Span) -> str:
    """The passage's text at a span of the document."""
    return passage.text[span.start - passage.start : span.end - passage.start]
