"""Turns texts and questions into terms: folded stems for the same language, concepts across languages.

`Analyzer.passage` is what the index holds, `Analyzer.question` what it is asked, `Analyzer.match` how strongly a text
has each term of a question. Words are analysed in `index.words`, multi-word entries are found here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from index import matching
from index.entries import TOKEN, Entries
from index.lexicon import Lexicon
from index.matching import RELATED_WEIGHT
from index.normalising import normalise
from index.records import Span
from index.vocabulary import Said, Vocabulary
from index.words import Word, WordAnalyzer, is_title, weighted

PART_WEIGHT = 0.5
MAX_RELATED = 8
MAX_REMEMBERED = 100_000
"""Senses of words whose related concepts are remembered."""

# The first character of a term in the index tells a stem, a concept and a function word's concept apart.
SURFACE, CONCEPT, FUNCTION = "s", "c", "f"

NO_CORRECTIONS: Mapping[str, str] = {}

TermKind = Literal["word", "name", "number", "phrase"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a text with its offsets (code points) and its analysis; `read` is what it is read as."""

    text: str
    start: int
    end: int
    word: Word
    read: str


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The terms of a text as (kind and term, number of the sentence, weight), and its length in content tokens."""

    terms: tuple[tuple[str, int, float], ...]
    length: int


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """The weighted terms of a text: counts of folded stems and of concept ids, a part of a compound counting half.

    `length` is the number of tokens that are not function words.
    """

    surface: Mapping[str, float]
    concepts: Mapping[str, float]
    functions: Mapping[str, float]
    length: int


@dataclass(frozen=True, slots=True)
class QuestionTerm:
    """A content word or multi-word entry of a question; `start` and `end` are offsets into the question.

    `concepts` and `related` are (concept id, weight in 0..1), strongest first; `parts` the stems of a compound's parts.
    """

    text: str
    start: int
    end: int
    kind: TermKind
    surface: str
    concepts: tuple[tuple[str, float], ...] = ()
    related: tuple[tuple[str, float], ...] = ()
    parts: tuple[str, ...] = ()
    known: bool = False


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """An analysed question: its content terms in order, and its function words apart.

    `corrections` are (word as written, in lower case, word as understood). `spelled` says that its words have been
    corrected before it was analysed, or are to be taken as they are.
    """

    text: str
    language: str
    terms: tuple[QuestionTerm, ...]
    functions: tuple[QuestionTerm, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    spelled: bool = False


class Analyzer:
    """The analysis of texts and questions in any language; concepts in en, da, nb, nn and sv."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.words = WordAnalyzer(lexicon)
        self.entries = Entries(lexicon)
        self._vocabularies: dict[str, Vocabulary] = {}
        self._near = lru_cache(maxsize=MAX_REMEMBERED)(self._related)

    @property
    def fingerprint(self) -> str:
        """Changes when an index made by another version of the analysis or lexicon has to be rebuilt."""
        return f"analysis-4-{self.lexicon.sha256[:16]}"

    def tokens(self, text: str, language: str, corrections: Mapping[str, str] = NO_CORRECTIONS) -> list[Token]:
        """The tokens of `text` in order; a word in `corrections` (normalised) is analysed as the one given there."""
        word = self.words.word
        found = [(match[0], match.start(), match.end()) for match in TOKEN.finditer(text)]
        if not corrections:
            return [Token(token, start, end, word(token, language), token) for token, start, end in found]
        read = [_as_written(corrections.get(normalise(token)), token) for token, _, _ in found]
        return [
            Token(token, start, end, word(one, language), one)
            for (token, start, end), one in zip(found, read, strict=True)
        ]

    def occurrences(self, text: str, language: str, sentences: Sequence[Span] = ()) -> Occurrences:
        """Every term of a text with its place, for the index.

        Args:
            sentences: spans within `text` in order; without them the whole text counts as one sentence.
        """
        vocabulary = self.vocabulary(language)
        known = vocabulary.said
        ends = [span.end for span in sentences]
        by_sentence: dict[int, dict[str, float]] = {}
        keys: list[tuple[str, ...]] = []
        starts: list[int] = []
        length = 0
        for match in TOKEN.finditer(text):
            token, start = match[0], match.start()
            said = known.get(token) or vocabulary.of(token)
            length += said.content
            keys.append(said.keys)
            starts.append(start)
            found = by_sentence.setdefault(bisect_right(ends, start), {})
            for term, weight in said.terms:
                found[term] = found.get(term, 0.0) + weight
        # What entries of several words say comes last, where their words have not said it.
        further: dict[tuple[str, int], float] = {}
        for first, _, ids in self.entries.find(keys, language):
            place = bisect_right(ends, starts[first])
            for id_ in ids:
                term = (FUNCTION if self.lexicon.concepts[id_].pos == "func" else CONCEPT) + id_
                if term in by_sentence[place]:
                    by_sentence[place][term] += len(ids) ** -0.5
                else:
                    further[term, place] = further.get((term, place), 0.0) + len(ids) ** -0.5
        terms = [
            (term, place, weight) for place, said_there in by_sentence.items() for term, weight in said_there.items()
        ]
        terms += [(term, place, weight) for (term, place), weight in further.items()]
        return Occurrences(tuple(terms), length)

    def vocabulary(self, language: str) -> Vocabulary:
        """What the tokens of a language say that have been met so far."""
        found = self._vocabularies.get(language)
        if found is None or found.is_full:
            beginning = self.entries.first_words(language)
            found = self._vocabularies[language] = Vocabulary(partial(self.said, language), beginning)
        return found

    def said(self, language: str, token: str) -> Said:
        """What a token says wherever it stands, worked out."""
        word = self.words.word(token, language)
        terms: dict[str, float] = {}
        if not word.function:
            terms[SURFACE + word.surface] = 1.0
            # Beside the stem: the word may only have its capital because a sentence begins with it.
            if name := self.words.name(token, word):
                terms[SURFACE + name] = 1.0
        kind = FUNCTION if word.function else CONCEPT
        for id_, weight in word.concepts:
            terms[kind + id_] = terms.get(kind + id_, 0.0) + weight
        for part in word.parts:
            surface = SURFACE + part.surface
            terms[surface] = terms.get(surface, 0.0) + PART_WEIGHT
            for id_, weight in part.concepts:
                terms[CONCEPT + id_] = terms.get(CONCEPT + id_, 0.0) + PART_WEIGHT * weight
        said = tuple(
            (term, weight) if term.startswith(SURFACE) else weighted(term, weight) for term, weight in terms.items()
        )
        return Said(not word.function, said, word.keys)

    def content_words(self, text: str, language: str) -> int:
        """How many tokens of a text are not function words."""
        vocabulary = self.vocabulary(language)
        said = vocabulary.said
        return sum([(said.get(token) or vocabulary.of(token)).content for token in TOKEN.findall(text)])

    def passage(self, text: str, language: str) -> PassageTerms:
        """The weighted surface terms and concepts of a text, with counts."""
        found = self.occurrences(text, language)
        kinds: dict[str, dict[str, float]] = {SURFACE: {}, CONCEPT: {}, FUNCTION: {}}
        for term, _, weight in found.terms:
            kinds[term[0]][term[1:]] = weight
        return PassageTerms(kinds[SURFACE], kinds[CONCEPT], kinds[FUNCTION], found.length)

    def question(self, text: str, language: str, corrections: Mapping[str, str] = NO_CORRECTIONS) -> QuestionTerms:
        """The terms of a question, each with what it may be found under.

        Args:
            corrections: lower-case words of the question → the words that they were meant to be.
        """
        tokens = self.tokens(text, language, corrections)
        terms: list[QuestionTerm] = []
        functions: list[QuestionTerm] = []
        for place, token in enumerate(tokens):
            term = self._term(token, first=place == 0)
            (functions if token.word.function else terms).append(term)
        for first, last, ids in self.entries.find([token.word.keys for token in tokens], language):
            start, end = tokens[first].start, tokens[last].end
            function = any(self.lexicon.concepts[id_].pos == "func" for id_ in ids)
            concepts = tuple((id_, len(ids) ** -0.5) for id_ in ids)
            phrase = QuestionTerm(
                text[start:end], start, end, "phrase", "", concepts, () if function else self._near(concepts)
            )
            (functions if function else terms).append(phrase)
        terms.sort(key=lambda term: (term.start, term.end))
        return QuestionTerms(text, language, tuple(terms), tuple(functions), tuple(corrections.items()))

    def read_as(self, term: QuestionTerm, word: str, language: str, *, whole: bool) -> QuestionTerm:
        """`term` as if it were written `word`; with its stem only, which is far quicker, unless `whole`."""
        if whole:
            read = _as_written(word, term.text)
            return self._term(Token(term.text, term.start, term.end, self.words.word(word, language), read), first=True)
        return QuestionTerm(term.text, term.start, term.end, term.kind, self.words.surface(word, language))

    def match(self, question: QuestionTerms, text: str, language: str) -> tuple[float, ...]:
        """How strongly `text` has each of `question.terms`, 0..1, in their order.

        1 for the same word or concept, less where a word has several senses, matching.RELATED for a related concept,
        matching.PARTS times the share of parts found for a compound.
        """
        return self.strengths(question, self.passage(text, language), language)

    def strengths(self, question: QuestionTerms, passage: PassageTerms, language: str) -> tuple[float, ...]:
        """`match` for a text in `language` that `passage` has analysed already."""
        foreign = language != question.language
        return tuple(matching.strength(term, passage, foreign) for term in question.terms)

    def _term(self, token: Token, *, first: bool) -> QuestionTerm:
        word = token.word
        kind: TermKind = "word"
        if token.text[0].isdigit():
            kind = "number"
        elif (token.text[0].isupper() and not first and not word.function) or self._is_name(word):
            kind = "name"
        concepts = dict(word.concepts)
        for part in word.parts:
            for id_, weight in part.concepts:
                concepts[id_] = max(PART_WEIGHT * weight, concepts.get(id_, 0.0))
        ranked = tuple(sorted(concepts.items(), key=lambda pair: -pair[1]))
        return QuestionTerm(
            text=token.text,
            start=token.start,
            end=token.end,
            kind=kind,
            surface=self.words.name(token.read, word) or word.surface,
            concepts=ranked,
            related=() if word.function else self._near(ranked),
            parts=tuple(part.surface for part in word.parts),
            known=word.known,
        )

    def _is_name(self, word: Word) -> bool:
        return any(self.lexicon.concepts[id_].pos == "name" for id_, _ in word.concepts)

    def _related(self, concepts: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
        """Concepts near those given, at RELATED_WEIGHT of their weight, falling with the relation's rank."""
        own = {id_ for id_, _ in concepts}
        found: dict[str, float] = {}
        for id_, weight in concepts:
            for other, closeness in self.lexicon.related.get(id_, ())[:MAX_RELATED]:
                if other not in own and self.lexicon.concepts[other].pos != "func":
                    found[other] = max(RELATED_WEIGHT * weight * closeness, found.get(other, 0.0))
        return tuple(sorted(found.items(), key=lambda pair: -pair[1]))


def _as_written(word: str | None, token: str) -> str:
    """A word that a token is read as, with the token's capital; the token where it is read as it stands."""
    if word is None:
        return token
    return word.capitalize() if is_title(token) else word
