"""The linear model that tells the five languages apart: groups of letters, neighbouring words, and who knows a word.

Its weights are `data/language_model.npz`, fitted by `python -m benchmarks.language`, which takes its features from
here. docs/decisions/0101-language-detection.md has the figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.errors import InvalidData
from index.lexicon import LANGUAGES
from index.words import WordAnalyzer

WEIGHTS = Path(__file__).parent / "data" / "language_model.npz"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
MAX_WORDS = 200
LONGEST_GROUP = 5
BUCKETS = 1 << 16
"""Groups of letters and pairs of words are hashed; with twice as many buckets no set was told apart better."""
SETS = 1 << len(LANGUAGES)
"""The languages of which a list knows a word are one feature of the 32 that are possible."""
FEATURES = BUCKETS + 3 * SETS
START, END = "^", "$"


def read_words(text: str) -> list[str]:
    """The first MAX_WORDS words of a text, composed (NFC), in lower case; numbers and signs are left out."""
    found = WORD.findall(unicodedata.normalize("NFC", text[: 40 * MAX_WORDS]))[:MAX_WORDS]
    return [word.lower().replace("’", "'") for word in found]


class WordFeatures:
    """Which features a word has; each is a number below FEATURES and counts 1."""

    def __init__(self, words: WordAnalyzer) -> None:
        self._words = words

    def letters(self, word: str) -> list[int]:
        """Its groups of one to five letters, its beginning and end marked, and the word as a whole."""
        marked = f"<{word}>"
        groups = [
            marked[start : start + length]
            for length in range(1, LONGEST_GROUP + 1)
            for start in range(len(marked) - length + 1)
        ]
        return [crc32(group.encode()) & (BUCKETS - 1) for group in (*groups, f"={word}") if group not in "<>"]

    def knowledge(self, word: str) -> list[int]:
        """Of which languages it is a function word, an entry of the lexicon, and a form in a dictionary."""
        lexicon, is_form = self._words.lexicon, self._words.is_dictionary_word
        lists = (
            [word in self._functions[language] for language in LANGUAGES],
            [word in lexicon.words(language) for language in LANGUAGES],
            [is_form(word, language) for language in LANGUAGES],
        )
        return [
            BUCKETS + number * SETS + sum(known << bit for bit, known in enumerate(flags))
            for number, flags in enumerate(lists)
        ]

    def neighbours(self, words: Sequence[str]) -> list[int]:
        """Every pair of neighbours, the text's beginning and end among them: one more than there are words."""
        pairs = zip((START, *words), (*words, END), strict=True)
        return [crc32(f"{left} {right}".encode()) & (BUCKETS - 1) for left, right in pairs]

    @cached_property
    def _functions(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {language: set() for language in LANGUAGES}
        for concept in self._words.lexicon.concepts.values():
            if concept.pos == "func":
                for language, words in concept.words.items():
                    found[language].update(word.lower() for word in words if " " not in word)
        return {language: frozenset(words) for language, words in found.items()}


def knowers(knowledge: Sequence[int]) -> NDArray[np.int64]:
    """For each of LANGUAGES 1 if any of its lists has the word, else 0; `knowledge` as WordFeatures gives it."""
    known = 0
    for feature in knowledge:
        known |= (feature - BUCKETS) % SETS
    return np.array([known >> bit & 1 for bit in range(len(LANGUAGES))])


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature says for each of LANGUAGES (rows FEATURES, columns in that order), on average over the words.

    The log-odds of a text are that average times `scale` times its number of words to the power of `growth`: evidence
    adds up, but not as if words were independent.
    """

    table: NDArray[np.float32]
    scale: float
    growth: float


def load_weights(path: Path = WEIGHTS) -> Weights:
    """Read the model.

    Raises:
        InvalidData: the file is missing or is not such a model.
    """
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            hashed = arrays["hashed"].astype(np.float32) * float(arrays["step"])
            known, confidence = arrays["knowledge"].astype(np.float32), arrays["confidence"]
            table = np.vstack([hashed, known])
            scale, growth = (float(value) for value in confidence)
    except (OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, BadZipFile) as error:
        raise InvalidData(f"{path.name}: expected the weights of the language model, found {error}") from error
    if table.shape != (FEATURES, len(LANGUAGES)):
        raise InvalidData(f"{path.name}: expected {FEATURES} by {len(LANGUAGES)} weights, found {table.shape}")
    return Weights(table, scale, growth)


def save_weights(weights: Weights, path: Path = WEIGHTS) -> None:
    """Write the model, hashed features in steps of a 127th of the largest: eight bits each."""
    hashed, known = weights.table[:BUCKETS], weights.table[BUCKETS:]
    step = float(np.abs(hashed).max()) / 127 or 1.0
    np.savez_compressed(
        path,
        hashed=np.round(hashed / step).astype(np.int8),
        step=np.float32(step),
        knowledge=known.astype(np.float16),
        confidence=np.array([weights.scale, weights.growth], np.float32),
    )


class LanguageModel:
    """Scores texts. Safe to use from several threads."""

    def __init__(self, words: WordAnalyzer, weights: Weights) -> None:
        self._features = WordFeatures(words)
        self._weights = weights
        self._word = lru_cache(maxsize=65_536)(self._score_word)

    def log_odds(self, words: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The log-odds of LANGUAGES for a text of these words (one at least), and the share of them that each knows."""
        table = self._weights.table
        pairs = table[self._features.neighbours(words)].sum(axis=0, dtype=np.float64)
        scored = [self._word(word) for word in words]
        # Plain floats: arrays of five numbers take longer to add than the numbers.
        total = [sum(column, start) for start, *column in zip(pairs.tolist(), *(one for one, _ in scored), strict=True)]
        known = np.array([sum(column) for column in zip(*(one for _, one in scored), strict=True)])
        mean = np.array(total) / len(words)
        return mean * self._weights.scale * len(words) ** self._weights.growth, known / len(words)

    def _score_word(self, word: str) -> tuple[tuple[float, ...], tuple[int, ...]]:
        knowledge = self._features.knowledge(word)
        rows = self._features.letters(word) + knowledge
        scores = self._weights.table[rows].sum(axis=0, dtype=np.float64)
        return tuple(scores.tolist()), tuple(knowers(knowledge).tolist())
