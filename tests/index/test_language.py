"""The language of texts."""

from __future__ import annotations

from functools import cache

import pytest

from index.language import LanguageDetector
from tests.index.analysing import lexicon


@cache
def detector() -> LanguageDetector:
    return LanguageDetector(lexicon())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What do the authors think about ROI?", "en"),
        ("Hvad mener forfatterne om ROI?", "da"),
        ("Hva mener forfatterne om ROI?", "nb"),
        ("Kva meiner forfattarane om ROI?", "nn"),
        ("Vad tycker författarna om ROI?", "sv"),
        ("Hva regner folk med å tjene på dette?", "nb"),
        ("Jeg kan ikke finde noget om det", "da"),
        ("Eg kan ikkje finne noko om det", "nn"),
    ],
)
def test_questions_are_told_apart_by_their_function_words(text: str, language: str) -> None:
    """Danish, Bokmål and Nynorsk differ in small words."""
    guess = detector().detect(text)
    assert guess.language == language
    assert 0.5 < guess.confidence <= 1.0


@pytest.mark.parametrize("prefer", ["en", "da", "nb", "nn", "sv"])
def test_what_does_not_tell_is_in_the_language_of_the_conversation(prefer: str) -> None:
    """An acronym or a number says nothing; the preferred language decides."""
    assert detector().detect("B2B?", prefer).language == prefer
    assert detector().detect("2019?", prefer).language == prefer


def test_the_preference_does_not_override_a_clear_text() -> None:
    """Somebody who changes language is answered in the new one."""
    assert detector().detect("Hvorfor kan vi ikke måle det?", "sv").language in ("da", "nb")
    assert detector().detect("Varför kan vi inte mäta det?", "en").language == "sv"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Was denken die Autoren über soziale Medien und Vertrauen?", "de"),
        ("Mitä kirjoittajat ajattelevat sosiaalisesta mediasta?", "fi"),
    ],
)
def test_other_languages_are_named(text: str, language: str) -> None:
    """A text in none of the five languages gets its own code."""
    assert detector().detect(text).language == language


def test_a_text_without_letters_has_no_confidence() -> None:
    """Nothing to go by: the preferred language, or English, with confidence 0."""
    assert detector().detect("123 !?").confidence == 0.0
    assert detector().detect("", "da").language == "da"


def test_clear_texts_need_no_model() -> None:
    """The words alone decide most questions, so lingua need not be loaded."""
    alone = LanguageDetector(lexicon(), use_lingua=False)
    assert alone.detect("Hvad siger de om kunderne, og hvorfor gør de det?").language == "da"
