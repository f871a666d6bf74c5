"""Texts and questions as terms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import words
from index.analysis import Analyzer, QuestionTerms
from index.lexicon import LANGUAGES
from index.words import WordAnalyzer
from tests.index.analysing import analyzer, lexicon


def concepts(text: str, language: str) -> set[str]:
    return set(analyzer().passage(text, language).concepts)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The customers trust the company."),
        ("da", "Kunderne stoler på virksomheden."),
        ("nb", "Kundene stoler på bedriften."),
        ("nn", "Kundane stolar på verksemda."),
        ("sv", "Kunderna litar på företaget."),
    ],
)
def test_the_same_sentence_meets_in_its_concepts_in_every_language(language: str, text: str) -> None:
    """Inflected words of five languages name the same concepts."""
    assert {"customer", "company"} <= concepts(text, language)


def test_function_words_fire_no_content_concepts() -> None:
    """Swedish `mine` is not the mine, Danish `have` is not the garden: grammar is kept apart."""
    terms = analyzer().passage("De vil have det.", "da")
    assert not terms.surface
    assert terms.functions


def test_several_words_can_name_one_concept() -> None:
    """A multi-word entry is found in inflected form."""
    assert "go-bankrupt" in concepts("The company went bankrupt.", "en")


def test_a_word_of_many_senses_is_weak_evidence_for_each() -> None:
    """The weights of a word's senses fall with their number."""
    question = analyzer().question("Kan vi nå toppen?", "nb")
    term = next(term for term in question.terms if term.text == "nå")
    assert len(term.concepts) > 1
    assert term.concepts[0][1] == pytest.approx(len(term.concepts) ** -0.5)


def test_an_unknown_compound_is_found_by_its_parts() -> None:
    """A compound that no dictionary has counts half for each of its parts."""
    terms = analyzer().passage("Kundekatten sover.", "nb")
    assert terms.concepts["customer"] == pytest.approx(0.5, abs=0.3)


@pytest.mark.parametrize(
    ("written", "read"),
    [("10.000", "10000"), ("10 000", "10000"), ("10,000", "10000"), ("1,5", "1.5"), ("2019", "2019")],
)
def test_numbers_meet_across_the_conventions_of_languages(written: str, read: str) -> None:
    """Grouping marks go, a decimal comma becomes a point."""
    assert read in analyzer().passage(f"Det var {written} kroner.", "nb").surface


def test_question_terms_know_their_place_and_kind() -> None:
    """Spans point into the question; names and numbers are told from words."""
    text = "What did Helge Tennø say about ROI in 2010?"
    found = {term.text: term for term in analyzer().question(text, "en").terms}
    assert all(text[term.start : term.end] == term.text for term in found.values())
    assert found["Tennø"].kind == "name"
    assert found["2010"].kind == "number"


def test_related_concepts_count_less_than_the_word_itself() -> None:
    """`bankruptcy` looks for suspension of payments, at a lower weight."""
    term = analyzer().question("bankruptcy", "en").terms[0]
    assert term.related
    assert max(weight for _, weight in term.related) < max(weight for _, weight in term.concepts)


def matched(question: str, language: str, text: str, other: str) -> dict[str, float]:
    terms = analyzer().question(question, language)
    return dict(zip((term.text for term in terms.terms), analyzer().match(terms, text, other), strict=True))


def test_match_tells_how_strongly_a_text_has_each_term() -> None:
    """1 for the same word, high for the same concept in another language, 0 for what is absent."""
    same = matched("customers and dogs", "en", "The customer smiled.", "en")
    assert same == {"customers": 1.0, "dogs": 0.0}
    other = matched("customers and dogs", "en", "Kunden smilede.", "da")
    assert other["customers"] > 0.7
    assert other["dogs"] == 0.0


def test_a_question_of_function_words_has_no_content_terms() -> None:
    """What is only grammar stands among the functions."""
    question = analyzer().question("what is it?", "en")
    assert not question.terms
    assert question.functions


def test_corrections_change_what_is_looked_for_but_not_what_was_written() -> None:
    """A corrected word keeps its written form and span, and is analysed as what it was meant to be."""
    question = analyzer().question("cusotmers", "en", {"cusotmers": "customers"})
    assert question.terms[0].text == "cusotmers"
    assert ("customer", 1.0) in question.terms[0].concepts


def test_occurrences_name_the_sentence() -> None:
    """With the spans of sentences every term says in which one it stands."""
    from index.records import Span

    found = analyzer().occurrences("Katten sover. Hunden bjeffer.", "nb", [Span(0, 13), Span(14, 29)])
    places = {term: place for term, place, _ in found.terms}
    assert places["ccat"] == 0
    assert places["cdog"] == 1


def test_other_languages_are_searched_by_their_words() -> None:
    """A language without a lexicon still has surface terms, and no concepts."""
    terms = analyzer().passage("Kissa istui matolla.", "fi")
    assert set(terms.surface) == {"kissa", "istui", "matolla"}
    assert not terms.concepts


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.sampled_from([*LANGUAGES, "fi", "ar"]))
def test_any_text_can_be_analysed(text: str, language: str) -> None:
    """No text raises, and spans always point at what was written."""
    question = analyzer().question(text, language)
    assert isinstance(question, QuestionTerms)
    assert all(text[term.start : term.end] == term.text for term in (*question.terms, *question.functions))
    assert all(0.0 <= strength <= 1.0 for strength in analyzer().match(question, text, language))


def test_of_words_so_many_are_remembered_and_the_first_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many words are read, no more are remembered; those met first stay, and all say what they said."""
    monkeypatch.setattr(words, "MAX_REMEMBERED", 20)
    reading, asked = WordAnalyzer(lexicon()), sorted(word for word in lexicon().words("sv") if " " not in word)[:200]
    for word in asked:
        assert reading.word(word, "sv") == analyzer().words.word(word, "sv")
        assert len(reading.seen("sv")) <= 20
    assert list(reading.seen("sv"))[:10] == asked[:10]
    assert asked[-1] in reading.seen("sv")


def test_the_fingerprint_names_the_lexicon() -> None:
    """An index made with another lexicon is told by the fingerprint."""
    assert Analyzer(lexicon()).fingerprint == analyzer().fingerprint
    assert lexicon().sha256[:16] in analyzer().fingerprint
