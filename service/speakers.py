"""Who speaks in the documents, and whom of them a question names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import select

from index.record import Record
from index.schema import passages

MIN_NAME_CHARACTERS = 3
"""A shorter name ("Bo", "Al") is too often an ordinary word to be taken for a person when written in lower case."""
WORD = re.compile(r"\w+")


class Names(Collection[str]):
    """Names by their words: there may be a hundred thousand of them, and a text has a few."""

    def __init__(self, names: Iterable[str]) -> None:
        self.all = frozenset(names)
        """Each of them as the documents write it."""
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._by_part: dict[str, list[str]] = defaultdict(list)
        self._by_letter: dict[str, set[str]] = defaultdict(set)
        for name in sorted(self.all):
            for part in dict.fromkeys(name.split()):
                self._by_part[part].append(name)
                self._by_letter[part[0].casefold()].add(part.casefold())
                if word := WORD.search(part):
                    self._by_word[word[0].casefold()].append(name)

    def __contains__(self, name: object) -> bool:
        return name in self.all

    def __iter__(self) -> Iterator[str]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def in_text(self, text: str) -> list[str]:
        """The names that `text` may have: one of their parts begins with a word of it. The longest first."""
        words = {word.casefold() for word in WORD.findall(text)}
        words |= {word[:-1] for word in words if word.endswith("s")}
        found = {name for word in words for name in self._by_word.get(word, ())}
        return sorted(found, key=lambda name: (-len(name), name))

    def is_shared(self, part: str) -> bool:
        """Whether several names have this part."""
        return len(self._by_part.get(part, ())) > 1

    def has_part(self, part: str) -> bool:
        """Whether a name has this part, in any case."""
        return part.casefold() in self._by_letter.get(part[:1].casefold(), ())

    def parts_beginning(self, letter: str) -> Collection[str]:
        """The parts of names that begin with this letter, in lower case."""
        return self._by_letter.get(letter.casefold(), frozenset())


class Speakers:
    """The names of everybody who speaks, read again only when the documents have changed."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._generation = -1
        self._names = Names(())

    def names(self) -> Names:
        """Every speaker's name as the documents write it."""
        generation = self._record.generation()
        if generation != self._generation:
            with self._record.read() as connection:
                spoken = connection.execute(select(passages.c.speaker_name).distinct()).scalars()
                found = frozenset(name for name in spoken if name)
            # Most changes bring nobody new.
            if found != self._names.all:
                self._names = Names(found)
            self._generation = generation
        return self._names


def named_speakers(text: str, names: Names, grammar: Collection[int] = ()) -> dict[str, list[tuple[int, int]]]:
    """The speakers whom a question names, each with where: by the whole name, or by one part of it with a capital.

    A part that two speakers share names neither.

    Args:
        grammar: where the question has words of grammar, which are nobody's name by themselves (Swedish "Vad").
    """
    near = names.in_text(text)
    found: dict[str, list[tuple[int, int]]] = {}
    for name in near:
        if len(name) >= MIN_NAME_CHARACTERS and (spans := whole_words(name, text, re.IGNORECASE)):
            found[name] = spans
    taken = [span for spans in found.values() for span in spans]
    for name in near:
        for part in name.split():
            if name in found or names.is_shared(part) or len(part) < MIN_NAME_CHARACTERS or not part[0].isupper():
                continue
            spans = [
                span
                for span in whole_words(part, text)
                if span[0] not in grammar and not any(a <= span[0] < b for a, b in taken)
            ]
            if spans:
                found[name] = spans
    return found


def told_apart(
    named: Mapping[str, list[tuple[int, int]]], others: tuple[int, int] | None
) -> tuple[dict[str, list[tuple[int, int]]], frozenset[str]]:
    """Those who must have spoken, each with where the question names them, and those on whom others must have.

    Args:
        others: where the latter stand, None where it has none ("Who disagrees with Ann?").
    """
    if others is None:
        return dict(named), frozenset()
    start, end = others
    of_others = frozenset(name for name, spans in named.items() if all(start <= span[0] < end for span in spans))
    return {name: spans for name, spans in named.items() if name not in of_others}, of_others


def whole_words(words: str, text: str, flags: re.RegexFlag = re.NOFLAG) -> list[tuple[int, int]]:
    """Where `words` stand in `text` as whole words, a genitive s allowed."""
    pattern = rf"(?<!\w){re.escape(words)}(?:['’]?s)?(?!\w)"
    return [match.span() for match in re.finditer(pattern, text, flags)]
