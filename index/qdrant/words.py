"""The words in the passages that Qdrant has, by statistics that are kept beside them and read into memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from index import explanation, scoring
from index.analysis import CONCEPT, SURFACE, Analyzer, QuestionTerm, QuestionTerms
from index.explanation import Contribution
from index.packing import found_by
from index.qdrant.statistics import Counts, Statistics
from index.records import Passage
from index.scoring import Weights, are_among, idf
from index.spelling import Speller


class QdrantWords:
    """See `index.engine.Words`."""

    def __init__(self, statistics: Statistics, analyzer: Analyzer, weights: Weights = scoring.DEFAULTS) -> None:
        self.statistics = {name: counts for name, counts in statistics.items() if counts.passages > 0}
        self._analyzer = analyzer
        self._weights = weights
        self._speller = Speller(analyzer, partial(_may_have, self.statistics))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are passages in."""
        return tuple(sorted(self.statistics))

    def count(self, language: str | None = None) -> int:
        """How many passages there are, in one language or in all."""
        return sum(counts.passages for name, counts in self.statistics.items() if language in (None, name))

    def document_frequency(self, term: QuestionTerm) -> int:
        """How many passages have the term, as its stem or as the one of its concepts that most of them have."""
        names = [CONCEPT + id_ for id_, _ in term.concepts]
        if term.surface:
            names.append(SURFACE + term.surface)
        return sum(max((counts.frequency(name) for name in names), default=0) for counts in self.statistics.values())

    def rarities(self, language: str, terms: Sequence[str]) -> list[float]:
        """The inverse document frequency of each term in a language."""
        counts = self.statistics[language]
        return [_rarity(counts, term) for term in terms]

    def correct(self, question: QuestionTerms) -> QuestionTerms:
        """The question with words that neither a dictionary nor a passage has read as what they were meant to be."""
        return self._speller.correct(question, self.document_frequency)

    def explain(self, question: QuestionTerms, passage: Passage) -> tuple[Contribution, ...]:
        """Which terms of the question met which terms of an indexed passage, and what each contributed."""
        counts = self.statistics[passage.language]
        looked_for = scoring.elements(question, passage.language != question.language, self._weights)
        occurrences = self._analyzer.occurrences(found_by(passage), passage.language)
        average = counts.average_length
        return explanation.explain(
            question, looked_for, occurrences, lambda term: _rarity(counts, term), average, self._weights
        )


def _rarity(counts: Counts, term: str) -> float:
    return idf(counts.passages, min(counts.passages, counts.frequency(term)))


def _may_have(statistics: Statistics, hashes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    found = np.zeros(len(hashes), dtype=bool)
    for counts in statistics.values():
        found |= are_among(hashes, counts.hashes)
    return found
