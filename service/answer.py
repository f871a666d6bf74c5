"""An answer without a model: quotes chosen from the passages, or an abstention that shows the nearest ones."""

from __future__ import annotations

from collections.abc import Sequence

from index.library import Library

from index.records import Filters, Hit
from service.choose import candidates, choose
from service.coverage import Coverage
from service.cues import Cues
from service.evidence import Verdict, judge
from service.records import Answer, Citation, Quote
from service.strings import Strings, strings
from service.understand import Question
from service.verify import verified
from service.wording import found_headline, sections

NEAREST = 3
"""Passages shown under an abstention."""


def answer(
    question: Question, hits: Sequence[Hit], filters: Filters, *, library: Library, cues: Cues, max_quotes: int
) -> Answer:
    """Answer `question` from `hits`, which were retrieved for it; every quote is verified against the stored text."""
    words = strings(question.answer_language)
    coverage = Coverage(question.terms, library.analyzer, library.lexical.document_frequency, library.lexical.count())
    found = candidates(hits, coverage)
    quotes = choose(found, cues, several_voices=question.several_voices, max_quotes=max_quotes)
    verdict = judge(question, coverage, found, quotes)
    if not verdict.answered:
        quotes = quotes[:NEAREST]
    citations = cite(verified(quotes, library.record), library)
    answered = verdict.answered and bool(citations)
    if answered:
        headline = found_headline(question.topic, citations, len(library.record.documents()), words)
    else:
        headline = abstention(verdict, question, bool(citations), words)
    return Answer(headline, sections(citations, words), citations, answered, question.answer_language)


def cite(quotes: Sequence[Quote], library: Library) -> tuple[Citation, ...]:
    """Number the quotes from 1 in their order, each with what is known of its document."""
    documents = library.record.info({quote.document_id for quote in quotes})
    return tuple(
        Citation(marker, documents[quote.document_id], quote)
        for marker, quote in enumerate((quote for quote in quotes if quote.document_id in documents), start=1)
    )


def abstention(verdict: Verdict, question: Question, nearest: bool, words: Strings) -> str:
    """The sentences of an abstention: why there is no answer, and what the quotes below are, if there are any."""
    if question.speakers and not verdict.missing:
        said = words.text("abstain.speaker", name=", ".join(sorted(question.speakers)))
    elif verdict.missing:
        said = words.text("abstain.term", term=", ".join(words.quoted(term) for term in verdict.missing))
    else:
        said = words.text("abstain.plain")
    return f"{said} {words.text('abstain.closest')}" if nearest else said
