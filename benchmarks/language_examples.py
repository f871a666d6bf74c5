"""Texts in known languages, and what the model of languages is fitted on: feature counts with their languages."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from index.language_model import FEATURES, WordFeatures, read_words
from index.lexicon import LANGUAGES
from index.words import WordAnalyzer

FRAMES = Path(__file__).parent / "question_frames.tsv"
NAMES = Path(__file__).parent / "question_names.txt"
PER_LANGUAGE, ALONE = 500, 400
"""Of one kind of text, and of a kind in one language alone: otherwise its style would be a mark of its language."""
QUESTIONS = 500
"""Asked by rule in each language: frames that say the same in all of them, about names and words of the lexicon."""
LEXICON_WEIGHT, WORDS_WEIGHT, VARIANT_WEIGHT, QUESTION_WEIGHT = 0.05, 0.3, 0.3, 0.3
"""Of an entry of the lexicon, of one to three words taken out of a text, of a text misspelt and a question by rule."""
KNOWLEDGE_SCALE = 2.0
"""Which lists know a word is one feature where its letters are forty: the ridge must not hold it back as much."""
BARE = str.maketrans({"å": "a", "ä": "a", "ö": "o", "ø": "o", "æ": "ae", "é": "e"})
SPELT_OUT = str.maketrans({"å": "aa", "ä": "ae", "ö": "oe", "ø": "oe", "æ": "ae"})

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its language; `kind` names the set. `chosen` ones are fitted on, if the licence allows."""

    text: str
    language: str
    kind: str
    fitted: bool

    @property
    def chosen(self) -> bool:
        """One half of everything, the same in every run."""
        return int(hashlib.sha256(self.text.encode()).hexdigest(), 16) % 2 == 0


@dataclass(frozen=True, slots=True)
class Examples:
    """Feature counts (rows texts), the share of each language (columns LANGUAGES), and how much a row counts."""

    counts: csr_matrix
    shares: Floats
    weights: Floats


def read_sets(folder: Path) -> list[Text]:
    """Every text of every set once, the sets by name."""
    found: dict[tuple[str, str], Text] = {}
    for source in sorted(folder.glob("*/SOURCE.json")):
        share_alike = "-SA" in json.loads(source.read_text(encoding="utf-8"))["licence"].replace(" ", "-")
        for name in ("all.jsonl", "queries.jsonl"):
            path = source.parent / name
            lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
            for row in (json.loads(line) for line in lines if line):
                text = row.get("text") or row["query"]
                kind = row.get("kind") or source.parent.name
                found.setdefault((text, row["lang"]), Text(text, row["lang"], kind, not share_alike))
    return list(found.values())


class Maker:
    """Turns texts into examples to fit. A row's features are means over its words."""

    def __init__(self, words: WordAnalyzer) -> None:
        self._features = WordFeatures(words)
        self._lexicon = words.lexicon

    def counts(self, texts: Iterable[str], *, knowledge: bool = True) -> csr_matrix:
        """One row a text: the mean over its words. Without `knowledge`, letters and neighbours alone."""
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for text in texts:
            words = read_words(text)
            found = self._features.letters(words)[1].tolist() if words else []
            known = [feature for word in words if knowledge for feature in self._features.knowledge(word)]
            found += self._features.neighbours(words)
            columns += found + known
            values += [1 / max(1, len(words))] * len(found) + [KNOWLEDGE_SCALE / max(1, len(words))] * len(known)
            ends.append(len(columns))
        matrix = csr_matrix((values, columns, ends), shape=(len(ends) - 1, FEATURES))
        matrix.sum_duplicates()
        return matrix

    def examples(self, texts: Sequence[Text], weight: float) -> Examples:
        """Texts in one language each; every language counts the same in sum."""
        count = Counter(text.language for text in texts)
        shares = np.array([[float(text.language == language) for language in LANGUAGES] for text in texts])
        mean = len(texts) / len(count)
        weights = np.array([weight * mean / count[text.language] for text in texts])
        return Examples(self.counts(text.text for text in texts), shares, weights)

    def lexicon(self) -> Examples:
        """The words of the lexicon by their letters: a word of several languages is each one's in equal shares."""
        owners: dict[str, list[str]] = defaultdict(list)
        for language in LANGUAGES:
            for entry in self._lexicon.words(language):
                owners[entry].append(language)
        shares = np.array([[(language in own) / len(own) for language in LANGUAGES] for own in owners.values()])
        return Examples(self.counts(owners, knowledge=False), shares, np.full(len(owners), LEXICON_WEIGHT))

    def all(self, texts: Sequence[Text]) -> list[Examples]:
        """Everything that is fitted on: some of the texts of each kind, their words, misspellings, and the lexicon."""
        dice = random.Random(7)
        some = _some(texts)
        words = [part for text in some for part in _words_of(text, dice)]
        variants = [variant for text in some for variant in _variants(text, dice)]
        return [
            self.examples(some, 1.0),
            self.examples(words, WORDS_WEIGHT),
            self.examples(variants, VARIANT_WEIGHT),
            self.examples(self._questions(dice), QUESTION_WEIGHT),
            self.lexicon(),
        ]

    def _questions(self, dice: random.Random) -> list[Text]:
        """The same questions in every language, so that no way of asking is a mark of one of them."""
        header, *lines = FRAMES.read_text(encoding="utf-8").splitlines()
        names = NAMES.read_text(encoding="utf-8").splitlines()
        frames = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
        nouns = [
            concept.words
            for concept in self._lexicon.concepts.values()
            if concept.pos == "noun" and all(concept.words[language] for language in LANGUAGES)
        ]
        found = []
        for _ in range(QUESTIONS):
            frame, name, word, other = dice.choice(frames), dice.choice(names), dice.choice(nouns), dice.choice(nouns)
            for language in LANGUAGES:
                text = frame[language].format(name=name, word=word[language][0], other=other[language][0])
                found.append(Text(text, language, "by rule", fitted=True))
        return found


def _some(texts: Sequence[Text]) -> list[Text]:
    languages = defaultdict(set)
    for text in texts:
        languages[text.kind].add(text.language)
    count: Counter[tuple[str, str]] = Counter()
    found = []
    for text in sorted(texts, key=lambda text: hashlib.sha256(text.text.encode()).digest()):
        count[text.kind, text.language] += 1
        if count[text.kind, text.language] <= (PER_LANGUAGE if len(languages[text.kind]) > 1 else ALONE):
            found.append(text)
    return found


def _words_of(text: Text, dice: random.Random) -> list[Text]:
    words = read_words(text.text)
    if len(words) < 4:
        return []
    taken = (" ".join(dice.sample(words, dice.choice((1, 2, 2, 3)))) for _ in range(2))
    return [Text(some, text.language, text.kind, text.fitted) for some in taken]


def _variants(text: Text, dice: random.Random) -> list[Text]:
    """The text without Nordic letters, and with a slip in every 25 letters; each in two of five cases."""
    lower = text.text.lower()
    bare = lower.translate(BARE if dice.random() < 0.7 else SPELT_OUT)
    made = [other for other in (bare, _slip(lower, dice)) if dice.random() < 0.4 and other != lower]
    return [Text(other, text.language, text.kind, text.fitted) for other in made]


def _slip(text: str, dice: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) // 25)):
        at = dice.randrange(len(letters))
        kind = dice.choice(("lost", "doubled", "swapped"))
        if kind == "swapped" and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        else:
            letters[at] = "" if kind == "lost" else letters[at] * 2
    return "".join(letters)
