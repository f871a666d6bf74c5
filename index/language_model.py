"""The linear model that tells the five languages apart: groups of letters, neighbouring words, and who knows a word.

Its weights are `data/language_model.npz`, fitted by `python -m benchmarks.language`, which takes its features from
here. docs/decisions/0101-language-detection.md has the figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import chain
from pathlib import Path
from threading import Lock
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.blanks import Pieces
from index.checksums import FEW, LONGEST, LetterGroups, joined, of_groups
from index.errors import InvalidData
from index.lexicon import LANGUAGES
from index.words import WordAnalyzer

WEIGHTS = Path(__file__).parent / "data" / "language_model.npz"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
MAX_WORDS = 200
MAX_REMEMBERED = 65_536
"""Words of which is remembered what they say: some 300 bytes each."""
AT_ONCE = 1_000
"""Words that are looked at together: some 50 groups of letters each."""
WHOLE_WORDS_ONLY = "İΣ"
"""Letters whose small letter is two, or depends on what stands around: words with them are put in lower case alone."""
LONGEST_GROUP = 5
BUCKETS = 1 << 16
"""Groups of letters and pairs of words are hashed; with twice as many buckets no set was told apart better."""
SETS = 1 << len(LANGUAGES)
"""The languages of which a list knows a word are one feature of the 32 that are possible."""
FEATURES = BUCKETS + 3 * SETS
START, END = "^", "$"
_START, _END = 0, 1
"""Where these stand among the words that have been met; no word is like them."""

Numbers = NDArray[np.int64]


def read_words(text: str) -> list[str]:
    """The first MAX_WORDS words of a text, composed (NFC), in lower case; numbers and signs are left out."""
    composed = unicodedata.normalize("NFC", text[: 40 * MAX_WORDS])
    if any(letter in composed for letter in WHOLE_WORDS_ONLY):
        return [word.lower().replace("’", "'") for word in WORD.findall(composed)[:MAX_WORDS]]
    composed = composed.lower().replace("’", "'")
    # The first words of a long text are nearly always in its beginning; the last one found may be cut off.
    beginning = composed[: 10 * MAX_WORDS]
    found = _found(beginning)
    if len(found) <= MAX_WORDS and len(beginning) < len(composed):
        found = _found(composed)
    return found[:MAX_WORDS]


def all_words(text: str) -> set[str]:
    """The words of a whole text as `read_words` reads nearly all of them: what will be asked for, and may be learnt."""
    return set(_found(unicodedata.normalize("NFC", text).lower().replace("’", "'")))


def _found(text: str) -> list[str]:
    """The words of a text that has been composed and put in lower case."""
    return list(chain.from_iterable(map(_words.__getitem__, text.split())))


_words: Pieces[Sequence[str]] = Pieces(lambda piece: tuple(WORD.findall(piece)))
"""The words of pieces between blanks."""


class WordFeatures:
    """Which features words have; each is a number below FEATURES and counts 1."""

    def __init__(self, words: WordAnalyzer) -> None:
        self._words = words

    def letters(self, words: Sequence[str]) -> tuple[Numbers, Numbers]:
        """(word by its place, feature): its groups of one to five letters, its beginning and end marked, and itself.

        Each word's in the same order, whether they come word by word or size by size.
        """
        if len(words) <= FEW:
            return self._few_letters(words)
        groups = LetterGroups([f"<{word}>" for word in words])
        marks = np.zeros(len(groups.owners), dtype=bool)
        marks[groups.starts] = marks[groups.starts + groups.lengths - 1] = True
        owners: list[Numbers] = []
        features: list[NDArray[np.uint32]] = []
        for size, begins, checksums in groups.of(LONGEST_GROUP):
            if size == 1:  # The marks alone say nothing.
                inner = ~marks[begins]
                begins, checksums = begins[inner], checksums[inner]
            owners.append(groups.owners[begins])
            features.append(checksums)
        owners.append(np.arange(len(words)))
        features.append(np.array([crc32(f"={word}".encode()) for word in words], dtype=np.uint32))
        return np.concatenate(owners), np.concatenate(features).astype(np.int64) & (BUCKETS - 1)

    @staticmethod
    def _few_letters(words: Sequence[str]) -> tuple[Numbers, Numbers]:
        found = [
            [*of_groups(word, 1, 1), *of_groups(f"<{word}>", 2, LONGEST_GROUP), crc32(f"={word}".encode())]
            for word in words
        ]
        owners = np.arange(len(words)).repeat([len(features) for features in found])
        return owners, np.array(list(chain.from_iterable(found)), dtype=np.int64) & (BUCKETS - 1)

    def knowledge(self, word: str) -> tuple[int, int, int]:
        """Of which languages it is a function word, an entry of the lexicon, and a form in a dictionary."""
        functions, entries = self._listed
        return (
            BUCKETS + functions.get(word, 0),
            BUCKETS + SETS + entries.get(word, 0),
            BUCKETS + 2 * SETS + self._words.knowers(word),
        )

    def neighbours(self, words: Sequence[str]) -> list[int]:
        """Every pair of neighbours, the text's beginning and end among them: one more than there are words."""
        rights = (*(word.encode() for word in words), END.encode())
        lefts = (crc32(f"{word} ".encode()) for word in (START, *words))
        return [crc32(right, left) & (BUCKETS - 1) for left, right in zip(lefts, rights, strict=True)]

    @cached_property
    def _listed(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Function words, and all entries, each with the set of languages that it is one of, a bit each."""
        functions: dict[str, int] = {}
        entries: dict[str, int] = {}
        lexicon = self._words.lexicon
        for bit, language in enumerate(LANGUAGES):
            for entry, ids in lexicon.words(language).items():
                entries[entry] = entries.get(entry, 0) | 1 << bit
                if " " not in entry and any(lexicon.concepts[id_].pos == "func" for id_ in ids):
                    functions[entry] = functions.get(entry, 0) | 1 << bit
        return functions, entries


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


class _Words:
    """Words that have been met, as rows of what they say."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {START: _START, END: _END}
        # What it says for each of LANGUAGES, and a 1 for those that know it.
        self.scores = np.empty((MAX_REMEMBERED + 2, 2 * len(LANGUAGES)))
        # The checksums of the word as the first and as the second of a pair, and how many bytes it has as the second.
        self.lefts = np.empty(MAX_REMEMBERED + 2, dtype=np.uint32)
        self.rights = np.empty(MAX_REMEMBERED + 2, dtype=np.uint32)
        self.bytes = np.empty(MAX_REMEMBERED + 2, dtype=np.int64)
        self.long: dict[int, bytes] = {}
        """The words of more than LONGEST bytes, by their places."""
        self.note(slice(0, 2), [START, END])

    def note(self, rows: slice, words: Sequence[str]) -> None:
        """Note what these words are as parts of pairs."""
        encoded = [word.encode() for word in words]
        self.lefts[rows] = [crc32(word + b" ") for word in encoded]
        self.rights[rows] = [crc32(word) for word in encoded]
        self.bytes[rows] = [len(word) for word in encoded]
        self.long.update((place, word) for place, word in enumerate(encoded, rows.start) if len(word) > LONGEST)


class LanguageModel:
    """Scores texts. Safe to use from several threads."""

    def __init__(self, words: WordAnalyzer, weights: Weights) -> None:
        self._features = WordFeatures(words)
        self._weights = weights
        # Sums are of this precision; to make it anew for each takes longer than to add.
        self._table = weights.table.astype(np.float64)
        self._words = _Words()
        self._learning = Lock()

    def log_odds(self, words: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The log-odds of LANGUAGES for a text of these words (one at least), and the share of them that each knows."""
        known = self.learn(words)
        places = [known.places[word] for word in words]
        if len(words) <= FEW:
            pairs = np.array(self._features.neighbours(words))
        else:
            own = np.array([_START, *places, _END])
            pairs = _pairs(known, own[:-1], own[1:])
        neighbours = self._table.take(pairs, axis=0).sum(axis=0)
        sums = known.scores.take(places, axis=0).sum(axis=0) / len(words)
        mean = neighbours / len(words) + sums[: len(LANGUAGES)]
        return mean * self._weights.scale * len(words) ** self._weights.growth, sums[len(LANGUAGES) :]

    def log_odds_of_all(self, texts: Sequence[Sequence[str]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`log_odds` of many texts, a row each, to the last bit; of no more different words than are remembered."""
        words = list(chain.from_iterable(texts))
        known = self._words
        found = list(map(known.places.get, words))
        if None in found:
            known = self.learn(words)
            found = list(map(known.places.get, words))
        places = np.array(found, dtype=np.int64)
        counts = np.array([len(words) for words in texts])
        ends = counts.cumsum()
        pairs = _pairs(known, np.insert(places, ends - counts, _START), np.insert(places, ends, _END))
        neighbours = _sums(self._table.take(pairs, axis=0), counts + 1)
        sums = _sums(known.scores.take(places, axis=0), counts) / counts[:, None]
        mean = neighbours / counts[:, None] + sums[:, : len(LANGUAGES)]
        # By Python, as for one text: numpy may round a power otherwise.
        growth = np.array([count**self._weights.growth for count in counts.tolist()])
        return mean * self._weights.scale * growth[:, None], sums[:, len(LANGUAGES) :]

    def learn(self, words: Collection[str]) -> _Words:
        """Find out what words say, MAX_REMEMBERED of them at most; many at once cost less. Returns what knows them."""
        known = self._words
        if all(map(known.places.__contains__, words)):
            return known
        with self._learning:
            known = self._words
            new = [word for word in dict.fromkeys(words) if word not in known.places][:MAX_REMEMBERED]
            if len(known.places) + len(new) > len(known.lefts):
                known, new = _Words(), list(dict.fromkeys(words))[:MAX_REMEMBERED]
            for start in range(0, len(new), AT_ONCE):
                self._add(known, new[start : start + AT_ONCE])
            self._words = known
        return known

    def _add(self, known: _Words, words: Sequence[str]) -> None:
        knowledge = np.array([self._features.knowledge(word) for word in words])
        owners, features = self._features.letters(words)
        owners = np.concatenate([owners, np.arange(len(words)).repeat(knowledge.shape[1])])
        features = np.concatenate([features, knowledge.ravel()])
        first = len(known.places)
        own = slice(first, first + len(words))
        said = self._table.take(features, axis=0)
        for column in range(len(LANGUAGES)):
            known.scores[own, column] = np.bincount(owners, weights=said[:, column], minlength=len(words))
        sets = np.bitwise_or.reduce((knowledge - BUCKETS) % SETS, axis=1)
        known.scores[own, len(LANGUAGES) :] = sets[:, None] >> np.arange(len(LANGUAGES)) & 1
        known.note(own, words)
        # Last, for whoever reads meanwhile in another thread.
        known.places.update(zip(words, range(first, first + len(words)), strict=True))


def _pairs(known: _Words, firsts: Numbers, seconds: Numbers) -> Numbers:
    """What `WordFeatures.neighbours` gives, for pairs of words that are known by their places."""
    lefts, lengths = known.lefts.take(firsts), known.bytes.take(seconds)
    found = joined(lefts, known.rights.take(seconds), np.minimum(lengths, LONGEST)).astype(np.int64)
    if known.long:
        for place in np.flatnonzero(lengths > LONGEST).tolist():
            found[place] = crc32(known.long[int(seconds[place])], int(lefts[place]))
    return found & (BUCKETS - 1)


def _sums(rows: NDArray[np.float64], counts: Numbers) -> NDArray[np.float64]:
    """The sums of so many rows each, added up one after the other as numpy does for a single text."""
    owners = np.arange(len(counts)).repeat(counts)
    columns = [np.bincount(owners, weights=column, minlength=len(counts)) for column in rows.T]
    return np.stack(columns, axis=1)
