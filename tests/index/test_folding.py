"""Common spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folding import fold, strip_diacritics, strip_marks, strip_marks_of_all


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("organisasjon", "organisation"),
        ("sikkerhed", "sikkerhet"),
        ("økonomi", "ökonomi"),
        ("venskab", "venskap"),
        ("aalborg", "ålborg"),
    ],
)
def test_cognates_of_two_languages_fold_to_one_spelling(one: str, other: str) -> None:
    """Words that differ by a known rule of spelling become equal."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("får", "for"), ("vän", "van"), ("hus", "hund")])
def test_different_words_stay_different(one: str, other: str) -> None:
    """Folding keeps the letters that tell words apart."""
    assert fold(one) != fold(other)


def test_diacritics_can_be_forgotten() -> None:
    """What a hurried writer leaves out is left out of both sides."""
    assert strip_diacritics("Åse Bjørn, Malmö, Æbeltoft") == "Ase Bjorn, Malmo, Abeltoft"
    assert strip_marks("forstår") == strip_marks("forstaar") == strip_marks("forstar")


@given(st.text())
def test_any_text_can_be_folded(text: str) -> None:
    """No input raises."""
    fold(text)
    strip_marks(text)


def test_many_words_are_stripped_as_each_of_them_is() -> None:
    """A list at once gives what its words give one by one, also where a word ends as the next begins."""
    words = ["forstår", "aand", "daa", "ååå", "a", "Åse", "æble", "e\u0301t", "\u0301a", "hall", "lov"]
    assert strip_marks_of_all(words) == [strip_marks(word) for word in words]
    assert strip_marks_of_all([]) == []
