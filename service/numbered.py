"""Things that have a number for a name ("Python 3", "versjon 5.2"): what is said of one is not said of another."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.analysis import QuestionTerm

NUMBER = r"\d+(?:\.\d+)*"
WRITTEN = re.compile(rf"(?<![\w.])v?({NUMBER})(?!\w)")
YEAR = re.compile(r"(?:1\d|20)\d\d")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A thing and its number: the words that may stand before that, the number, and where the question has both."""

    names: tuple[str, ...]
    number: str
    span: tuple[int, int]

    def numbers_in(self, text: str) -> list[str]:
        """The numbers that the thing has in `text`."""
        return re.findall(rf"{self._name}\s+v?({NUMBER})(?!\w)", text, re.IGNORECASE)

    def is_named_in(self, text: str) -> bool:
        """Whether a text speaks of the thing, with whatever number."""
        return re.search(self._name, text, re.IGNORECASE) is not None

    @property
    def _name(self) -> str:
        return rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in self.names)})"

    @property
    def is_year(self) -> bool:
        """Whether the number may be a year, which a text of that year need not give."""
        return YEAR.fullmatch(self.number) is not None

    def is_meant(self, number: str) -> bool:
        """Whether a text's number is the question's, or a part of it: 3.4 is a Python 3."""
        return number == self.number or number.startswith(f"{self.number}.")


def numbers_in(text: str) -> list[str]:
    """The numbers that stand by themselves in a text, with their parts ("3.4")."""
    return WRITTEN.findall(text)


def numbered(text: str, terms: Sequence[QuestionTerm], same: Collection[str]) -> tuple[Numbered, ...]:
    """The numbered things of a question: a number right behind a name, or a word of several languages for a version.

    Args:
        terms: those of the question.
        same: words that mean the same before a number, whatever the language ("version", "utgave").
    """
    words = [term for term in terms if term.kind != "phrase"]
    found: list[Numbered] = []
    for before, term in pairwise(words):
        if term.kind != "number" or text[before.end : term.start] != " ":
            continue
        is_version = before.text.casefold() in same
        if is_version or before.kind == "name":
            names = tuple(same) if is_version else (before.text,)
            found.append(Numbered(names, term.text, (before.start, term.end)))
    return tuple(found)


def other_number(things: Collection[Numbered], text: str) -> bool:
    """Whether a sentence speaks of another of these things, and not of the one that is asked about."""
    for thing in things:
        numbers = thing.numbers_in(text)
        if numbers and not any(thing.is_meant(number) for number in numbers_in(text)):
            return True
    return False
