"""What posts and comments quote of one another is never pinned on who quotes it."""

from __future__ import annotations

from index.detecting import answered
from index.segment import segment
from tests.index.making_documents import detector

HEAD = "Fukt i källaren\n\nVi har köpt ett hus från 1931 med gjuten källare, och längs golvet luktar det jord.\n\n"


def said(text: str) -> list[tuple[str, str | None, str]]:
    """Kind, speaker and text of every comment's segments."""
    return [
        (part.kind, part.speaker.name if part.speaker else None, text[part.start : part.end])
        for part in answered(segment(text), detector().detect)
        if part.number and part.kind in ("comment", "quotation")
    ]


def posts(*bodies: str) -> str:
    names = ("Murarn", "Anna-Karin", "Lindkvist")
    return HEAD + "".join(
        f"{name} skrev 1{number} januari 2018 kl. 12:30:\n\n{body}\n\n"
        for number, (name, body) in enumerate(zip(names, bodies, strict=False))
    )


GRAV = "Gräv först och titta efter om det finns dränering."
WAIT = "Håller med, men vänta till maj med att gräva."


def test_words_written_before_are_their_writers() -> None:
    """Below a line that names nobody's verb but the writer of an earlier post."""
    assert said(posts(GRAV, f"Murarn:\n\n{GRAV}\n\n{WAIT}"))[-2:] == [
        ("quotation", "Murarn", GRAV),
        ("comment", "Anna-Karin", WAIT),
    ]


def test_quoted_lines_are_whom_the_first_of_them_names() -> None:
    """ "> Murarn skrev:" is no head of another comment, and the answer below is its writer's."""
    found = said(posts("Det är fukt.", f"> Murarn skrev:\n> Väggen är mörk av gammal fukt.\n\n{WAIT}"))
    assert [(kind, name) for kind, name, _ in found] == [
        ("comment", "Murarn"),
        ("quotation", "Murarn"),
        ("comment", "Anna-Karin"),
    ]


def test_one_paragraph_is_quoted_where_nothing_shows_the_end() -> None:
    """ "Citat från: …" stands above it; what follows is the answer."""
    found = said(posts(GRAV, f"Citat från: Lindkvist\u2191\n\nVäggen är mörk av gammal fukt.\n\n{WAIT}"))
    assert found[-2:] == [("quotation", "Lindkvist", "Väggen är mörk av gammal fukt."), ("comment", "Anna-Karin", WAIT)]


def test_what_is_all_there_is_below_such_a_line_is_nobodys() -> None:
    """It may be the quotation, the answer, or both in one."""
    found = said(posts(GRAV, "Murarn skrev:\n\nVäggen är mörk, och jag har grävt redan."))
    assert found[-1][:2] == ("quotation", None)


def test_a_quotation_inside_of_one_is_not_the_outers() -> None:
    """Two names in a row: known words are their writer's, others nobody's."""
    body = f"Murarn skrev:\n\nLindkvist skrev:\n\nNågot helt annat stod där.\n\n{WAIT}"
    found = said(posts(GRAV, body))
    assert [(kind, name) for kind, name, _ in found[-2:]] == [("quotation", None), ("comment", "Anna-Karin")]


def test_posts_whose_text_stands_further_left_than_their_heads_are_their_writers() -> None:
    """As text browsers indent the line with name and date."""
    text = HEAD + (
        "     By: Murarn on 14 januari 2018 21:05\n\n   Gräv först och titta efter, om det nu finns dränering där.\n\n"
        "     By: Anna-Karin on 15 januari 2018 08:40\n\n   Håller med, men vänta till maj, för nu är allt fruset.\n"
    )
    assert [name for _, name, _ in said(text)] == ["Murarn", "Anna-Karin"]


ARTICLE = (
    "Havna\n\nHavna har vært stengt i tre år, og nå skal den åpnes igjen for de små båtene som ligger i elva.\n\n"
    "Arbeidet begynner i april, og i august skal alt være ferdig, om været vil det som de har håpet på.\n\n"
)
FIRST, SECOND = "Dette har vi ventet lenge på her i laget.", "Hvem skal betale for alt sammen til slutt?"


def test_headers_of_a_copy_in_markdown_name_who_comments() -> None:
    """Set off by signs, above a date; a month is nobody's name, and text may stand further left than the list."""
    text = ARTICLE + (
        f"## 2 kommentarer\n\n  1. **Anna Lie** sier:\n\nseptember 10, 2014 kl. 12:00\n\n{FIRST}\n\n"
        f"  2. **per_x** sier:\n\nseptember 11, 2014 kl. 12:01\n\n{SECOND}\n"
    )
    assert said(text) == [("comment", "Anna Lie", FIRST), ("comment", "per_x", SECOND)]


def test_a_line_made_as_the_headers_are_names_whoever_it_is() -> None:
    """ "Siri i Bodø" is no name as others are: what she says is not pinned on the comment above."""
    text = ARTICLE + f"Anna Lie sier 3. mai 2012:\n\n{FIRST}\n\nPer Moe sier 4. mai 2012:\n\n{FIRST}\n\n"
    text += f"Siri i Bodø sier 5. mai 2012:\n\n{SECOND}\n"
    assert said(text)[-1] == ("comment", "Siri i Bodø", SECOND)


def test_a_verb_without_a_colon_names_who_comments_above_a_date() -> None:
    """As headings of comments are copied: "Anna Lie sier", and the date below."""
    text = ARTICLE + f"Anna Lie sier\n\nfor 2 år siden\n\n{FIRST}\n\nPer Moe sier\n\nfor 2 år siden\n\n{SECOND}\n"
    assert [name for _, name, _ in said(text)] == ["Anna Lie", "Per Moe"]


def test_as_many_items_as_a_heading_counts_are_comments() -> None:
    """Each with whom its first line names; the article's author has none of them."""
    text = ARTICLE + (
        f"2 kommentarer\n\n   1. Anna Lie for 2 år siden\n      {FIRST}\n   2. Siri i Bodø\n      {SECOND}\n"
    )
    assert [name for _, name, _ in said(text)] == ["Anna Lie", None]
