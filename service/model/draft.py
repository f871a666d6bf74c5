"""An answer as it grows from a model's sentences: checked, cited and numbered one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from index.library import Library
from service.coverage import Coverage
from service.model.check import Checker, Claim
from service.model.quoting import best_quote
from service.records import Citation, Fault, Section
from service.verify import verified

FINAL_STOPS = ".!?…"


class Draft:
    """The sentences that have been verified so far with their citations, and what was wrong with the others."""

    def __init__(self, checker: Checker, library: Library, language: str) -> None:
        self._checker = checker
        self._library = library
        self._language = language
        self._said: set[str] = set()
        self.headline = ""
        self.sections: list[Section] = []
        self.citations: list[Citation] = []
        self.faults: Counter[Fault] = Counter()

    def add(self, sentence: str) -> Section | None:
        """Take up a sentence if it can be verified; its section has its markers as they are numbered in this answer."""
        claim = self._checker.check(sentence)
        if isinstance(claim, Claim) and claim.text.casefold() in self._said:
            claim = "repeated"
        markers = self._cite(claim) if isinstance(claim, Claim) else ()
        if not isinstance(claim, Claim) or not markers:
            self.faults["unknown_marker" if isinstance(claim, Claim) else claim] += 1
            return None
        self._said.add(claim.text.casefold())
        self.headline = self.headline or claim.text
        section = Section(with_markers(claim.text, markers), markers, "sentence")
        self.sections.append(section)
        return section

    def cite(self, citation: Citation) -> int:
        """The marker under which this answer has a citation's quote; a new one where it does not have it yet."""
        quote = citation.quote
        for known in self.citations:
            if (
                known.document.id == citation.document.id
                and known.quote.start <= quote.start
                and quote.end <= known.quote.end
            ):
                return known.marker
        self.citations.append(replace(citation, marker=len(self.citations) + 1))
        return len(self.citations)

    def _cite(self, claim: Claim) -> tuple[int, ...]:
        """The markers of a claim's quotes; none if a document has changed since it was found."""
        library = self._library
        terms = library.analyzer.question(claim.text, self._language)
        coverage = Coverage(terms, library.analyzer, library.document_frequency, library.indexed_passages())
        found = [
            Citation(0, source.document, best_quote(claim.text, self._language, source, coverage))
            for source in claim.sources
        ]
        if len(verified([citation.quote for citation in found], library.record)) < len(found):
            return ()
        return tuple(dict.fromkeys(self.cite(citation) for citation in found))


def with_markers(text: str, markers: Sequence[int]) -> str:
    """The sentence with its markers before its full stop."""
    body = text.rstrip(FINAL_STOPS)
    return f"{body} {''.join(f'[{marker}]' for marker in markers)}{text[len(body) :] or '.'}"


def brought(citations: Sequence[Citation], section: Section, before: int) -> tuple[Citation, ...]:
    """The citations of a section that are new in it; `before` is how many there were."""
    return tuple(citation for citation in citations[before:] if citation.marker in section.markers)
