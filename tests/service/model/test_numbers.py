"""Numbers across languages and ways of writing them."""

from __future__ import annotations

import pytest

from service.model.numbers import number_set, numbers
from service.strings import LANGUAGES


@pytest.mark.parametrize(
    ("claimed", "evidence"),
    [
        ("1,500", "1.500"),
        ("1,500", "1 500"),
        ("1500", "1 500"),
        ("2.4", "2,4"),
        ("8 percent", "8,0 procent"),
        ("42%", "42"),
        ("in 2006", "2006."),
        ("380,000 fans", "380.000"),
    ],
)
def test_the_same_number_in_other_clothes(claimed: str, evidence: str) -> None:
    """Grouping and decimal marks differ between languages; the number is the same."""
    assert all(readings & number_set(evidence, "da") for readings in numbers(claimed, "en"))


@pytest.mark.parametrize(("claimed", "evidence"), [("45", "4.5"), ("15", "1,500"), ("2007", "2006"), ("3.50", "350")])
def test_other_numbers_differ(claimed: str, evidence: str) -> None:
    """Digits in common are not enough."""
    assert not any(readings & number_set(evidence, "en") for readings in numbers(claimed, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_numbers_in_every_language(language: str) -> None:
    """A number that is written out is held to the same number in digits."""
    words = {"en": "twelve", "da": "tolv", "nb": "tolv", "nn": "tolv", "sv": "tolv"}
    assert number_set(f"{words[language]} beds", language) == {"12"}


def test_articles_are_no_numbers() -> None:
    """ "En" and "et" count nothing."""
    assert number_set("en have og et hus", "da") == frozenset()
