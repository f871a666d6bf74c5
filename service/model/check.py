"""Whether a sentence that a model wrote may be shown: what it says must stand in the passages that it cites."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.analysis import Analyzer, QuestionTerm, Token
from index.language import LanguageDetector
from index.lexicon import LANGUAGES
from service.coverage import Coverage
from service.model.numbers import number_set, numbers
from service.model.sources import Source
from service.records import Fault
from service.speakers import Names, whole_words

MAX_CHARACTERS = 600
MIN_TOPIC = 0.35
"""The share of a sentence's rarity-weighted words and concepts that the passages it cites must have."""
MIN_TOPIC_EACH = 0.05
"""The share that each one of several cited passages must have, lest a sentence carry a marker that has nothing to do
with it. docs/decisions/0501-model-answers.md has the figures of both."""
MIN_WORDS_FOR_LANGUAGE = 3
MIN_KNOWN_WORDS = 0.6
"""The share of a sentence's words that its language must know. Of 255 sentences in the five languages all but two
reached it, of nine in others none did (docs/decisions/0501-model-answers.md)."""
MIN_NAME_STRENGTH = 0.5
LONG_WORD = 11
"""An unknown word of this length that begins a sentence is a compound of the language, not a name."""
QUOTED_WORDS = 3
"""A shorter stretch in quotation marks is a term, not a quotation; its marks are taken off."""

BRACKETS = re.compile(r"\s*\[\s*(\d+(?:\s*[,;]\s*\d+)*)\s*\]")
LEFTOVER_BRACKETS = re.compile(r"[\[\]【】]")
DECORATION = re.compile(r"^\s*(?:[-*+•>#]+|\d+[.)])\s+|\*\*|__|`")
MARKUP = re.compile(r"<[a-z/!]|\]\(", re.IGNORECASE)
ADDRESS = re.compile(r"https?:|www\.|@\w|\b[\w-]{2,}(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
"""An address needs two letters before its first dot, which "f.eks." and "t.ex." do not have."""
QUOTED = re.compile(r"[\"“”„»«]([^\"“”„»«]+)[\"“”„»«]")
LETTERS = re.compile(r"[^\W\d_]{2,}")
GENITIVE = re.compile(r"['’]?s$")
SENTENCE_END = re.compile(r"[.!?:…]\s*$")


@dataclass(frozen=True, slots=True)
class Claim:
    """A verified sentence without its markers, and the sources it rests on, in the order in which it cites them."""

    text: str
    sources: tuple[Source, ...]


class Checker:
    """Checks sentences in one language against the sources of one answer."""

    def __init__(
        self,
        sources: Sequence[Source],
        language: str,
        *,
        analyzer: Analyzer,
        detector: LanguageDetector,
        frequency: Callable[[QuestionTerm], int],
        passages: int,
        names: Names,
    ) -> None:
        """`frequency` gives the number of `passages` that have a term; `names` are those of all who speak in them."""
        self._sources = {source.number: source for source in sources}
        self._language = language
        self._analyzer = analyzer
        self._detector = detector
        self._frequency = frequency
        self._passages = passages
        self._names = names

    def check(self, sentence: str) -> Claim | Fault:
        """The sentence as it may be shown, or the first thing that is wrong with it."""
        markers = [int(number) for group in BRACKETS.findall(sentence) for number in re.findall(r"\d+", group)]
        text = tidy(BRACKETS.sub("", sentence))
        if not markers:
            return "no_marker"
        if not all(number in self._sources for number in markers) or LEFTOVER_BRACKETS.search(text):
            return "unknown_marker"
        cited = tuple(self._sources[number] for number in dict.fromkeys(markers))
        evidence = "\n".join(source.evidence for source in cited)
        if len(text) > MAX_CHARACTERS or not LETTERS.search(text):
            return "length"
        if MARKUP.search(text) or any(address[0] not in evidence for address in ADDRESS.finditer(text)):
            return "link"
        unquoted = without_quotations(text, evidence)
        if unquoted is None:
            return "quote"
        return self._check_words(unquoted, cited, evidence) or Claim(unquoted, cited)

    def _check_words(self, text: str, cited: Sequence[Source], evidence: str) -> Fault | None:
        language = self._language
        if not self._right_language(text, evidence):
            return "language"
        known = frozenset[str]().union(*(number_set(source.evidence, source.passage.language) for source in cited))
        if any(not readings & known for readings in numbers(text, language)):
            return "number"
        if not self._names_stand(text, cited, evidence):
            return "name"
        return None if self._on_topic(text, cited) else "topic"

    def _right_language(self, text: str, evidence: str) -> bool:
        """Names and words that the passages have are no sign of a language: they are often kept as they are."""
        language, detect = self._language, self._detector.detect
        words = [word for word in LETTERS.findall(text) if not (word[0].isupper() and word in evidence)]
        if len(words) < MIN_WORDS_FOR_LANGUAGE:
            return True
        if language not in LANGUAGES:
            return detect(" ".join(words)).language == language
        analysed = [self._analyzer.words.word(word, language) for word in words if word.islower()]
        known = sum(word.known or word.function for word in analysed)
        return known >= MIN_KNOWN_WORDS * len(analysed) and detect(" ".join(words), language).language == language

    def _names_stand(self, text: str, cited: Sequence[Source], evidence: str) -> bool:
        """Whether every name in the text stands in the evidence, or means what stands there ("Swedish", "svensk")."""
        tokens = self._analyzer.tokens(text, self._language)
        if not all(whole_words(name, evidence, re.IGNORECASE) for name in self._speakers_in(text)):
            return False
        terms = self._analyzer.question(text, self._language)
        strengths = [self._analyzer.match(terms, source.evidence, source.passage.language) for source in cited]
        strength = {
            term.start: max(found[place] for found in strengths)
            for place, term in enumerate(terms.terms)
            if term.kind != "phrase"
        }
        return all(
            whole_words(token.text, evidence, re.IGNORECASE)
            or whole_words(GENITIVE.sub("", token.text), evidence, re.IGNORECASE)
            or strength.get(token.start, 0.0) >= MIN_NAME_STRENGTH
            for token in tokens
            if is_name(token, text)
        )

    def _speakers_in(self, text: str) -> list[str]:
        """The speakers whom the text names, in capitals or not: some call themselves "efa"."""
        return [name for name in self._names.in_text(text) if whole_words(name, text, re.IGNORECASE)]

    def _on_topic(self, text: str, cited: Sequence[Source]) -> bool:
        """Whether the sentence is about what the passages are about; none can tell in a language without a lexicon."""
        if self._language not in LANGUAGES:
            return True
        terms = self._analyzer.question(text, self._language)
        coverage = Coverage(terms, self._analyzer, self._frequency, self._passages)
        if not coverage.units:
            return False
        found = [coverage.measure(source.evidence, source.passage.language) for source in cited]
        total = sum(unit.weight for unit in coverage.units)
        together = sum(
            unit.weight * max(match.units[place] for match in found) for place, unit in enumerate(coverage.units)
        )
        return together / total >= MIN_TOPIC and all(match.share >= MIN_TOPIC_EACH for match in found)


def tidy(text: str) -> str:
    """The text on one line, without the marks of a list, a heading or emphasis; they would be shown as they stand."""
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(DECORATION.sub("", text).split()))


def without_quotations(text: str, evidence: str) -> str | None:
    """The text without the quotation marks of mere terms; None where it quotes what the evidence does not say."""
    plain = " ".join(evidence.split()).casefold()
    for match in QUOTED.finditer(text):
        if match[1].strip(" .,!?").casefold() in plain:
            continue
        if len(match[1].split()) >= QUOTED_WORDS:
            return None
        text = text.replace(match[0], match[1])
    return text


def is_name(token: Token, text: str) -> bool:
    """Whether a token is written as a name: with a capital that is not only the sentence's, or as no known word."""
    written = token.text
    if not written[0].isupper() or (token.word.function and not written.isupper()) or len(written) == 1:
        return False
    first = token.start == 0 or SENTENCE_END.search(text[: token.start].rstrip("\"“”„»«'’( ")) is not None
    if not first or written.isupper():
        return True
    return not token.word.concepts and not token.word.parts and len(written) < LONG_WORD
