"""Sentences with exact offsets."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import InvalidData
from index.sentences import _tokenizer, load_abbreviations, sentences


def split(language: str, text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text, 0, len(text), language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("da", ["Vi gik ca. 3 km. hver dag, jf. f.eks. note 2.", "Så stoppede vi."]),
        ("da", ["Dr. Hansen kom d. 3. maj 2012 kl. 12.30.", "Han gik igen."]),
        ("da", ["Avis 1 kigger på Avis 2, osv.", "Men i den nye virkelighed er det anderledes."]),
        ("da", ["Kodak havde 380.000 fans på Facebook.", "Det hjalp ikke."]),
        ("nb", ["Det gjelder bl.a. Oslo, Bergen m.fl.", "Hva mener du om det?!", "Ingen vet."]),
        ("nb", ["Grunnloven er fra 17. mai 1814.", "Den ble skrevet på Eidsvoll."]),
        ("nb", ["Prisen steg 4,5 pst. i fjor, dvs. mer enn lønningene.", "Det er mye."]),
        ("nn", ["Det gjeld t.d. Bergen, m.a. Oslo.", "Eg bur der no.", "Ho òg."]),
        ("sv", ["Vi ses bl.a. i Malmö, t.ex. på Möllan.", "Den kallas s.k. Torg."]),
        ("sv", ["Det kostade 3,5 milj. kr.", "Det var p.g.a. Regeringens beslut.", "Nu är det klart."]),
        ("en", ["We met Mr. Smith at 5 p.m. on Jan. 5.", "It cost $3.50, i.e. Nothing."]),
        ("en", ["See Fig. 3 and pp. 4-6.", "It is clear."]),
    ],
)
def test_abbreviations_ordinals_and_decimals_end_no_sentence(language: str, expected: list[str]) -> None:
    """A full stop after an abbreviation, an ordinal or within a number does not cut a sentence."""
    assert split(language, " ".join(expected)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("da", ["“Hvad?” spurgte hun.", "“Ja.”", "Han gik."]),
        ("nb", ["Han sa: «Vi må gå.»", "Så gikk de."]),
        ("sv", ['Hon sa: "Det räcker."', "Sedan gick hon."]),
        ("en", ["He was (really?) sceptical.", "(She was not.)", "They left."]),
    ],
)
def test_closing_quotes_and_brackets_stay_with_their_sentence(language: str, expected: list[str]) -> None:
    """No sentence loses its closing quotation mark or bracket, and a question in brackets cuts nothing."""
    assert split(language, " ".join(expected)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("sv", ["Mediekanalen har nog inte lanserats än…", "Men den kommer."]),
        ("nb", ["Ingen vet… kanskje du.", "Vi venter."]),
        ("en", ["Well... that is that.", "Fine."]),
    ],
)
def test_an_ellipsis_ends_a_sentence_before_a_capital_only(language: str, expected: list[str]) -> None:
    """An ellipsis within a sentence does not cut it."""
    assert split(language, " ".join(expected)) == expected


def test_addresses_stay_whole() -> None:
    """The full stops of web addresses and names of sites cut nothing."""
    text = "Se flickr.com eller http://www.example.org/a.b.html?c=d. Så er det slut."
    assert split("da", text) == ["Se flickr.com eller http://www.example.org/a.b.html?c=d.", "Så er det slut."]


def test_a_writer_without_capitals_has_sentences_too() -> None:
    """A small letter after an ordinary word starts a new sentence, after an abbreviation it does not."""
    assert split("sv", "jag håller med. det är bra.") == ["jag håller med.", "det är bra."]
    assert split("nb", "det gjelder avd. for salg.") == ["det gjelder avd. for salg."]


def test_a_blank_line_ends_a_sentence() -> None:
    """Text without a full stop does not run on into the next paragraph."""
    assert split("da", "Uden punktum\n\nNæste afsnit") == ["Uden punktum", "Næste afsnit"]
    assert split("da", "Uden punktum\r\n\r\nNæste\nlinje") == ["Uden punktum", "Næste\nlinje"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_line_break_of_any_system_ends_no_sentence(newline: str) -> None:
    """A text wrapped on Windows has no blank lines between its lines."""
    text = newline.join(["Skolen i byen har fått", "Et nytt bibliotek i", "år.", "", "Det er åpent"])
    found = [" ".join(text[span.start : span.end].split()) for span in sentences(text, 0, len(text), "nb")]
    assert found == ["Skolen i byen har fått Et nytt bibliotek i år.", "Det er åpent"]


def test_offsets_are_absolute_and_trimmed_of_no_break_spaces() -> None:
    """Spans point into the whole text and have no blanks at their ends."""
    text = "xx \u00a0Hej du.\u00a0 Og dig.\u00a0"
    found = sentences(text, 2, len(text), "da")
    assert [text[span.start : span.end] for span in found] == ["Hej du.", "Og dig."]


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet='aB.!?…”"»)( \n\u00a0🙂e\u0301', max_size=200),
    st.sampled_from(["en", "da", "nb", "nn", "sv", "fi"]),
)
def test_sentences_hold_every_non_blank_character(text: str, language: str) -> None:
    """No character is lost between sentences, and none is in two."""
    position = 0
    for span in sentences(text, 0, len(text), language):
        assert not text[position : span.start].strip()
        assert span.start < span.end
        position = span.end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("joining = 3", r"expected a table \[joining\], found 3"),
        ("[joining]\nda = 'f.eks'\n[ending]\n[after_ordinal]", r"\[joining\] da: expected a list of words"),
        ("[joining", "expected a readable TOML file"),
    ],
)
def test_malformed_abbreviations_are_named(tmp_path: Path, content: str, found: str) -> None:
    """A malformed list names its table and key."""
    path = tmp_path / "abbreviations.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidData, match=found):
        load_abbreviations(path, "da")


@pytest.mark.parametrize("language", ["en", "da", "nb", "nn", "sv"])
def test_plain_words_around_a_mark_are_judged_as_punkt_does(language: str) -> None:
    """Abbreviations, known pairs of words, initials and signs of all kinds, in thousands of combinations."""
    quick = _tokenizer(language)  # Imported by it without what it does not need.
    from nltk.tokenize.punkt import PunktSentenceTokenizer

    whole = PunktSentenceTokenizer(quick._params)
    dice = random.Random(language)  # noqa: S311 - to be repeated
    abbreviations, pairs = sorted(quick._params.abbrev_types), sorted(quick._params.collocations)
    words = [*dice.sample(abbreviations, 20), "og", "Hvad", "A", "ø", "ca", "f.eks", "x-ca", "12", "Σας", "ny_"]
    contexts = [
        f"{dice.choice(words)}{dice.choice('.?!')}{' ' * dice.randint(1, 2)}{dice.choice(words)}{dice.choice(',;:.!)')}"
        for _ in range(2_000)
    ]
    contexts += [f"{first}. {second}" for first, second in pairs]
    contexts += [f"{first.capitalize()}. {second.capitalize()}," for first, second in pairs]
    contexts += ["".join(dice.choices("abAÆøß.?!,; 1-", k=dice.randint(3, 9))) for _ in range(2_000)]
    for context in contexts:
        assert quick.text_contains_sentbreak(context) == whole.text_contains_sentbreak(context), context


@pytest.mark.parametrize("language", ["en", "da", "nb", "nn", "sv"])
def test_texts_are_cut_where_punkt_cuts_them(language: str) -> None:
    """Marks, quotes, brackets and blanks of all kinds between words and abbreviations, thousands of times."""
    quick = _tokenizer(language)  # Imported by it without what it does not need.
    from nltk.tokenize.punkt import PunktSentenceTokenizer

    whole = PunktSentenceTokenizer(quick._params)
    dice = random.Random(language)  # noqa: S311 - to be repeated
    words = [
        *dice.sample(sorted(quick._params.abbrev_types), 10),
        "og",
        "Hvad",
        "A",
        "3",
        "f.eks",
        "”Nei",
        "(ja",
        "",
        "",
    ]
    blanks = [" ", " ", "  ", "\n", "\t", "\xa0", "\x1c", "\x1f", "\x85", "\u2028", ""]
    marks = [".", ".", "!", "?", "...", ".)", ".»", '."', "!!", "?!", ",", ".--", " . . .", "…", ".''", ".]*", ""]
    for _ in range(3_000):
        size = dice.randint(1, 8)
        text = "".join(dice.choice(words) + dice.choice(marks) + dice.choice(blanks) for _ in range(size))
        assert list(quick.span_tokenize(text)) == list(whole.span_tokenize(text)), text


def test_what_begins_a_sentence_may_be_any_sign() -> None:
    """Each of the signs of the basic plane, as a blank, a mark or a letter between two sentences, is read as Punkt."""
    quick = _tokenizer("da")
    from nltk.tokenize.punkt import PunktSentenceTokenizer

    whole = PunktSentenceTokenizer(quick._params)
    for code in range(0x10000):
        text = f"Ja.{chr(code)}Nej.{chr(code)} Så {chr(code)}."
        # Few are anything but letters: those are looked at one by one, the others by hundreds.
        if not chr(code).isalpha() or code % 101 == 0:
            assert list(quick.span_tokenize(text)) == list(whole.span_tokenize(text)), code


def test_a_paragraph_of_any_length_has_whole_sentences() -> None:
    """A text with no line break in it is read in pieces, and none of them ends within a sentence."""
    one = "Sætning nummer {number} handler om havnen, hvor der i dag er {number} både."
    text = " ".join(one.format(number=number) for number in range(1000))
    found = [text[span.start : span.end] for span in sentences(text, 0, len(text), "da")]
    assert found == [one.format(number=number) for number in range(1000)]
