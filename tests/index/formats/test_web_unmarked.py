"""Pages that say little of themselves: comments without a mark, boxes, and words that trafilatura leaves out."""

from __future__ import annotations

import pytest

from index.formats.extracted import Extracted
from index.formats.web_page import read_page

TEXT = (
    "<p>Havna har vært stengt i tre år, og nå skal den åpnes igjen for de små båtene som ligger i elva.</p>"
    "<p>Det sier formannen i laget, som har ventet lenge på at noen skulle ta tak i saken og gjøre noe med den.</p>"
    "<p>Arbeidet begynner i april, og i august skal alt være ferdig, om været vil det som de har håpet på.</p>"
)
COMMENT = "<div class='c{0}'><b>{1}</b> <time>3. mai 2012</time><p>{2}</p>{3}</div>"


def read(body: str) -> Extracted:
    return read_page(f"<html lang='nb'><body>{body}</body></html>".encode())


def voices(found: Extracted) -> list[tuple[str | None, str]]:
    parts = [part for part in found.parts if part.kind == "comment"]
    return [(part.name, found.text[part.start : part.end]) for part in parts]


def dropped(found: Extracted) -> str:
    return "\n".join(found.text[part.start : part.end] for part in found.parts if part.kind == "furniture")


def kept(found: Extracted) -> list[str]:
    return [found.text[part.start : part.end] for part in found.parts if part.kind != "furniture"]


def two(button: str = "", head: str = "") -> str:
    comments = (
        COMMENT.format(1, "Anna Lie", "Dette har vi ventet på.", button),
        COMMENT.format(2, "per_x", "Hvem skal betale for det?", button),
    )
    return f"<h1>Havna</h1><div>{TEXT}</div><div>{head}{''.join(comments)}</div>"


@pytest.mark.parametrize("told", [{"button": "<a>Svar</a>"}, {"head": "<h3>2 kommentarer</h3>"}])
def test_elements_of_one_make_with_name_date_and_text_are_comments(told: dict[str, str]) -> None:
    """Where they can be replied to, or stand below a heading that says what they are; each has its writer."""
    assert voices(read(two(**told))) == [
        ("Anna Lie", "Dette har vi ventet på."),
        ("per_x", "Hvem skal betale for det?"),
    ]


def test_teasers_are_no_comments() -> None:
    """They have dates and texts as well, but nothing says that somebody answers."""
    assert voices(read(two())) == []


def test_a_list_of_posts_is_none_of_comments() -> None:
    """Their titles may look like names, and they can be shared and read on; nobody answers."""
    one = "<div class='post'><h3><a>{}</a></h3><time>3. mai 2012</time><p>Dette er ingressen.</p><a>Mer</a></div>"
    page = f"<h1>Forsiden</h1><div>{one.format('Storm Stengjer Skular')}{one.format('Ny Bru')}</div>"
    assert voices(read(page)) == []


def test_a_part_of_a_name_says_what_an_element_is() -> None:
    """ "list__comment" is a comment without any date, "list__comments" holds them, "user__name" is who wrote it."""
    one = "<div class='list__comment'><i>A</i><p class='user__name'>{}</p><div class='txt'>{}</div></div>"
    page = f"<h1>Havna</h1><div>{TEXT}</div><div class='list__comments'>{one}{one}</div>"
    found = read(page.format("Anna Lie", "Dette har vi ventet på.", "Per Moe", "Hvem skal betale for det?"))
    assert [name for name, _ in voices(found)] == ["Anna Lie", "Per Moe"]


def test_a_reply_inside_of_a_comment_is_its_own() -> None:
    """Nobody is given what somebody else said inside of their comment."""
    reply = COMMENT.format(3, "Kari", "Det gjør kommunen.", "<a>Svar</a>")
    page = two(button="<a>Svar</a>").replace("Hvem skal betale for det?</p>", f"Hvem skal betale for det?</p>{reply}")
    assert ("Kari", "Det gjør kommunen.") in voices(read(page))
    assert ("per_x", "Hvem skal betale for det?") in voices(read(page))


def test_a_form_is_dropped_with_its_invitation() -> None:
    """The heading and the sentence beside its field; the article around it stays."""
    form = (
        "<div><h3>Følg med</h3><p>Skriv adressen din, så hører du fra oss.</p><form><input type='email'></form></div>"
    )
    found = read(f"<h1>Havna</h1><div>{TEXT}{form}{TEXT.replace('Havna', 'Brygga')}</div>")
    assert "så hører du fra oss" in dropped(found)
    assert sum("stengt i tre år" in text for text in kept(found)) == 2


def test_a_page_inside_of_one_form_is_no_box() -> None:
    """Some systems write a whole page into a form."""
    found = read(f"<form><h1>Havna</h1><div>{TEXT}</div><input type='text'></form>")
    assert any("stengt i tre år" in text for text in kept(found))


def test_a_box_between_paragraphs_is_text() -> None:
    """Though it is called as the page's margin is elsewhere; a list of links of that name is none."""
    box = "<div class='sidebar'><p>Laget ble stiftet i 1901 av seks fiskere som hadde båt sammen ved elva.</p></div>"
    links = "<div class='sidebar'><p><a href='/a'>Ordføreren lover ny bru innen sommeren</a></p></div>"
    found = read(f"<h1>Havna</h1><div>{TEXT}{box}{TEXT}{links}</div>")
    assert any("seks fiskere" in text for text in kept(found))
    assert "Ordføreren lover" in dropped(found)


def test_a_word_of_code_stands_in_its_sentence() -> None:
    """A browser shows it on the same line; a listing of several lines is a block."""
    found = read(
        f"<h1>Havna</h1><div>{TEXT}<p>Kjør <code>make</code> og vent til alt er bygd ferdig.</p>"
        "<pre><code>make\nmake test</code></pre></div>"
    )
    assert "Kjør make og vent til alt er bygd ferdig." in kept(found)


def test_a_paragraph_among_others_is_kept() -> None:
    """What trafilatura leaves out between two paragraphs is text, unless it is a link to something else."""
    among = "<figure><p>Kort sagt: det går.</p></figure><p><a href='/x'>Slik lagrer du epler</a></p>"
    first, rest = TEXT.split("</p>", 1)
    found = read(f"<h1>Havna</h1><div>{first}</p>{among}{rest}</div>")
    assert "Slik lagrer du epler" in dropped(found)
