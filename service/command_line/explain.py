"""How a sentence is analysed, and why a passage answers a question: lines for whoever grows the lexicon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from index.analysis import QuestionTerm, QuestionTerms
from index.errors import KildeError
from index.explanation import Contribution
from index.lexicon import Concept
from index.library import Library
from index.records import Passage, Span, Speaker

MAX_RELATED = 4
"""Related concepts that are shown, the nearest first."""


class UnknownPassage(KildeError):
    """What was given is neither the id of a passage nor a text that can be compared."""


def describe(question: QuestionTerms, concepts: Mapping[str, Concept]) -> Iterator[str]:
    """A line for each word and multi-word entry, and one for each of its senses and near concepts."""
    yield f"language: {question.language}"
    for written, meant in question.corrections:
        yield f"read as: {written} → {meant}"
    for term in sorted((*question.terms, *question.functions), key=lambda term: (term.start, -term.end)):
        yield _head(term, function=term in question.functions)
        senses = len(term.concepts)
        for number, (name, weight) in enumerate(term.concepts, 1):
            numbered = f"sense {number} of {senses}" if senses > 1 else "sense"
            yield f"    {numbered}: {_concept(name, concepts, question.language)}, weight {weight:.2f}"
        if term.related:
            near = ", ".join(f"{name} {weight:.2f}" for name, weight in term.related[:MAX_RELATED])
            yield f"    near: {near}"


def contributions(library: Library, question: QuestionTerms, passage: Passage) -> Iterator[str]:
    """What a question and a passage have in common, a line for each term that met, the weightiest first."""
    met: Sequence[Contribution] = library.lexical.explain(question, passage)
    yield f"{passage.id} ({passage.language}): {passage.text[:100]}"
    for one in met:
        yield f"  {one}"
    yield f"  together {sum(one.score for one in met):.2f}" if met else "  no term of the question is in it"


def find_passage(library: Library, given: str) -> Passage:
    """The passage of this id; else `given` as if it were one, in the language that it is in.

    Raises:
        UnknownPassage: it is in a language of which nothing is indexed, so that there is nothing to tell rare words by.
    """
    if stored := library.record.passages([given]).get(given):
        return stored
    language = library.detector.detect(given).language
    if language not in library.lexical.languages:
        known = ", ".join(library.lexical.languages) or "nothing"
        raise UnknownPassage(
            f"expected a passage's id, or a text in a language of the index ({known}), found one in {language!r}"
        )
    spans = (Span(0, len(given)),)
    return Passage("(text)", "", 0, len(given), given, language, Speaker(None, "author"), "paragraph", spans)


def _head(term: QuestionTerm, *, function: bool) -> str:
    known = [f"stem {term.surface}"] if term.surface else []
    if term.parts:
        known.append(f"parts {' + '.join(term.parts)}")
    if not term.concepts:
        known.append("no concept")
    kind = "function word" if function else term.kind
    return f"{term.text}: {', '.join([kind, *known])}"


def _concept(name: str, concepts: Mapping[str, Concept], language: str) -> str:
    concept = concepts[name]
    shown = dict.fromkeys([language, "en"])
    words = "; ".join("|".join(concept.words[one][:3]) for one in shown if concept.words.get(one))
    return f"{name} ({concept.pos}: {words})"
