"""The numbers in a text, in digits or in words, in a form in which they can be compared across languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

DIGITS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?!\d)|\d+(?:[.,]\d+)*")
WORD = re.compile(r"[^\W\d_]+")
GROUPED = re.compile(r"\d{1,3}(?:\D\d{3})+")


@cache
def number_words() -> Mapping[str, Mapping[str, str]]:
    """Language → number word → its value in digits."""
    source = files("service").joinpath("data", "numbers.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def numbers(text: str, language: str) -> list[frozenset[str]]:
    """Every number in the text, each as the readings that it allows: "1.500" is 1500 in Danish and 1.5 in English."""
    found = [readings(match[0]) for match in DIGITS.finditer(text)]
    words = number_words().get(language, {})
    found += [frozenset({words[word]}) for word in WORD.findall(text.lower()) if word in words]
    return found


def readings(written: str) -> frozenset[str]:
    """The values that a number in digits may have, without separators but a decimal point."""
    parts = re.split(r"\D", written)
    values = set()
    if GROUPED.fullmatch(written):
        values.add(whole("".join(parts)))
    if len(parts) == 1:
        values.add(whole(written))
    elif len(parts) == 2 and written[len(parts[0])] in ".,":
        decimals = parts[1].rstrip("0")
        values.add(whole(parts[0]) + (f".{decimals}" if decimals else ""))
    elif not values:
        # Dates, versions, telephone numbers: only the same parts in the same order are the same.
        values.add("-".join(parts))
    return frozenset(values)


def whole(digits: str) -> str:
    return digits.lstrip("0") or "0"


def number_set(text: str, language: str) -> frozenset[str]:
    """Every reading of every number in the text."""
    return frozenset[str]().union(*numbers(text, language))
