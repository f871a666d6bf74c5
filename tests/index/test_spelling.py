"""Mistyped questions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from index.analysis import SURFACE, QuestionTerm, QuestionTerms
from index.folding import fold
from index.scoring import term_hash
from index.spelling import Speller
from tests.index.analysing import analyzer


def corrected(text: str, language: str, *words: str) -> QuestionTerms:
    """The question, corrected for an index that has these words only."""

    surfaces = {analyzer().words.surface(word, language) for word in words}

    def frequency(term: QuestionTerm) -> int:
        return int(term.surface in surfaces)

    return speller(*surfaces).correct(analyzer().question(text, language), frequency)


def speller(*surfaces: str) -> Speller:
    """What corrects words by passages that have these stems only."""
    hashes = np.array([term_hash(SURFACE + surface) for surface in surfaces], dtype=np.uint32)
    return Speller(analyzer(), lambda asked: np.isin(asked, hashes))


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
    assert speller().correct(question, lambda term: 0) is question


def test_other_languages_are_left_alone() -> None:
    """Without a dictionary nothing is corrected."""
    question = analyzer().question("kisssa", "fi")
    assert speller().correct(question, lambda term: 0) is question


def test_a_word_is_worked_out_once() -> None:
    """The same unknown word is not looked for again, also where nothing was found."""
    asked: list[str] = []

    def frequency(term: QuestionTerm) -> int:
        asked.append(term.surface)
        return 0

    question, corrects = analyzer().question("xqzzkw cusotmers", "en"), speller()
    first = corrects.correct(question, frequency)
    asked.clear()
    assert corrects.correct(question, frequency) == first
    assert dict(first.corrections) == {"cusotmers": "customers"}
    # Of each word with its stem and as it stands, and of nothing that is near it.
    words = ("xqzzkw", "cusotmers", "customers")
    assert set(asked) <= {form for word in words for form in (analyzer().words.surface(word, "en"), fold(word))}


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("hvordan bruker jeg dictionary", "nb", "dictionary"),
        ("vad kostar en mobile phone", "sv", "phone"),
    ],
)
def test_a_word_of_another_language_is_not_read_as_one_of_another_meaning(text: str, language: str, word: str) -> None:
    """An English word among others is one letter from some word of nearly every language."""
    assert word not in dict(speller().correct(analyzer().question(text, language), lambda term: 0).corrections)


def test_a_cognate_of_another_language_is_read_as_the_word_of_this_one() -> None:
    """A Danish infinitive among Norwegian words says the same."""
    surface = analyzer().words.surface("spørre", "nb")
    assert dict(corrected("hvem skal jeg spørge om pensjon", "nb", surface).corrections) == {"spørge": "spørre"}


def test_a_word_that_texts_of_another_language_have_is_looked_for_as_they_have_it() -> None:
    """A Danish stem has one l less than the English one that the passages were indexed with."""
    question = analyzer().question("hvad er git pull", "da")
    found = speller("pull").correct(question, lambda term: int(term.surface == "pull"))
    assert not found.corrections
    assert [term.surface for term in found.terms][-1] == "pull"


def test_what_no_passage_may_have_is_not_asked_for() -> None:
    """Of the hundreds of words that are one step away the index is asked for those only that it may have."""
    asked: list[str] = []

    def frequency(term: QuestionTerm) -> int:
        asked.append(term.surface)
        return int(term.surface == "krombarg")

    question = analyzer().question("about Krombargg", "en")
    assert dict(speller("krombarg").correct(question, frequency).corrections) == {"krombargg": "krombarg"}
    assert len(asked) < 10


def test_a_corrected_name_is_looked_for_by_what_it_is_read_as() -> None:
    """Also where it is a name, whose form in the index is that of the written word."""
    corrected_term = corrected("about Krombargg", "en", "krombarg").terms[-1]
    assert (corrected_term.text, corrected_term.surface, corrected_term.kind) == ("Krombargg", "krombarg", "name")


def test_a_name_is_not_read_as_a_word_that_only_shares_a_stem() -> None:
    """`Genar` would be cut to the stem of `gener`; but it is a name that no passage has, and Gunnar is one that they
    have."""
    assert not corrected("hvem er Gnnar", "nb", "gener").corrections
    surfaces = {analyzer().words.surface("gener", "nb"), "gunnar"}
    found = speller(*surfaces).correct(
        analyzer().question("hvem er Gnnar", "nb"), lambda term: int(term.surface in surfaces)
    )
    assert dict(found.corrections) == {"gnnar": "gunnar"}


def test_a_word_of_grammar_comes_before_rarer_ones() -> None:
    """Function words are not counted, and still are the commonest."""
    assert dict(corrected("hva hdade de", "nb", "heade").corrections) == {"hdade": "hadde"}


@pytest.mark.parametrize("language", ["en", "da", "nb", "nn", "sv"])
def test_many_words_are_looked_up_as_each_is(language: str) -> None:
    """Stems and dictionaries say of many words together what they say of each."""
    words = analyzer().words
    some = [word for word in sorted(analyzer().lexicon.words(language)) if " " not in word][::40]
    some += [word[:-1] + "zaa" for word in some] + [word[1:] or "ph" for word in some]
    assert words.surfaces(some, language) == [words.surface(word, language) for word in some]
    assert words.known_of(some, language) == {word for word in some if words.is_known(word, language)}
