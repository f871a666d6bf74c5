"""Made-up corpora of any size: the lexicon's words in five languages at Zipf frequencies, with documents and speakers.

Every block of passages has a random generator of its own, so that any part of a corpus is the same in every size and
can be made without the rest. The questions ask for passages by some of their words, in their language or another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from random import Random

from index.lexicon import LANGUAGES, Lexicon
from index.records import Passage, Span, Speaker

BLOCK = 1_000
DOCUMENT = 20
"""Passages of a document; all of them are in one language and by one speaker."""
SPEAKERS = 200
"""Speakers of a corpus of every size, so that a speaker's share of it stays the same."""
SENTENCES, SENTENCE_WORDS = (2, 4), (8, 18)
UNKNOWN = 0.03
"""Share of the words that no lexicon has: numbers and names, drawn from NAMES of each."""
NAMES = 50_000
ASKED_BLOCKS = 50
"""Blocks that questions are made of: a block has to be made anew for them, in a fifth of a second."""
ASKED = 5
"""Content words that a question takes from its passage."""
SYLLABLES = (
    "bra",
    "del",
    "fin",
    "gor",
    "hal",
    "kem",
    "lun",
    "mir",
    "nos",
    "pet",
    "ral",
    "sig",
    "tov",
    "ulf",
    "vik",
    "yst",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the passage that it was made from; `across` tells whether it is asked in another language."""

    text: str
    language: str
    gold: str
    across: bool


class Synthetic:
    """A seeded source of passages and questions; equal seeds and lexicons give equal texts."""

    def __init__(self, lexicon: Lexicon, seed: int = 11) -> None:
        self._seed = seed
        self._words = {language: _ranked(lexicon, language, Random(seed)) for language in LANGUAGES}
        self._concepts = lexicon.concepts
        # Zipf's law: the word of rank r is drawn in proportion to 1/r.
        self._sums = {
            name: list(accumulate(1 / rank for rank in range(1, len(words) + 1))) for name, words in self._words.items()
        }

    def passages(self, size: int, start: int = 0) -> Iterator[Passage]:
        """The passages from `start` up to `size`, in order."""
        for block in range(start // BLOCK, -(-size // BLOCK)):
            first = block * BLOCK
            made = (passage for passage, _ in self._block(block))
            yield from islice(made, max(0, start - first), min(BLOCK, size - first))

    def questions(self, size: int, count: int) -> list[Question]:
        """Questions for passages spread over a corpus of `size`, every other one in another language."""
        random = Random(self._seed + 1)
        whole = range(max(1, size // BLOCK))
        blocks = random.sample(whole, min(ASKED_BLOCKS, len(whole)))
        by_block: dict[int, list[int]] = {}
        for _ in range(count):
            by_block.setdefault(random.choice(blocks), []).append(random.randrange(min(BLOCK, size)))
        found = []
        for block, within in by_block.items():
            made = list(self._block(block))
            for place in within:
                passage, concepts = made[place]
                found.append(self._question(passage, concepts, len(found) % 2 == 1, random))
        random.shuffle(found)
        return found

    def _block(self, block: int) -> Iterator[tuple[Passage, list[str]]]:
        """The passages of a block, each with the concepts of its content words, in order."""
        random = Random(self._seed * 1_000_003 + block)
        language, speaker = "", ""
        for place in range(BLOCK):
            if place % DOCUMENT == 0:
                language = random.choice(LANGUAGES)
                speaker = speaker_name(random.randrange(SPEAKERS))
            yield self._passage(block * BLOCK + place, language, speaker, random)

    def _passage(self, number: int, language: str, speaker: str, random: Random) -> tuple[Passage, list[str]]:
        words, sums = self._words[language], self._sums[language]
        spans: list[Span] = []
        concepts: list[str] = []
        text = ""
        for _ in range(random.randint(*SENTENCES)):
            drawn = random.choices(words, cum_weights=sums, k=random.randint(*SENTENCE_WORDS))
            concepts += [concept for _, concept in drawn if concept]
            written = [_unknown(random) if random.random() < UNKNOWN else word for word, _ in drawn]
            sentence = " ".join(written) + "."
            start = len(text) + bool(text)
            text = f"{text} {sentence}" if text else sentence
            spans.append(Span(start, len(text)))
        document = document_id(number // DOCUMENT)
        return Passage(
            id=f"{document}:{number % DOCUMENT * 1000}-{number % DOCUMENT * 1000 + len(text)}:1",
            document_id=document,
            start=0,
            end=len(text),
            text=text,
            language=language,
            speaker=Speaker(speaker, "author"),
            kind="paragraph",
            sentences=tuple(spans),
        ), concepts

    def _question(self, passage: Passage, concepts: list[str], across: bool, random: Random) -> Question:
        others = [language for language in LANGUAGES if language != passage.language]
        language = random.choice(others) if across else passage.language
        # The rarer half of what the passage speaks of, as people ask for what is special about a text.
        rank = {concept: place for place, (_, concept) in enumerate(self._words[passage.language]) if concept}
        rare = sorted(set(concepts), key=lambda concept: -rank[concept])[: max(ASKED, len(set(concepts)) // 2)]
        asked = random.sample(rare, min(ASKED, len(rare)))
        content = [_one_word(self._concepts[concept].words[language]) for concept in asked]
        words = [word for word, _ in self._words[language][:4]] + [word for word in content if word]
        return Question(" ".join(words) + "?", language, passage.id, across)


def document_id(number: int) -> str:
    """The id of a corpus's document."""
    return f"d{number:06d}"


def speaker_name(number: int) -> str:
    """A made-up name for a speaker, the same for the same number."""
    return " ".join(part.capitalize() for part in (_syllables(number + 17), _syllables(number * 31 + 5)))


def _ranked(lexicon: Lexicon, language: str, random: Random) -> list[tuple[str, str]]:
    """(word, its concept or "" for a function word), the most frequent first: function words, then the others mixed."""
    functions: dict[str, str] = {}
    others: dict[str, str] = {}
    for concept in lexicon.concepts.values():
        word = _one_word(concept.words.get(language, ()))
        if word:
            (functions if concept.pos == "func" else others).setdefault(word, concept.id)
    mixed = [(word, concept) for word, concept in others.items() if word not in functions]
    random.shuffle(mixed)
    return [(word, "") for word in functions] + mixed


def _one_word(words: tuple[str, ...]) -> str:
    return next((word for word in words if " " not in word and "-" not in word), "")


def _unknown(random: Random) -> str:
    number = random.randrange(NAMES)
    return str(number) if random.random() < 0.5 else _syllables(number).capitalize()


def _syllables(number: int) -> str:
    made = ""
    while True:
        number, rest = divmod(number, len(SYLLABLES))
        made += SYLLABLES[rest]
        if not number:
            return made
