"""Who speaks in the documents, and whom of them a question names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from sqlalchemy import select

from index.record import Record
from index.schema import passages

MIN_NAME_CHARACTERS = 3
"""A shorter name ("Bo", "Al") is too often an ordinary word to be taken for a person when written in lower case."""


class Speakers:
    """The names of everybody who speaks, read again only when the documents have changed."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._generation = -1
        self._names: frozenset[str] = frozenset()

    def names(self) -> frozenset[str]:
        """Every speaker's name as the documents write it."""
        generation = self._record.generation()
        if generation != self._generation:
            with self._record.read() as connection:
                found = connection.execute(select(passages.c.speaker_name).distinct()).scalars()
                self._names = frozenset(name for name in found if name)
            self._generation = generation
        return self._names


def named_speakers(text: str, names: Iterable[str], grammar: Collection[int] = ()) -> dict[str, list[tuple[int, int]]]:
    """The speakers whom a question names, each with where: by the whole name, or by one part of it with a capital.

    A part that two speakers share names neither.

    Args:
        grammar: where the question has words of grammar, which are nobody's name by themselves (Swedish "Vad").
    """
    names = sorted(set(names), key=len, reverse=True)
    found: dict[str, list[tuple[int, int]]] = {}
    for name in names:
        if len(name) >= MIN_NAME_CHARACTERS and (spans := whole_words(name, text, re.IGNORECASE)):
            found[name] = spans
    taken = [span for spans in found.values() for span in spans]
    for name in names:
        for part in name.split():
            shared = sum(part in other.split() for other in names) > 1
            if name in found or shared or len(part) < MIN_NAME_CHARACTERS or not part[0].isupper():
                continue
            spans = [
                span
                for span in whole_words(part, text)
                if span[0] not in grammar and not any(a <= span[0] < b for a, b in taken)
            ]
            if spans:
                found[name] = spans
    return found


def whole_words(words: str, text: str, flags: re.RegexFlag = re.NOFLAG) -> list[tuple[int, int]]:
    """Where `words` stand in `text` as whole words, a genitive s allowed."""
    pattern = rf"(?<!\w){re.escape(words)}(?:['’]?s)?(?!\w)"
    return [match.span() for match in re.finditer(pattern, text, flags)]
