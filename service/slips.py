"""A question with its slips of the finger mended; the asker is shown the question as it was understood."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from index.analysis import Analyzer, QuestionTerm
from index.engine import Words
from index.errors import IndexUnavailable
from index.normalising import normalise
from index.spelling import as_elsewhere
from service.cues import QUOTED, Cues
from service.speakers import Names

MIN_NAME_CHARACTERS = 5
"""A shorter name is one letter away from too many others."""


def mend(text: str, language: str, *, analyzer: Analyzer, lexical: Words, cues: Cues, names: Names) -> str:
    """The question with the words mended that neither a dictionary nor a passage has, if the next one says something.

    That is a word of the passages, one that only frames the question ("authors"), or part of a speaker's name. A name
    keeps its first letter: Jansen and Hansen are two people. Without a lexical index the text stays as it is.

    Args:
        names: of everybody who speaks in the documents.
    """
    try:
        corrected = lexical.correct(analyzer.question(text, language))
        read = {written: word for written, word in corrected.corrections if not names.has_part(written)}
        kept = {
            normalise(term.text): word
            for term in corrected.terms
            if (word := read.get(normalise(term.text))) and _is_meant(term, word, lexical.document_frequency, cues)
        }
        functions = {normalise(term.text) for term in corrected.functions}
        kept |= {written: word for written, word in read.items() if written in functions}
        unread = (term for term in corrected.terms if term.kind == "name" and not term.known)
        unknown = [term.text for term in unread if not lexical.document_frequency(term)]
    except IndexUnavailable:
        return text
    for word in unknown:
        begun = () if names.has_part(word) else names.parts_beginning(word[0])
        near = [part for part in begun if _is_slip(word.casefold(), part)]
        if len(near) == 1:
            kept[normalise(word)] = near[0]
    # A title or another's words are meant as they stand.
    verbatim = {place for match in QUOTED.finditer(text) for place in range(*match.span())}
    terms = (term for term in (*corrected.terms, *corrected.functions) if term.start not in verbatim)
    return _replaced(text, kept, list(terms))


def as_found(terms: tuple[QuestionTerm, ...], analyzer: Analyzer, lexical: Words) -> tuple[QuestionTerm, ...]:
    """Terms as passages of other languages have them (`as_elsewhere`); as they are without an index."""
    try:
        return as_elsewhere(terms, analyzer.words, lexical.document_frequency)
    except IndexUnavailable:
        return terms


def _is_meant(term: QuestionTerm, word: str, frequency: Callable[[QuestionTerm], int], cues: Cues) -> bool:
    if term.text[0].isupper() and term.start > 0:
        same = word[0] == term.text[0].lower()
        if not same or len(term.text) <= MIN_NAME_CHARACTERS:
            return False
    return cues.is_frame(term) or frequency(term) > 0


def _is_slip(written: str, name: str) -> bool:
    """Whether a name is one letter swapped, missing, doubled or wrong from another that begins alike (Damerau 1964)."""
    if min(len(written), len(name)) < MIN_NAME_CHARACTERS or written[0] != name[0]:
        return False
    same = next((at for at, (a, b) in enumerate(zip(written, name, strict=False)) if a != b), -1)
    if same < 0:
        return abs(len(written) - len(name)) == 1
    a, b = written[same:], name[same:]
    swapped = a[:2] == b[1::-1] and len(b) > 1 and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _replaced(text: str, kept: Mapping[str, str], terms: Collection[QuestionTerm]) -> str:
    for term in sorted(terms, key=lambda term: -term.start):
        word = kept.get(normalise(term.text))
        if word is not None and term.kind != "phrase":
            word = word.capitalize() if term.text[0].isupper() else word
            text = text[: term.start] + word + text[term.end :]
    return text
