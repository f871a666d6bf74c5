"""Mistyped questions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.analysis import QuestionTerm, QuestionTerms
from index.spelling import correct
from tests.index.analysing import analyzer


def corrected(text: str, language: str, *words: str) -> QuestionTerms:
    """The question, corrected for an index that has these words only."""

    def frequency(term: QuestionTerm) -> int:
        return int(term.surface in {analyzer().words.surface(word, language) for word in words})

    return correct(analyzer().question(text, language), analyzer(), frequency)


@pytest.mark.parametrize(
    ("text", "language", "corrections"),
    [
        ("the cusotmers", "en", {"cusotmers": "customers"}),
        ("the custmers", "en", {"custmers": "customers"}),
        ("hur forstarkar man det", "sv", {"forstarkar": "förstärkar"}),
    ],
)
def test_a_slip_is_read_as_the_known_word(text: str, language: str, corrections: dict[str, str]) -> None:
    """One edit, or diacritics left out, away from a word of the dictionary."""
    assert dict(corrected(text, language).corrections).keys() == corrections.keys()


def test_what_the_passages_have_comes_first() -> None:
    """A word that only the texts have is what a near miss means."""
    found = corrected("What does Krantzz say about brandbox?", "en", "krantz", "brandbox")
    assert dict(found.corrections) == {"krantzz": "krantz"}


def test_the_likeliest_of_several_words_is_meant() -> None:
    """A word of grammar or of the lexicon, beginning alike, comes before a rare one of the dictionary."""
    found = corrected("What do the authers say abuot it?", "en")
    assert dict(found.corrections) == {"authers": "authors", "abuot": "about"}


def test_known_words_and_words_of_the_passages_are_left_alone() -> None:
    """Neither a dictionary word nor a word that occurs is ever changed."""
    assert not corrected("the customers trust zorblax", "en", "zorblax").corrections


def test_a_name_that_no_passage_is_near_stays_itself() -> None:
    """An unknown name is not turned into a dictionary word: the answer to it is that the texts are silent."""
    assert not corrected("What does Barkz say?", "en").corrections


def test_what_is_spelled_is_left_alone() -> None:
    """Words that were corrected before are taken as they are."""
    question = replace(analyzer().question("the cusotmers", "en"), spelled=True)
    assert correct(question, analyzer(), lambda term: 0) is question


def test_other_languages_are_left_alone() -> None:
    """Without a dictionary nothing is corrected."""
    question = analyzer().question("kisssa", "fi")
    assert correct(question, analyzer(), lambda term: 0) is question
