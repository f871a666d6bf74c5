"""The strings that people see, one table a language under service/data/strings/."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from index.errors import InvalidData

LANGUAGES = ("en", "da", "nb", "nn", "sv")
"""The languages that answers are written in; a question in any other one is answered in English."""


class Strings:
    """One language's table. A missing key raises InvalidData: it is a fault of ours, never of the person's."""

    def __init__(self, language: str, table: Mapping[str, object]) -> None:
        self.language = language
        self.table = table

    def text(self, key: str, **values: str) -> str:
        """The string under the dotted `key`, its {placeholders} filled with `values`."""
        found: object = self.table
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if not isinstance(found, str):
            raise InvalidData(f"strings/{self.language}.toml: expected a string under {key!r}, found {found!r}")
        return found.format(**values) if values else found

    def number(self, count: int) -> str:
        """A count as a word where the table has one ("three"), else in digits."""
        numbers = self.table["numbers"]
        words = numbers["words"] if isinstance(numbers, Mapping) else []
        return str(words[count]) if count < len(words) else str(count)

    def count(self, word: str) -> int:
        """The count that a word of the table stands for, 0 for any other word."""
        numbers = self.table["numbers"]
        words = numbers["words"] if isinstance(numbers, Mapping) else []
        return words.index(word) if word in words else 0

    def language_name(self, language: str) -> str:
        """The name of `language` in this table's language; an ISO code that the table lacks is shown as such."""
        names = self.table["languages"]
        return str(names.get(language, language)) if isinstance(names, Mapping) else language

    def quoted(self, text: str) -> str:
        """`text` in this language's quotation marks."""
        return self.text("open_quote") + text + self.text("close_quote")


def answer_language(language: str) -> str:
    """The language to answer in for a question in `language`."""
    return language if language in LANGUAGES else "en"


@cache
def strings(language: str) -> Strings:
    """The table of `answer_language(language)`."""
    code = answer_language(language)
    source = files("service").joinpath("data", "strings", f"{code}.toml")
    return Strings(code, tomllib.loads(source.read_text(encoding="utf-8")))
