"""What a question's own words say about the answer it wants; the words are data, in service/data/cues.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from index.analysis import QuestionTerm
from index.errors import InvalidData

MAX_TOPIC_CHARACTERS = 80
"""A longer topic is not repeated in the answer: it would be the question over again."""


@dataclass(frozen=True, slots=True)
class Cues:
    """Concept ids and words that tell the kind of a question."""

    frame: frozenset[str]
    voices: frozenset[str]
    saying: frozenset[str]
    leaning: Mapping[str, frozenset[str]]
    topics: Mapping[str, tuple[re.Pattern[str], ...]]

    def is_frame(self, term: QuestionTerm) -> bool:
        """Whether a term speaks of the texts or of saying, not of the question's topic."""
        return term.kind in ("word", "phrase") and has(term, self.frame)

    def topic(self, text: str, language: str) -> str | None:
        """What a question of the form "what do they say about X" is about, in its own words."""
        for pattern in self.topics.get(language, ()):
            if (found := pattern.search(text)) and len(found["topic"]) <= MAX_TOPIC_CHARACTERS:
                return found["topic"].strip(" \"'“”«»„")
        return None

    def leans(self, sentence: str, language: str) -> bool:
        """Whether a sentence begins with a word that leans on the sentence before it ("It", "This", "But")."""
        first = re.search(r"\w+", sentence)
        return first is not None and first[0].lower() in self.leaning.get(language, frozenset())


def has(term: QuestionTerm, concepts: frozenset[str]) -> bool:
    """Whether one of a term's senses is among `concepts`."""
    return any(concept in concepts for concept, _ in term.concepts)


def load_cues() -> Cues:
    """Read the cues. Raises InvalidData when the file lacks a part or a pattern is wrong."""
    source = files("service").joinpath("data", "cues.toml")
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
        return Cues(
            frame=frozenset(table["frame_concepts"]),
            voices=frozenset(table["voices_concepts"]),
            saying=frozenset(table["saying_concepts"]),
            leaning={language: frozenset(words) for language, words in table["leaning"].items()},
            topics={
                language: tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
                for language, patterns in table["topics"].items()
            },
        )
    except (tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise InvalidData(f"service/data/cues.toml: {error}") from error
