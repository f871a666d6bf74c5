"""Messages that ask nothing of the documents: greetings, thanks, and questions about the service itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads

WORD = re.compile(r"\w+")
EMOJI = re.compile(r":[\w+-]+:")


@dataclass(frozen=True, slots=True)
class Courtesies:
    """Words of politeness and whole questions about the service, by language; in lower case, without punctuation."""

    words: Mapping[str, frozenset[str]]
    questions: Mapping[str, frozenset[str]]


def asks_something(text: str) -> bool:
    """Whether a message asks something of the documents; thanks, a lone emoji, dots or "what can you do?" do not."""
    said = spoken(text)
    return bool(said) and not courteous_in(said)


def courtesy_language(text: str, detected: str) -> str:
    """The language of a message that asks nothing: the detected one if it can be. "Hi" is a word of Norwegian, too."""
    languages = courteous_in(spoken(text))
    return detected if detected in languages or not languages else languages[0]


def courteous_in(said: list[str]) -> list[str]:
    """The languages in which these words are politeness, or a question about the service with politeness before it."""
    known = courtesies()
    found = []
    for language, words in known.words.items():
        polite = next((place for place, word in enumerate(said) if word not in words), len(said))
        rests = (" ".join(said[first:]) for first in range(polite + 1))
        if polite == len(said) or any(rest in known.questions[language] for rest in rests):
            found.append(language)
    return found


def spoken(text: str) -> list[str]:
    """The words of a message, in lower case; an emoji is none, also when it is written as ":tada:"."""
    return WORD.findall(EMOJI.sub(" ", text.lower()))


@cache
def courtesies() -> Courtesies:
    """What courtesies.toml has."""
    table = loads(files("service").joinpath("data", "courtesies.toml").read_text(encoding="utf-8"))
    return Courtesies(
        {language: frozenset(words) for language, words in table["words"].items()},
        {
            language: frozenset(" ".join(WORD.findall(question)) for question in questions)
            for language, questions in table["questions"].items()
        },
    )
