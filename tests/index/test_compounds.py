"""Taking compounds apart."""

from __future__ import annotations

import pytest

from index.compounds import split

KNOWN = """kunde tilfredshed undersøgelse service sommer hus glass skål kyrka gård arbejd plads sikkerhed"""
WORDS = frozenset(KNOWN.split())


def known(word: str) -> bool:
    return word in WORDS


@pytest.mark.parametrize(
    ("word", "language", "parts"),
    [
        ("kundeservice", "da", ("kunde", "service")),
        ("sommerhus", "da", ("sommer", "hus")),
        ("sikkerhedsundersøgelse", "da", ("sikkerhed", "undersøgelse")),
        ("kundetilfredshedsundersøgelse", "da", ("kunde", "tilfredshed", "undersøgelse")),
        ("kyrkogård", "sv", ("kyrka", "gård")),
        ("glasskål", "sv", ("glass", "skål")),
        ("arbejdsplads", "da", ("arbejd", "plads")),
    ],
)
def test_compounds_come_apart_at_their_joints(word: str, language: str, parts: tuple[str, ...]) -> None:
    """Linking letters, lost consonants and lost vowels are undone, with up to three parts."""
    assert split(word, language, known) == parts


@pytest.mark.parametrize(
    ("word", "language"),
    [("kundxservice", "da"), ("hus", "da"), ("kundeservice", "en"), ("kundeservice", "fi"), ("", "da")],
)
def test_what_is_no_compound_stays_whole(word: str, language: str) -> None:
    """Unknown parts, short words and languages without such compounds give nothing."""
    assert split(word, language, known) == ()
