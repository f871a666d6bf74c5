"""The tables of strings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files

import pytest

from index.errors import InvalidData
from service.strings import LANGUAGES, Strings, answer_language, strings

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def flat(table: dict[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def table(language: str) -> dict[str, object]:
    source = files("service").joinpath("data", "strings", f"{language}.toml")
    return dict(flat(tomllib.loads(source.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_string_with_its_placeholders(language: str) -> None:
    """A string that stands in one table stands in all five, with the same placeholders, and is never empty."""
    english, other = table("en"), table(language)
    assert set(other) == set(english)
    for key, value in other.items():
        assert value, f"{language}: {key} is empty"
        if isinstance(value, str):
            assert set(PLACEHOLDER.findall(value)) == set(PLACEHOLDER.findall(str(english[key]))), key


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_sentence_was_left_in_english(language: str) -> None:
    """A sentence of several words differs from the English one."""
    english = table("en")
    same = [
        key
        for key, value in table(language).items()
        if isinstance(value, str) and value.count(" ") > 1 and value == english[key]
    ]
    assert same == []


def test_small_counts_are_words_and_large_ones_digits() -> None:
    """Three is written out, thirteen is not."""
    assert strings("en").number(3) == "three"
    assert strings("sv").number(2) == "två"
    assert strings("en").number(13) == "13"


def test_other_languages_are_answered_in_english() -> None:
    """A question in a language that has no table is answered in English."""
    assert answer_language("fi") == "en"
    assert strings("fi").language == "en"
    assert strings("nn").language_name("fi") == "fi"


def test_a_missing_string_is_named() -> None:
    """A key that the table lacks raises an error that names file and key."""
    with pytest.raises(InvalidData, match=r"strings/da\.toml: .*'nowhere\.at_all'"):
        Strings("da", {}).text("nowhere.at_all")
