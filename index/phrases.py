"""Finds the phrases of five languages in lines, however many they are; data/furniture.toml says how to write them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from index.errors import InvalidData

T = TypeVar("T")

LANGUAGES = ("any", "en", "da", "nb", "nn", "sv")
DATA = Path(__file__).parent / "data"

_WORD = re.compile(r"\w+")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_EITHER = re.compile(r"\(([^()]*)\)")


def words_of(text: str) -> str:
    """Return a text's words, case-folded, one blank between them: what phrases are compared with."""
    return " ".join(_WORD.findall(text.replace("©", " copyright ").casefold()))


def read_toml(path: Path) -> Mapping[str, object]:
    """Return one of the project's own TOML files.

    Raises:
        InvalidData: the file is missing or not TOML; the message names it.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidData(f"{path}: expected a readable TOML file, found: {error}") from None


def read_names(path: Path) -> Mapping[str, Sequence[str]]:
    """Return one of the project's own TOML files that holds nothing but lists of names.

    Raises:
        InvalidData: the file is missing, not TOML, or holds something else; the message names it.
    """
    table: dict[str, Sequence[str]] = {}
    for key, names in read_toml(path).items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InvalidData(f"{path}: {key}: expected a list of texts, found {names!r}")
        table[key] = names
    return table


def phrases_of(path: Path, name: str, table: object) -> Iterator[str]:
    """Return the phrases of all languages in a table `{language: [phrase, …]}`.

    Raises:
        InvalidData: a key is no language, or a value is not a list of texts.
    """
    if not isinstance(table, dict):
        raise InvalidData(f"{path}: [{name}]: expected a table of languages, found {table!r}")
    for language, listed in table.items():
        if language not in LANGUAGES:
            raise InvalidData(f"{path}: [{name}]: expected the keys {', '.join(LANGUAGES)}, found {language!r}")
        if not isinstance(listed, list) or not all(isinstance(phrase, str) and phrase.strip() for phrase in listed):
            raise InvalidData(f"{path}: [{name}] {language}: expected a list of texts, found {listed!r}")
        yield from listed


def expand(phrase: str) -> Iterator[str]:
    """Return the phrases that `[x]` (may be missing) and `(a|b)` (one of them) stand for, as compared words.

    `#` (a number) and `*` (one or more words) stay as they are; `(a|b)` may stand within `[…]`.
    """
    if optional := _OPTIONAL.search(phrase):
        choices = ("", optional.group(1))
    elif optional := _EITHER.search(phrase):
        choices = tuple(optional.group(1).split("|"))
    else:
        yield " ".join(part if part in "#*" else words_of(part) for part in phrase.split()).strip()
        return
    for choice in choices:
        yield from expand(f"{phrase[: optional.start()]} {choice} {phrase[optional.end() :]}")


@dataclass(frozen=True)
class _Phrase(Generic[T]):
    source: str
    value: T

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when a line first has its rarest word: all of them take a third of a second."""
        return re.compile(self.source)


class PhraseTable(Generic[T]):
    """Phrases with a value each, looked up by a line's words in a time that does not grow with their number."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        """Take (phrase, value) pairs; where two phrases are the same the first one counts."""
        self._exact: dict[str, T] = {}
        self._by_key: dict[str, list[_Phrase[T]]] = {}
        for phrase, value in phrases:
            for words in expand(phrase):
                self._add(words, value)

    def _add(self, words: str, value: T) -> None:
        parts = words.split()
        plain = [part for part in parts if part not in "#*"]
        if plain == parts:
            self._exact.setdefault(words, value)
        # The longest word is the rarest: few lines come as far as a comparison.
        key = max(plain, key=len, default="")
        pattern = " ".join({"#": r"\d+(?: \d+)*", "*": r".+"}.get(part, re.escape(part)) for part in parts)
        self._by_key.setdefault(key, []).append(_Phrase(rf"\b{pattern}\b", value))

    def whole(self, words: str) -> T | None:
        """Return the value of the phrase that the words are, or None."""
        if (found := self._exact.get(words)) is not None:
            return found
        return next((p.value for p in self._candidates(words) if p.pattern.fullmatch(words)), None)

    def start(self, words: str) -> T | None:
        """Return the value of a phrase that the words begin with, or None."""
        return next((p.value for p in self._candidates(words) if p.pattern.match(words)), None)

    def within(self, words: str) -> list[T]:
        """Return the values of the phrases that stand somewhere in the words, each phrase once."""
        return [p.value for p in self._candidates(words) if p.pattern.search(words)]

    def _candidates(self, words: str) -> list[_Phrase[T]]:
        by_key = self._by_key
        # A set would make the choice between two phrases random.
        keys = [key for key in dict.fromkeys(("", *words.split())) if key in by_key]
        return [phrase for key in keys for phrase in by_key[key]]
