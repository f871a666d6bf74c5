"""How phrases are written in the project's lists, and found in lines."""

from __future__ import annotations

from index.phrases import PhraseTable, expand, words_of


def test_words_are_compared_without_case_and_punctuation() -> None:
    """Only words count, and a copyright sign is one."""
    assert words_of("  » Log Out / Skift\u00a0)") == "log out skift"
    assert words_of("© 2019 Avisen") == "copyright 2019 avisen"


def test_optional_and_alternative_parts_are_expanded() -> None:
    """`[x]` may be missing, `(a|b)` is one of the two, also within one another."""
    assert sorted(expand("del (på|via) x")) == ["del på x", "del via x"]
    assert sorted(expand("# svar [(til|på) *]")) == ["# svar", "# svar på *", "# svar til *"]


def test_phrases_are_found_whole_at_the_start_and_within() -> None:
    """`#` is a number, `*` one or more words; words are matched as a whole."""
    table = PhraseTable([("# svar [til *]", "count"), ("del på", "share")])
    assert table.whole("12 svar") == "count"
    assert table.whole("12 svar til en artikel") == "count"
    assert table.whole("mange svar") is None
    assert table.start("del på facebook") == "share"
    assert table.start("andel på facebook") is None
    assert table.within("klik og del på facebook") == ["share"]
    assert table.within("en andel påvirker") == []
