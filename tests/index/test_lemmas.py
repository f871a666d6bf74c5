"""Citation forms from tries."""

from __future__ import annotations

from pathlib import Path

import pytest
import simplemma

from index.lemmas import Lemmas

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


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a file where the cache folder should be, lemmas are the same."""
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert Lemmas().lemma("verksemdene", "nn") == "verksemd"
