"""Citation forms from tries."""

from __future__ import annotations

from pathlib import Path

import pytest
import simplemma

from index.lemmas import Lemmas
from index.lexicon import LANGUAGES
from tests.index.analysing import lexicon

WORDS = {
    "en": ["companies", "went", "better", "Xqzt", "children's"],
    "da": ["kunderne", "gik", "virksomhedernes", "xqzt"],
    "nb": ["bedriftene", "gikk", "tilliten"],
    "nn": ["verksemdene", "gjekk", "skulehagen"],
    "sv": ["företagen", "gick", "sniglar", "åsikterna"],
}


@pytest.mark.parametrize(("language", "words"), WORDS.items())
def test_the_tries_say_what_the_dictionaries_say(language: str, words: list[str]) -> None:
    """Every lemma and every membership is the one that simplemma gives with its plain dictionaries."""
    lemmas = Lemmas()
    for word in map(str.lower, words):
        assert lemmas.lemma(word, language) == simplemma.lemmatize(word, lang=language).lower()
        assert lemmas.is_known(word, language) == simplemma.is_known(word, lang=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_letters_are_led_back_as_simplemma_does(language: str) -> None:
    """Whatever of a word is looked up for its parts: its beginnings, its ends, and two words as one."""
    lemmas = Lemmas()
    entries = [word for word in lexicon().words(language) if word.isalpha() and len(word) > 4]
    for first, second in zip(entries[:4000:8], entries[4000:0:-8], strict=True):
        for word in (first, first[2:], first[:-1] + "enes", first + second, first + "s" + second, second[1:] + first):
            assert lemmas.lemma(word, language) == simplemma.lemmatize(word, lang=language).lower(), word
            assert lemmas.is_known(word, language) == simplemma.is_known(word, lang=language), word


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a file where the cache folder should be, lemmas are the same."""
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert Lemmas().lemma("verksemdene", "nn") == "verksemd"


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_that_are_noted_change_no_answer(language: str) -> None:
    """Words of the dictionary and others, names and parts of compounds among them, with and without a capital."""
    noted, plain = Lemmas(), Lemmas()
    noted.note_names()
    words = [
        word
        for some in ("oslo danmark nils anna", "hus husene kundene byggesaker", "xqz ångström Älvsbyn Øre")
        for word in some.split()
    ]
    words += [word.capitalize() for word in words] + ["İstanbul", "ǅ", "Éva", "3d", "e-post", "-"]
    for word in words:
        assert noted.lemma(word, language) == plain.lemma(word, language)
        assert noted.is_known(word, language) == plain.is_known(word, language)
        assert noted.knowers(word) == plain.knowers(word)
