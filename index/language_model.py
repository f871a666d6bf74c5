"""The linear model that tells the five languages apart: groups of letters, neighbouring words, and who knows a word.

Its weights are `data/language_model.npz`, fitted by `python -m benchmarks.language`, which takes its features from
here. docs/decisions/0101-language-detection.md has the figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import AnyStr
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
MAX_REMEMBERED = 65_536
"""Words of which is remembered what they say: some 400 bytes each."""
WHOLE_WORDS_ONLY = "İΣ"
"""Letters whose small letter is two, or depends on what stands around: words with them are put in lower case alone."""
LONGEST_GROUP = 5
BUCKETS = 1 << 16
"""Groups of letters and pairs of words are hashed; with twice as many buckets no set was told apart better."""
SETS = 1 << len(LANGUAGES)
"""The languages of which a list knows a word are one feature of the 32 that are possible."""
FEATURES = BUCKETS + 3 * SETS
START, END = "^", "$"


def read_words(text: str) -> list[str]:
    """The first MAX_WORDS words of a text, composed (NFC), in lower case; numbers and signs are left out."""
    composed = unicodedata.normalize("NFC", text[: 40 * MAX_WORDS])
    if any(letter in composed for letter in WHOLE_WORDS_ONLY):
        return [word.lower().replace("’", "'") for word in WORD.findall(composed)[:MAX_WORDS]]
    composed = composed.lower().replace("’", "'")
    # The first words of a long text are nearly always in its beginning; the last one found may be cut off.
    beginning = composed[: 10 * MAX_WORDS]
    found = WORD.findall(beginning)
    if len(found) <= MAX_WORDS and len(beginning) < len(composed):
        found = WORD.findall(composed)
    return found[:MAX_WORDS]


class WordFeatures:
    """Which features a word has; each is a number below FEATURES and counts 1."""

    def __init__(self, words: WordAnalyzer) -> None:
        self._words = words

    def letters(self, word: str) -> list[int]:
        """Its groups of one to five letters, its beginning and end marked, and the word as a whole."""
        marked = f"<{word}>"
        # Most words are in ASCII: their letters are bytes, and need no encoding one by one.
        ascii_ = marked.isascii()
        groups = _groups(marked.encode()) if ascii_ else [group.encode() for group in _groups(marked)]
        # The marks alone say nothing.
        groups = [*groups[1 : len(marked) - 1], *groups[len(marked) :], f"={word}".encode()]
        return [crc32(group) & (BUCKETS - 1) for group in groups]

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
        return pairs([left_of_pair(word) for word in words], [word.encode() for word in words])

    @cached_property
    def _functions(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {language: set() for language in LANGUAGES}
        for concept in self._words.lexicon.concepts.values():
            if concept.pos == "func":
                for language, words in concept.words.items():
                    found[language].update(word.lower() for word in words if " " not in word)
        return {language: frozenset(words) for language, words in found.items()}


def _groups(marked: AnyStr) -> list[AnyStr]:
    """All groups of up to LONGEST_GROUP letters, the shorter ones first."""
    return [
        marked[start : start + length]
        for length in range(1, LONGEST_GROUP + 1)
        for start in range(len(marked) - length + 1)
    ]


def left_of_pair(word: str) -> int:
    """The checksum of a word and a blank, which that of a pair of words goes on from."""
    return crc32(f"{word} ".encode())


def pairs(lefts: Sequence[int], rights: Sequence[bytes]) -> list[int]:
    """The features of neighbouring words, given by `left_of_pair` and in UTF-8, the text's beginning and end added."""
    neighbours = zip((left_of_pair(START), *lefts), (*rights, END.encode()), strict=True)
    return [crc32(right, left) & (BUCKETS - 1) for left, right in neighbours]


def knowers(knowledge: Sequence[int]) -> int:
    """The set of LANGUAGES of which any list has the word, a bit each; `knowledge` as WordFeatures gives it."""
    known = 0
    for feature in knowledge:
        known |= (feature - BUCKETS) % SETS
    return known


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
        # Sums are of this precision; to make it anew for each takes longer than to add.
        self._table = weights.table.astype(np.float64)
        self._known: dict[str, tuple[bytes, int, bytes]] = {}

    def log_odds(self, words: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The log-odds of LANGUAGES for a text of these words (one at least), and the share of them that each knows."""
        known = self._known
        scored, lefts, rights = zip(*[known.get(word) or self._score_word(word) for word in words], strict=True)
        neighbours = self._table.take(pairs(lefts, rights), axis=0).sum(axis=0)
        sums = np.frombuffer(b"".join(scored)).reshape(len(words), 2 * len(LANGUAGES)).sum(axis=0) / len(words)
        mean = neighbours / len(words) + sums[: len(LANGUAGES)]
        return mean * self._weights.scale * len(words) ** self._weights.growth, sums[len(LANGUAGES) :]

    def _score_word(self, word: str) -> tuple[bytes, int, bytes]:
        """What it says for each of LANGUAGES and which of them know it, as ten numbers; see `pairs` for the others."""
        knowledge = self._features.knowledge(word)
        scores = self._table.take(self._features.letters(word) + knowledge, axis=0).sum(axis=0)
        if len(self._known) >= MAX_REMEMBERED:
            self._known = {}
        found = scores.tobytes() + _known_by()[knowers(knowledge)], left_of_pair(word), word.encode()
        self._known[word] = found
        return found


@cache
def _known_by() -> Sequence[bytes]:
    """For each of the sets of LANGUAGES a 1 for those that are in it and a 0 for the others, as numbers."""
    return [
        np.array([known >> bit & 1 for bit in range(len(LANGUAGES))], np.float64).tobytes() for known in range(SETS)
    ]
