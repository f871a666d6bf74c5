"""Which language a text is in: a small linear model for the five, lingua for a text of which they know little.

docs/decisions/0101-language-detection.md has the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from index.language_model import LanguageModel, all_words, load_weights, read_words
from index.lexicon import LANGUAGES
from index.records import LanguageGuess
from index.words import WordAnalyzer

if TYPE_CHECKING:
    from lingua import LanguageDetector as Lingua

# A text may be in another language if the likeliest of the five knows less than this share of its words, and is if
# lingua is so sure of one. Of 42 questions in 18 other languages 36 are named, of 4,970 texts in the five 5 are lost,
# and 1.5 % make lingua look (docs/decisions/0101-language-detection.md).
KNOWN_SHARE = 0.6
SURE = 0.9
# How much the conversation's language counts for a text that does not tell ("ROI"), in log-odds.
PREFERENCE = 2.5
# Names and rare words make two or three words look like any language at all.
MIN_WORDS_OTHER = 4
TEXTS_AT_ONCE = 128
"""Texts whose languages are told together, of at most MAX_WORDS words each: fewer than are remembered."""
LEARNT_OF_A_TEXT = 100_000
"""Characters whose words are learnt before they are asked for."""


class LanguageDetector:
    """Detects en, da, nb, nn and sv, and other languages where lingua is sure that it is none of these."""

    def __init__(self, words: WordAnalyzer) -> None:
        self._words = words

    @cached_property
    def _model(self) -> LanguageModel:
        return LanguageModel(self._words, load_weights())

    def learn(self, texts: Iterable[str]) -> None:
        """Find out what the words of texts say, all of them at once, which costs less than text by text."""
        words: set[str] = set()
        for text in texts:
            words |= all_words(text[:LEARNT_OF_A_TEXT])
        self._model.learn(words)

    def detect_all(self, texts: Sequence[str]) -> list[LanguageGuess]:
        """`detect` of many texts, with no language preferred, in a quarter of the time."""
        found: list[LanguageGuess] = []
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            found += self._detected(texts[start : start + TEXTS_AT_ONCE])
        return found

    def _detected(self, texts: Sequence[str]) -> list[LanguageGuess]:
        found = [LanguageGuess("en", 0.0)] * len(texts)
        read = [read_words(text) for text in texts]
        with_words = [place for place, words in enumerate(read) if words]
        if not with_words:
            return found
        log_odds, known = self._model.log_odds_of_all([read[place] for place in with_words])
        rows = np.arange(len(with_words))
        unknown = known[rows, log_odds.argmax(axis=1)] < KNOWN_SHARE
        shares = np.exp(log_odds - log_odds.max(axis=1)[:, None])
        best = shares.argmax(axis=1)
        confidences = shares[rows, best] / shares.sum(axis=1)
        for place, is_unknown, language, confidence in zip(
            with_words, unknown.tolist(), best.tolist(), confidences.tolist(), strict=True
        ):
            if is_unknown and len(read[place]) >= MIN_WORDS_OTHER and (other := _other_language(texts[place])):
                found[place] = other
            else:
                found[place] = LanguageGuess(LANGUAGES[language], confidence)
        return found

    def detect(self, text: str, prefer: str | None = None) -> LanguageGuess:
        """The language of `text`; `prefer` (the conversation's) decides where the text is too short to tell.

        A text without letters is in the preferred language, or English, with confidence 0.
        """
        words = read_words(text)
        if not words:
            return LanguageGuess(prefer or "en", 0.0)
        log_odds, known = self._model.log_odds(words)
        unknown = known[log_odds.argmax()] < KNOWN_SHARE
        if unknown and len(words) >= MIN_WORDS_OTHER and (other := _other_language(text)):
            return other
        if prefer in LANGUAGES:
            log_odds[LANGUAGES.index(prefer)] += PREFERENCE
        shares = np.exp(log_odds - log_odds.max())
        best = int(shares.argmax())
        return LanguageGuess(LANGUAGES[best], float(shares[best] / shares.sum()))


def _other_language(text: str) -> LanguageGuess | None:
    """A language outside LANGUAGES, where lingua in its light mode is sure of one."""
    value = _lingua_all().compute_language_confidence_values(text)[0]
    language = value.language.iso_code_639_1.name.lower()
    if language in LANGUAGES or value.value < SURE:
        return None
    return LanguageGuess(language, value.value)


@lru_cache(maxsize=1)
def _lingua_all() -> Lingua:
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
