"""What a question can be found under, sought in many texts: in each of them everything else is passed over."""

from __future__ import annotations

from dataclasses import dataclass

from index.analysis import CONCEPT, SURFACE, Analyzer, PassageTerms, QuestionTerms
from index.entries import TOKEN


class Sought:
    """Measures texts against the terms of one question: what `Analyzer.match` says, in a fraction of its time.

    For one thread, and for no longer than the question is being answered.
    """

    def __init__(self, question: QuestionTerms, analyzer: Analyzer) -> None:
        self._question = question
        self._analyzer = analyzer
        self._concepts = {id_ for term in question.terms for id_, _ in (*term.concepts, *term.related)}
        self._terms = frozenset(
            (
                *(SURFACE + stem for term in question.terms for stem in (term.surface, *term.parts)),
                *(CONCEPT + id_ for id_ in self._concepts),
            )
        )
        self._in: dict[str, _InLanguage] = {}

    def strengths(self, text: str, language: str) -> tuple[float, ...] | None:
        """How strongly `text` has each term of the question, 0..1 in their order; None where it has none of them."""
        there = self._in.get(language)
        if there is None:
            there = self._in[language] = _InLanguage(self._terms, self._concepts, self._analyzer, language)
        terms = there.terms(text)
        return None if terms is None else self._analyzer.strengths(self._question, terms, language)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a token says of what is sought: (kind, term, weight); and whether a sought entry may begin with it."""

    terms: tuple[tuple[str, str, float], ...]
    begins: bool


class _InLanguage:
    """What is sought in the texts of one language."""

    def __init__(self, wanted: frozenset[str], concepts: set[str], analyzer: Analyzer, language: str) -> None:
        self._wanted = wanted
        self._analyzer = analyzer
        self._language = language
        self._vocabulary = analyzer.vocabulary(language)
        self._concepts = concepts
        self._beginnings = frozenset(analyzer.entries.beginnings(concepts, language))
        self._found: dict[str, _Found] = {}
        self._saying: set[str] = set()
        self._of = -1

    def terms(self, text: str) -> PassageTerms | None:
        """Of the terms of a text those that are sought, None where it has none."""
        tokens = TOKEN.findall(text)
        vocabulary = self._vocabulary
        for token in set(tokens).difference(vocabulary.said):
            vocabulary.of(token)
        # Another thread may have added a token that is sought.
        if (met := len(vocabulary.said)) != self._of:
            self._saying, self._of = vocabulary.saying(self._wanted, self._beginnings), met
        saying = self._saying
        found = [self._found.get(token) or self._look_up(token) for token in tokens if token in saying]
        if not found:
            return None
        counts: dict[str, dict[str, float]] = {SURFACE: {}, CONCEPT: {}}
        begins = False
        for one in found:
            begins = begins or one.begins
            for kind, term, weight in one.terms:
                counts[kind][term] = counts[kind].get(term, 0.0) + weight
        if begins:
            self._add_entries(tokens, counts[CONCEPT])
        if not counts[SURFACE] and not counts[CONCEPT]:
            return None
        return PassageTerms(counts[SURFACE], counts[CONCEPT], {}, 0)

    def _look_up(self, token: str) -> _Found:
        said = self._vocabulary.of(token)
        terms = tuple((term[0], term[1:], weight) for term, weight in said.terms if term in self._wanted)
        found = self._found[token] = _Found(terms, not self._beginnings.isdisjoint(said.keys))
        return found

    def _add_entries(self, tokens: list[str], concepts: dict[str, float]) -> None:
        """Add what entries of several words say: all are looked for, since none overlaps another."""
        of = self._vocabulary.of
        for _, _, ids in self._analyzer.entries.find([of(token).keys for token in tokens], self._language):
            for id_ in ids:
                if id_ in self._concepts:
                    concepts[id_] = concepts.get(id_, 0.0) + len(ids) ** -0.5
