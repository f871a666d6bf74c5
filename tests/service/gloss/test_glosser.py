"""What a gloss keeps, what it inflects, and what it leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexicon import LANGUAGES
from service.gloss import Glosser, is_glossable
from service.gloss.glosser import MAX_CHARACTERS

TEXTS = {
    "en": "The customers said, in 2012, that they didn't trust Facebook's new rules.",
    "da": "Kunderne sagde i 2012, at de ikke havde tillid til Facebooks nye regler.",
    "nb": "Kundene sa i 2012 at de ikke hadde tillit til Facebooks nye regler.",
    "nn": "Kundane sa i 2012 at dei ikkje hadde tillit til dei nye reglane til Facebook.",
    "sv": "Kunderna sade 2012 att de inte litade på Facebooks nya regler.",
}
PAIRS = [(source, target) for source in LANGUAGES for target in LANGUAGES if source != target]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_every_pair_of_the_five_languages_has_glosses(glosser: Glosser, source: str, target: str) -> None:
    """The gloss differs from its text, and keeps its number, its name and its full stop."""
    gloss = glosser.gloss(TEXTS[source], source, target)
    assert gloss != TEXTS[source]
    assert "2012" in gloss
    assert "Facebook" in gloss
    assert gloss.endswith(".")
    assert gloss[0].isupper()


@pytest.mark.parametrize(
    ("source", "text", "gloss"),
    [
        ("da", "kunderne", "the customers"),
        ("da", "Hun sagde det.", "She said it."),
        ("da", "virksomhedens kunder", "the company's customers"),
        ("da", "større og bedre", "bigger and better"),
        ("nb", "de nye husene", "the new houses"),
        ("nb", "å skrive", "to write"),
        ("nn", "huset mitt", "my house"),
        ("sv", "barnen sprang", "the children ran"),
        ("sv", "ett äpple", "an apple"),
        ("sv", "Boken skrevs av henne.", "The book was written by her."),
        ("da", "for to år siden", "two years ago"),
        ("nb", "på 90-tallet", "on the 90s"),
        ("da", "uden at vide det", "without knowing it"),
    ],
)
def test_english_is_inflected(glosser: Glosser, source: str, text: str, gloss: str) -> None:
    """Number, definiteness, tense, degree, genitive, passive and gerund are those of the source."""
    assert glosser.gloss(text, source, "en") == gloss


@pytest.mark.parametrize(
    ("target", "text", "gloss"),
    [
        ("da", "The customers wrote to the company.", "Kunderne skrev til virksomheden."),
        ("sv", "the new company", "det nya företaget"),
        ("nb", "the new customers", "de nye kundene"),
        ("da", "the new customers", "de nye kunder"),
        ("nb", "They don't write.", "De ikke skriver."),
        ("sv", "She isn't sleeping.", "Hon inte sover."),
        ("nn", "a house and a city", "eit hus og ein by"),
        ("da", "a good house", "et godt hus"),
    ],
)
def test_the_scandinavian_languages_are_inflected(glosser: Glosser, target: str, text: str, gloss: str) -> None:
    """Number, definiteness, gender and tense; contractions are read, and `do` and `be … -ing` vanish."""
    assert glosser.gloss(text, "en", target) == gloss


@pytest.mark.parametrize(
    "kept",
    ["https://example.org/a-b?c=d", "ROI", "Helge Tennø", "1.234,5", "12.30", "knoxbrill", "#some_tag", "a@b.dk"],
)
def test_what_is_not_known_stays_as_it_is(glosser: Glosser, kept: str) -> None:
    """Addresses, abbreviations, names, numbers and unknown words are not touched."""
    assert kept in glosser.gloss(f"Kunderne talte om {kept} i går.", "da", "en")


@pytest.mark.parametrize("name", ["Björn", "Rune", "Per", "Bo Nielsen"])
def test_names_that_are_words_stay_names(glosser: Glosser, name: str) -> None:
    """A bear, a rune, "per" and "live" are not put in the place of people."""
    assert glosser.gloss(f"Det sa {name} till oss.", "sv", "en").startswith(f"It said {name} to us")


def test_blanks_and_line_ends_become_one_blank(glosser: Glosser) -> None:
    """However the quote is broken in its document, its gloss is one line."""
    assert glosser.gloss("Kunderne \u00a0 sagde\n\n det.", "da", "en") == "The customers said it."


def test_quotation_marks_do_not_hide_the_words_around_them(glosser: Glosser) -> None:
    """A quoted or bracketed word is read with its neighbours, and keeps its signs."""
    assert glosser.gloss("de nye «kundene» (og husene)", "nb", "en") == "the new «customers» (and the houses)"


def test_other_languages_and_long_texts_are_left_alone(glosser: Glosser) -> None:
    """A text of another language, into its own language, or of more than a few pages is returned as it is."""
    assert glosser.gloss("Die Kunden", "de", "en") == "Die Kunden"
    assert glosser.gloss("Kunderne", "da", "da") == "Kunderne"
    long = "Kunderne sagde det. " * (MAX_CHARACTERS // 20 + 1)
    assert glosser.gloss(long, "da", "en") == long
    assert not is_glossable("de", "en")
    assert not is_glossable("da", "da")


@given(st.text(max_size=80), st.sampled_from(PAIRS))
@settings(deadline=None, max_examples=60)
def test_any_text_has_a_gloss(glosser: Glosser, text: str, pair: tuple[str, str]) -> None:
    """Nothing that stands in a document makes it fail, and the same text always has the same gloss."""
    source, target = pair
    assert glosser.gloss(text, source, target) == Glosser.gloss(glosser, text, source, target)


@pytest.mark.parametrize("code", ["`python -m run`", "``a `the` house``", "`new rules`"])
def test_code_stays_as_it_is(glosser: Glosser, code: str) -> None:
    """What stands between backticks is in no language; the words around it are."""
    gloss = glosser.gloss(f"They use {code} in the house.", "en", "da")
    assert code in gloss
    assert "huset" in gloss


def test_a_backtick_for_an_apostrophe_begins_no_code(glosser: Glosser) -> None:
    """Between two of them the words are read as ever."""
    assert "huset" in glosser.gloss("It`s in the house, isn`t it", "en", "da")
