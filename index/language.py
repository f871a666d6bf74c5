"""Which language a text is in: function words and the lexicon first, lingua where they do not decide.

Function words tell Danish, Bokmål and Nynorsk apart better than letter statistics do (`hvad`, `hva`, `kva`), cost
microseconds and need no model; lingua costs a second and 440 MB the first time, so it is only asked when it can change
the result. docs/decisions/0101-language-detection.md has the figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InvalidData
from index.lexicon import LANGUAGES, Lexicon
from index.records import LanguageGuess

if TYPE_CHECKING:
    from lingua import LanguageDetector as Lingua

MARKS = Path(__file__).parent / "data" / "language_marks.tsv"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Log-likelihood advantages: a logistic fit over one half of two sets of sentences and word pairs (decision 0101).
WEIGHTS = {"prefix": 0.10, "suffix": 0.11, "letters": 0.08}
FUNCTION_WORD, CONTENT_WORD = 1.2, 0.9
# A marked word of one language only (`hva`, `ikkje`): a slip of another language's writer at most.
EXCLUSIVE_WORD = 3.0
LINGUA_WEIGHT = 1.4
# Above this probability the words have decided and lingua is not asked.
CERTAIN = 0.9
# A text of which the lexicon and the marks know less than this share of words may be in any other language.
KNOWN_SHARE = 0.34
# How much the conversation's language counts for a text that does not tell ("ROI").
PREFERENCE = 2.5
# Names and rare words make two or three words look like any language at all.
MIN_WORDS_OTHER = 4
MAX_WORDS = 200


@dataclass(frozen=True, slots=True)
class _Marks:
    words: Mapping[str, tuple[str, ...]]
    prefixes: Mapping[str, tuple[str, ...]]
    suffixes: Mapping[str, tuple[str, ...]]
    letters: Mapping[str, tuple[str, ...]]


class LanguageDetector:
    """Detects en, da, nb, nn and sv, and other languages where lingua is sure that it is none of these."""

    def __init__(self, lexicon: Lexicon, *, use_lingua: bool = True) -> None:
        self._lexicon = lexicon
        self._use_lingua = use_lingua
        self._word_scores = lru_cache(maxsize=65_536)(self._score_word)

    @cached_property
    def _marks(self) -> _Marks:
        return _load_marks(MARKS)

    @cached_property
    def _functions(self) -> Mapping[str, frozenset[str]]:
        """Language → its one-word function words."""
        found: dict[str, set[str]] = {language: set() for language in LANGUAGES}
        for concept in self._lexicon.concepts.values():
            if concept.pos == "func":
                for language, words in concept.words.items():
                    found[language].update(word.lower() for word in words if " " not in word)
        return {language: frozenset(words) for language, words in found.items()}

    def detect(self, text: str, prefer: str | None = None) -> LanguageGuess:
        """The language of `text`; `prefer` (the conversation's) decides where the text is too short to tell.

        A text without letters is in the preferred language, or English, with confidence 0.
        """
        words = [word.lower().replace("’", "'") for word in WORD.findall(text)[:MAX_WORDS]]
        if not words:
            return LanguageGuess(prefer or "en", 0.0)
        totals = (0.0,) * len(LANGUAGES)
        known = 0
        for word in words:
            word_scores, is_known = self._word_scores(word)
            known += is_known
            totals = tuple(map(add, totals, word_scores))
        scores = dict(zip(LANGUAGES, totals, strict=True))
        if prefer in scores:
            scores[prefer] += PREFERENCE
        guess = _best(scores)
        foreign = known < KNOWN_SHARE * len(words)
        if not self._use_lingua or (guess.confidence >= CERTAIN and not foreign):
            return guess
        if foreign and len(words) >= MIN_WORDS_OTHER and (other := _other_language(text)):
            return other
        for language, probability in _lingua_probabilities(text).items():
            scores[language] += LINGUA_WEIGHT * math.log(max(probability, 1e-4))
        return _best(scores)

    def _score_word(self, word: str) -> tuple[tuple[float, ...], bool]:
        """Log-likelihood advantage of each of LANGUAGES for one lower-case word, and whether the word is known."""
        scores = dict.fromkeys(LANGUAGES, 0.0)
        marks = self._marks
        functions = [language for language in LANGUAGES if word in self._functions[language]]
        contents = [language for language in LANGUAGES if word in self._lexicon.words(language)]
        marked = marks.words.get(word, ())
        for language in LANGUAGES:
            if language in functions or language in marked:
                scores[language] += EXCLUSIVE_WORD if marked == (language,) else FUNCTION_WORD
            elif language in contents:
                scores[language] += CONTENT_WORD
        for kind, found in self._affixes(word):
            for language in found:
                scores[language] += WEIGHTS[kind]
        return tuple(scores.values()), bool(functions or contents or marked)

    def _affixes(self, word: str) -> list[tuple[str, tuple[str, ...]]]:
        """The longest marked suffix and prefix, and every marked group of letters."""
        marks = self._marks
        found: list[tuple[str, tuple[str, ...]]] = []
        for length in range(min(6, len(word)), 0, -1):
            if languages := marks.suffixes.get(word[-length:]):
                found.append(("suffix", languages))
                break
        for length in range(min(5, len(word)), 0, -1):
            if languages := marks.prefixes.get(word[:length]):
                found.append(("prefix", languages))
                break
        found += [("letters", languages) for letters, languages in marks.letters.items() if letters in word]
        return found


def _best(scores: Mapping[str, float]) -> LanguageGuess:
    """The language with the highest score; the confidence is its share in the exponentials of all scores."""
    top = max(scores.values())
    shares = {language: math.exp(score - top) for language, score in scores.items()}
    best = max(shares, key=lambda language: shares[language])
    return LanguageGuess(best, shares[best] / sum(shares.values()))


def _load_marks(path: Path) -> _Marks:
    kinds: dict[str, dict[str, tuple[str, ...]]] = {"word": {}, "prefix": {}, "suffix": {}, "letters": {}}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
        cells = line.split("\t")
        if len(cells) != 3 or cells[0] not in kinds or not set(cells[2].split()) <= set(LANGUAGES):
            raise InvalidData(f"{path.name} line {number}: expected kind, mark and languages, found {line!r}")
        kinds[cells[0]][cells[1]] = tuple(cells[2].split())
    return _Marks(kinds["word"], kinds["prefix"], kinds["suffix"], kinds["letters"])


@lru_cache(maxsize=1)
def _lingua_nordic() -> Lingua:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, language.upper()) for language in LANGUAGES]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()


def _lingua_probabilities(text: str) -> dict[str, float]:
    """lingua's probability of each of LANGUAGES."""
    values = _lingua_nordic().compute_language_confidence_values(text)
    return {value.language.iso_code_639_1.name.lower(): value.value for value in values}


def _other_language(text: str) -> LanguageGuess | None:
    """A language outside LANGUAGES, where lingua in its light mode is sure of one."""
    value = _lingua_all().compute_language_confidence_values(text)[0]
    language = value.language.iso_code_639_1.name.lower()
    if language in LANGUAGES or value.value < 0.5:
        return None
    return LanguageGuess(language, value.value)


@lru_cache(maxsize=1)
def _lingua_all() -> Lingua:
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
