"""Who speaks: the author, commenters and quoted persons, told apart and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import InvalidData
from index.quotations import announced, attribution
from index.records import Speaker
from index.speech import is_date, is_name, load_speech
from tests.index.making_documents import prepared, text_of, voices

INTRO = (
    "Hvem bestemmer over parken?\n\n"
    "Parken ved havnen har været lukket i et halvt år, og ingen vil sige, hvornår den åbner igen.\n\n"
)


@pytest.mark.parametrize(
    ("headers", "section"),
    [
        (["Anna Berg siger:", "bo_91 siger:"], "2 svar til Hvem bestemmer over parken?"),
        (["1. Anna Berg skriver:", "2. bo_91 skriver:"], "2 kommentarer"),
        (["Anna Berg sier:\n3. mai 2012, kl. 14:10", "bo_91 sier:\n4. mai 2012, kl. 08:00"], "Kommentarer (2)"),
        (["Anna Berg säger:", "bo_91 säger:"], "Två svar till Hvem bestemmer over parken?"),
        (["Anna Berg seier:", "bo_91 seier:"], "2 kommentarar"),
        (["Anna Berg says:\nMay 3, 2012 at 2:10 pm", "bo_91 says:\nMay 4, 2012 at 8:00 am"], "2 comments"),
        (["Anna Berg skrev 2012-05-03 kl. 14:10:", "bo_91 skrev 2012-05-04 kl. 08:00:"], "2 svar"),
        (["Anna Berg on May 3, 2012 at 2:10 pm said:", "bo_91 on May 4, 2012 at 8:00 am said:"], "2 Responses"),
        (["Anna Berg sa...", "bo_91 sa..."], "2 kommentarer:"),
        (["Anna Berg\n3. maj 2012 kl. 14.10", "bo_91\nfor 3 timer siden"], "Kommentarer"),
        (["Anna Berg · 3. maj 2012", "bo_91 · 4. maj 2012"], "Kommentarer (2)"),
        (["• Anna Berg", "• bo_91"], "2 svar"),
        (["Anna Berg", "bo_91"], "2 kommentarer"),
        (["Skrevet af Anna Berg den 3. maj 2012", "Skrevet af bo_91 den 4. maj 2012"], "2 indlæg"),
        (["by Anna Berg » Thu May 3, 2012 2:10 pm", "by bo_91 » Fri May 4, 2012 8:00 am"], "2 replies"),
    ],
)
def test_commenters_are_named_however_the_page_names_them(headers: list[str], section: str) -> None:
    """Each usual way of heading a comment gives the commenter, in whatever language, and both bodies are kept."""
    page = (
        f"{INTRO}{section}\n\n{headers[0]}\n\n  Det er jo kommunen, der ejer den, og så må den også betale.\n\n"
        f"{headers[1]}\n\n  Enig.\n\n  Men havnen ejer jorden, så helt let er det nu ikke.\n"
    )
    result = prepared(page)
    assert voices(result) == [(1, "Anna Berg"), (2, "bo_91")]
    said = {p.speaker.name: p.text for p in result.passages if p.speaker.role == "commenter"}
    assert said["Anna Berg"] == "Det er jo kommunen, der ejer den, og så må den også betale."
    assert " ".join(said["bo_91"].split()) == "Enig. Men havnen ejer jorden, så helt let er det nu ikke."


def test_a_reply_without_a_name_stays_unnamed() -> None:
    """A nested reply with no name is a comment of its own, by nobody known, and never its parent's."""
    page = (
        f"{INTRO}3 svar\n\n  1. Anna siger:\n\n    Det er kommunen, der ejer den.\n\n"
        "    • Nej, det er havnen, og det har den gjort siden 1950, så vidt jeg ved.\n\n      Spørg bare.\n\n"
        "  2. Bo siger:\n\n    Tak for svaret.\n"
    )
    assert voices(prepared(page)) == [(1, "Anna"), (2, None), (3, "Bo")]


def test_a_commenters_own_list_stays_the_commenters() -> None:
    """Bullets within a comment are no replies."""
    page = (
        f"{INTRO}2 svar\n\n  1. Anna siger:\n\n    Jeg vil gerne se dette:\n\n    • flere bænke i parken\n"
        "    • en låge mod havnen, som kan lukkes\n\n  2. Bo siger:\n\n    Enig.\n"
    )
    result = prepared(page)
    assert voices(result) == [(1, "Anna"), (2, "Bo")]
    items = [part for part in result.segments if part.kind == "list_item"]
    assert {part.speaker for part in items} == {Speaker("Anna", "commenter")}


def test_anonymous_is_no_name() -> None:
    """What pages write in place of a name is not taken for one."""
    page = f"{INTRO}1 kommentar\n\nAnonym siger:\n\n  Det er da pinligt for byrådet.\n"
    assert voices(prepared(page)) == [(1, None)]


def test_an_author_who_comments_is_a_commenter_there() -> None:
    """The author's article and the author's comment are two roles of one name."""
    page = f"Hvem bestemmer?\n\nAf Anna Berg\n\n{INTRO}1 svar\n\nAnna Berg siger:\n\n  Tak for læsningen.\n"
    result = prepared(page)
    assert result.document.author == "Anna Berg"
    assert {p.speaker for p in result.passages} == {Speaker("Anna Berg", "author"), Speaker("Anna Berg", "commenter")}


def test_a_number_of_comments_without_comments_is_furniture() -> None:
    """ "3 kommentarer" under a title opens no comment section."""
    result = prepared(INTRO.replace("?\n", "?\n3 kommentarer\n", 1))
    assert voices(result) == []
    assert [part.reason for part in result.segments if part.kind == "furniture"] == ["number of comments"]


@pytest.mark.parametrize(
    "line",
    ["Han siger:", "Som jeg skriver:", "Mange siger:", "Det sier:", "Vi spørger:"],
)
def test_a_pronoun_is_no_commenter(line: str) -> None:
    """A line with a verb of speech but no name starts no comment."""
    assert voices(prepared(f"{INTRO}{line}\n\nDet er jo kommunen, der ejer den, og så må den også betale.\n")) == []


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("Av Kari Nordmann", "Kari Nordmann"),
        ("Af Jens Peter Hansen, journalist", "Jens Peter Hansen"),
        ("By Jane Doe | March 2, 2018", "Jane Doe"),
        ("Tekst: Kari Nordmann Foto: Per Strand", "Kari Nordmann"),
        ("Skrevet af mettesblog", "mettesblog"),
        ("Text och foto: Erik von Essen", "Erik von Essen"),
        ("Posted by anna on 3 May 2012", "anna"),
        ("By Jane Doe and John Roe, Institute of Acoustics, 2022", "Jane Doe and John Roe"),
        ("Af Anna Berg og Bo Lund", "Anna Berg og Bo Lund"),
        ("Av Anna Berg och Bo von Ek | 3 maj 2012", "Anna Berg och Bo von Ek"),
        ("By Land and Sea", None),
        ("Av alle ting", None),
        ("Af Oslo", None),
        ("By the sea", None),
        ("Nettavisen", None),
    ],
)
def test_bylines_name_the_author(byline: str, author: str | None) -> None:
    """A byline gives the author; a line that only begins like one gives none."""
    assert prepared(INTRO.replace("?\n", f"?\n\n{byline}\n", 1)).document.author == author


@pytest.mark.parametrize(
    ("box", "author"),
    [
        ("Om forfatteren\n\nKari Nordmann er forsker ved havnen og har skrevet to bøger.", "Kari Nordmann"),
        ("About Jane Doe\n\nJane Doe is a writer who lives near the harbour.", "Jane Doe"),
        ("Om Erik Ek\n\nErik arbetar som lärare i Malmö.", "Erik Ek"),
        ("Om cookies\n\nCookies er små filer, som gemmes i browseren.", None),
        ("Om Sosiale Medier\n\nSosiale medier er kanaler der folk deler innhold.", None),
    ],
)
def test_author_boxes_name_the_author(box: str, author: str | None) -> None:
    """A box about the author gives the name, a section about something else does not."""
    assert (
        prepared(f"{INTRO}Den åbner nok ikke i år, hvis man spørger dem, der bor der.\n\n{box}\n").document.author
        == author
    )


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Det er et problem, sier digital direktør Kari Nordmann i Firma.", "Kari Nordmann"),
        ("“Det er farligt”, siger Jens Hansen.", "Jens Hansen"),
        ("Det går bra, säger Anna von Berg, vd på Bolaget.", "Anna von Berg"),
        ("– Eit problem, seier professor Ola Nordmann ved universitetet.", "Ola Nordmann"),
        ('"We are glad," said Prime Minister Jane Doe.', "Jane Doe"),
        ('"We are glad," Jane Doe said.', "Jane Doe"),
        ("Det er nyt, skriver Avisen i en kommentar.", "Avisen"),
    ],
)
def test_a_sentence_names_who_is_quoted(sentence: str, name: str) -> None:
    """A verb of speech behind a comma gives the person, without title and employer."""
    found = attribution(sentence)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "sentence",
    [
        "Ifølge Morten Myrstad er halvdelen av bedriftene der.",
        "According to Jane Doe most of them have left.",
        "Når jeg taler, siger Peter ingenting.",
        "Jeg tror det, men sier ikke noe.",
        "Vi mødtes i Oslo, Bergen og Tromsø.",
    ],
)
def test_a_report_is_no_quotation(sentence: str) -> None:
    """ "According to X" and sentences that only hold a verb of speech quote nobody."""
    assert attribution(sentence) is None


def test_pronouns_and_the_writers_own_words_are_told_apart() -> None:
    """ "siger hun" quotes somebody unnamed, "bruker jeg å si" nobody."""
    someone, own = attribution("Det er farligt, siger hun."), attribution("Toget har ikke gått, bruker jeg å si.")
    assert someone is not None
    assert own is not None
    assert (someone.name, someone.own, own.own) == (None, False, True)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Anna Berg säger:", "Anna Berg"),
        ("Så säger Anna Berg:", "Anna Berg"),
        ("Marknadschefen Anna Berg skriver:", "Anna Berg"),
        ("CEO Jane Doe, of Acme, said:", "Jane Doe"),
        ("På Facebook skriver mange:", None),
        ("Vi ser tre ting:", None),
    ],
)
def test_a_line_with_a_colon_announces_a_speaker(line: str, name: str | None) -> None:
    """A line that names a person and a verb of speech before a colon announces that person."""
    found = announced(line)
    assert (found.name if found else None) == name


QUOTED = [
    (
        "Undersøgelsen siger noget andet:\n\nIngen kommer der mere. Det er slut, siger leder Bo Lund.",
        "Bo Lund",
        "Ingen kommer",
    ),
    ("– Det er slut, siger Bo Lund. Han rejser sig og går ud til bilen.", "Bo Lund", "– Det er slut, siger Bo Lund."),
    ("“Det er slut,” siger Bo Lund. “Ingen kommer der mere.”", "Bo Lund", "“Det er slut,” siger Bo Lund. “Ingen"),
    ("Bo Lund skriver:\n\n“Det er slut, og ingen kommer der mere.”", "Bo Lund", "“Det er slut, og"),
    ("Bo Lund siger: “Det er slut, og ingen kommer der mere.”", "Bo Lund", "Bo Lund siger:"),
    ("Vi prøvede det. Lederen, Bo Lund, siger: “Det er slut.”", "Bo Lund", "Lederen, Bo Lund, siger:"),
    ("> Det er slut, og ingen kommer der mere.", None, "> Det er slut"),
    ("> “Det er slut”, siger leder Bo Lund.", "Bo Lund", "> “Det er slut”"),
    ("– Det er slut, og ingen kommer der mere.", None, "– Det er slut"),
]


@pytest.mark.parametrize(("paragraph", "name", "begins"), QUOTED)
def test_quotations_have_the_quoted_persons_name(paragraph: str, name: str | None, begins: str) -> None:
    """The paragraph, or the part of it, that is a quotation has the quoted person; the rest stays the author's."""
    page = f"{INTRO}{paragraph}\n\nDet er, hvad der er at sige om den sag lige nu, så vidt man ved.\n"
    result = prepared(page)
    (quotation,) = [part for part in result.segments if part.kind == "quotation"]
    assert quotation.speaker == Speaker(name, "quoted")
    assert text_of(result, quotation).startswith(begins)
    rest = [part.speaker for part in result.segments if part.kind == "paragraph"]
    assert set(rest) == {Speaker(None, "author")}


def test_a_paragraph_that_begins_with_a_quoted_phrase_is_the_authors() -> None:
    """A quoted phrase at the start of a sentence makes no quotation."""
    page = INTRO + "“Parken er vor” lyder et gammelt ord fra havnen, som mange i byen stadig kan huske.\n"
    assert not [part for part in prepared(page).segments if part.kind == "quotation"]


@pytest.mark.parametrize(
    "text", ["3. maj 2012", "2012-05-03 14:10", "May 3, 2012 at 2:10 pm", "for 3 timer siden", "kl. 22:10"]
)
def test_dates_are_dates(text: str) -> None:
    """Dates and times in the usual forms are told."""
    assert is_date(text)


@pytest.mark.parametrize("text", ["maj", "2012", "tlf. 70 12 34 56", "3 ting", "Anna 3. maj 2012", ""])
def test_other_figures_are_no_dates(text: str) -> None:
    """A figure alone, a telephone number and a name beside a date are not dates."""
    assert not is_date(text)


def test_names_and_other_short_lines() -> None:
    """Names are capitalised words without function words; an alias is one word of any case."""
    assert all(map(is_name, ["Anna Berg", "Erik von Essen", "J. R. Hansen", "O'Neill"]))
    assert not any(map(is_name, ["efa", "Anna er her", "Det", "for Anna", "A" * 60, ""]))
    assert is_name("efa", alias=True)
    assert not is_name("ikke", alias=True)


def test_malformed_lists_are_named(tmp_path: Path) -> None:
    """A missing table names itself."""
    path = tmp_path / "speech.toml"
    path.write_text("[comment_section.counted]\nda = []\n", encoding="utf-8")
    with pytest.raises(InvalidData, match=r"expected a table \[comment_section.bare\], found none"):
        load_speech(path)
