"""An answer without a model: quotes chosen from the passages, or an abstention that shows the nearest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial

from index.library import Library
from index.records import Filters, Hit, Passage
from service.choose import candidates, choose
from service.compare import Comparison, Weighed, compare, laid_out
from service.coverage import Coverage
from service.cues import Cues
from service.evidence import LOOKED_AT, Judge, Verdict
from service.find import find
from service.overview import MAX_PASSAGES, Overview, main_points, spread
from service.preferring import preferred
from service.records import Answer, Citation, Quote
from service.right_of_way import Aside, go_on
from service.speakers import Speakers, named_speakers
from service.strings import Strings, strings
from service.understand import Question
from service.verify import verified
from service.who_said import who_said
from service.wording import found_headline, sections

NEAREST = 3
"""Passages shown under an abstention."""
REMEMBERED = 4096
"""Analysed sentences that are kept: some 10 MB."""


class Quoting:
    """Answers by quoting. Safe to use from several threads."""

    def __init__(self, library: Library, cues: Cues, judge: Judge, max_quotes: int, aside: Aside = go_on) -> None:
        """Take the parts. `aside` is called between two steps of an answer."""
        self._library = library
        self._cues = cues
        self._judge = judge
        self._speakers = Speakers(library.record)
        self._max_quotes = max_quotes
        self._aside = aside
        # Overviews of the same texts weigh the same sentences.
        self._analyse = lru_cache(maxsize=REMEMBERED)(library.analyzer.passage)

    def answer(self, question: Question, hits: Sequence[Hit], filters: Filters) -> Answer:
        """Answer `question` from `hits`, which were retrieved for it; every quote is verified against the stored text.

        Args:
            filters: the asker's own; where what the question asks for leaves nothing, the nearest by these are shown.
        """
        if compared := compare(question, filters, partial(self._weigh_alone, filters), self._cues, self._max_quotes):
            return self._laid_out(question, compared)
        weighed = self._weigh(question, hits)
        coverage, found, verdict = weighed.coverage, weighed.found, weighed.verdict
        answered = verdict.level == "answered"
        if who := self._speakers_asked_about(verdict, filters):
            # Not a word that no text knows: somebody whose own words are the nearest to who that is.
            filters, found, verdict = replace(filters, speakers=who), [], replace(verdict, level="near", missing=())
        if not found:
            nearest = self._nearest(question, filters) if coverage.units else []
            found = candidates(nearest, coverage, question.kinds, question.numbered, self._aside)
        found = preferred(found, question, coverage, self._cues)
        quotes = choose(
            found,
            self._cues,
            several_voices=answered and (question.several_voices or len(question.speakers) > 1),
            max_quotes=self._max_quotes if answered else NEAREST,
        )
        sound = verified(quotes, self._library.record)
        citations = cite(sound, self._library)
        answered = answered and bool(citations)
        words = strings(question.answer_language)
        if answered and question.who_said:
            headline = who_said(citations, self._library, words)
        elif answered:
            headline = found_headline(question.topic, citations, self._texts(), words)
        else:
            headline = abstention(verdict, question, bool(citations), words)
        return Answer(
            headline=headline,
            sections=sections(citations, words),
            citations=citations,
            answered=answered,
            language=question.answer_language,
            near=verdict.level == "near" and bool(citations),
            confidence=round(verdict.probability, 3),
            unverified=len(quotes) - len(sound),
        )

    def overview(self, question: Question, overview: Overview, filters: Filters) -> tuple[list[Hit], Answer]:
        """The main points of the texts that are asked about, and the passages that they stand in."""
        record, words = self._library.record, strings(question.answer_language)
        named = frozenset(record.info(filters.documents or overview.documents))
        if filters.documents and overview.documents:
            named &= overview.documents
        limited = filters.documents or overview.documents
        documents = sorted(named) if limited else record.document_ids(filters.languages or question.languages)
        shown = spread(documents, self._max_quotes)
        whose = {name.casefold() for name in filters.speakers}
        passages: dict[str, list[Passage]] = {}
        for passage in record.passages_of(shown):
            if not whose or (passage.speaker.name or "").casefold() in whose:
                passages.setdefault(passage.document_id, []).append(passage)
        share = MAX_PASSAGES // max(1, len(passages))
        read = [passage for document in passages.values() for passage in spread(document, share)]
        quotes = main_points(read, overview.role, self._cues, self._analyse, self._max_quotes)
        sound = verified(quotes, record)
        citations = cite(sound, self._library)
        headline = found_headline(None, citations, self._texts(), words, key="overview") if citations else ""
        found = Answer(
            headline=headline or words.text("abstain.plain"),
            sections=sections(citations, words),
            citations=citations,
            answered=bool(citations),
            language=question.answer_language,
            unverified=len(quotes) - len(sound),
        )
        cited = record.passages(citation.quote.passage_id for citation in citations)
        return [Hit(passage, 1.0 / rank, rank) for rank, passage in enumerate(cited.values(), start=1)], found

    def _weigh(self, question: Question, hits: Sequence[Hit]) -> Weighed:
        """The candidates among the hits, and whether they answer."""
        coverage = self.coverage(question)
        sought = question.speakers or coverage.units
        found = candidates(hits, coverage, question.kinds, question.numbered, self._aside) if sought else []
        return Weighed(coverage, found, self._judge.judge(question, coverage, hits, found))

    def _weigh_alone(self, filters: Filters, question: Question) -> Weighed:
        """The same for a question that nothing was retrieved for yet."""
        return self._weigh(question, find(question, self._library.retriever, filters))

    def _laid_out(self, question: Question, compared: Comparison) -> Answer:
        """The answer that a comparison makes."""
        words = strings(question.answer_language)
        citations = cite(verified(compared.quotes, self._library.record), self._library)
        return Answer(
            headline=found_headline(None, citations, self._texts(), words, key="compare"),
            sections=laid_out(compared, citations, words),
            citations=citations,
            answered=bool(citations),
            language=question.answer_language,
            confidence=round(compared.probability, 3),
        )

    def _speakers_asked_about(self, verdict: Verdict, filters: Filters) -> frozenset[str]:
        """Who is meant where all that no passage has is speakers' names ("Who is Ann Lee?")."""
        if not verdict.missing or filters.speakers:
            return frozenset()
        names = self._speakers.names()
        found = [named_speakers(term, names) for term in verdict.missing]
        return frozenset(name for one in found for name in one) if all(found) else frozenset()

    def _texts(self) -> int:
        """How many documents there are."""
        return self._library.record.count_documents()

    def coverage(self, question: Question) -> Coverage:
        """What measures texts against `question`."""
        return Coverage(
            question.terms,
            self._library.analyzer,
            self._library.document_frequency,
            self._library.indexed_passages(),
            carried=question.carried,
        )

    def _nearest(self, question: Question, filters: Filters) -> list[Hit]:
        """What lies nearest when nobody asked for the right thing said anything: without the question's own limits."""
        return self._library.retriever.search(
            question.terms, language=question.language, limit=LOOKED_AT, filters=filters
        )


def cite(quotes: Sequence[Quote], library: Library) -> tuple[Citation, ...]:
    """Number the quotes from 1 in their order, each with what is known of its document."""
    documents = library.record.info({quote.document_id for quote in quotes})
    return tuple(
        Citation(marker, documents[quote.document_id], quote)
        for marker, quote in enumerate((quote for quote in quotes if quote.document_id in documents), start=1)
    )


def greeting(language: str) -> Answer:
    """What is said to a message that asks nothing: what can be asked here."""
    headline = strings(language).text("courtesy.reply")
    return Answer(headline, sections=(), citations=(), answered=False, language=language)


def abstention(verdict: Verdict, question: Question, nearest: bool, words: Strings) -> str:
    """The sentences of an abstention: why there is no answer, and what the quotes below are, if there are any."""
    if verdict.missing:
        said = words.text("abstain.term", term=", ".join(words.quoted(term) for term in verdict.missing))
    elif question.speakers:
        said = words.text("abstain.speaker", name=", ".join(sorted(question.speakers)))
    elif verdict.level == "near" and nearest:
        return words.text("abstain.near")
    else:
        said = words.text("abstain.plain")
    return f"{said} {words.text('abstain.closest')}" if nearest else said
