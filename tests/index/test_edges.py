"""What a copy keeps around an article is furniture by how it stands there: forms, links, lists of them, the foot."""

from __future__ import annotations

import pytest

from tests.index.making_documents import prepared, texts

TITLE = {
    "en": "The pier is closed",
    "da": "Broen er lukket",
    "nb": "Brygga er stengt",
    "nn": "Brygga er stengd",
    "sv": "Bryggan är stängd",
}
TEXT = {
    "en": "The council has closed the old pier for the whole summer, and nobody can say when it will open again.",
    "da": "Kommunen har lukket den gamle badebro hele sommeren, og der er ingen, der ved, hvornår den åbner igen.",
    "nb": "Kommunen har stengt den gamle brygga hele sommeren, og det er ingen som vet når den åpner igjen.",
    "nn": "Kommunen har stengt den gamle brygga heile sommaren, og det er ingen som veit når ho opnar att.",
    "sv": "Kommunen har stängt den gamla bryggan hela sommaren, och det är ingen som vet när den öppnar igen.",
}
ROWS = {
    "en": ("Harbour Latest Politics Culture Log in My account", "About Contact Terms of use Privacy"),
    "da": ("Havnen Seneste Politik Kultur Log ind Min konto", "Om os Kontakt Vilkår Privatlivspolitik"),
    "nb": ("Havna Siste nytt Politikk Kultur Logg inn Min side", "Om oss Kontakt Vilkår Personvern"),
    "nn": ("Hamna Siste nytt Politikk Kultur Logg inn Mi side", "Om oss Kontakt Vilkår Personvern"),
    "sv": ("Hamnen Senaste nytt Politik Kultur Logga in Mitt konto", "Om oss Kontakt Villkor Integritetspolicy"),
}
COOKIES = {
    "en": "This website stores cookies on your computer, and we see how visitors use the site.",
    "da": "Webstedet gemmer cookies på din computer, og vi ser, hvordan besøgende bruger siden.",
    "nb": "Nettstedet lagrer informasjonskapsler på maskinen din, og vi ser hvordan besøkende bruker nettstedet.",
    "nn": "Nettstaden lagrar informasjonskapslar på maskina di, og vi ser korleis vitjande bruker nettstaden.",
    "sv": "Webbplatsen sparar kakor på din dator, och vi ser hur besökare använder webbplatsen.",
}
FOOT = {
    "en": "Coast Press, 12 Quay Street\n\nTel. 555 12 34\n\nE-mail: desk@example.org\n",
    "da": "Kystpressen, Kajgade 12\n\nTlf. 55 51 23 40\n\nE-mail: desk@example.org\n",
    "nb": "Kystpressen, Kaigata 12\n\nTlf. 55 51 23 40\n\nE-post: desk@example.org\n",
    "nn": "Kystpressa, Kaigata 12\n\nTlf. 55 51 23 40\n\nE-post: desk@example.org\n",
    "sv": "Kustpressen, Kajgatan 12\n\nTel. 055-512 34\n\nE-post: desk@example.org\n",
}
ITEMS = ["a pair of dry boots", "two litres of water", "a map of the coast"]


def kept(text: str) -> list[str]:
    """Everything of a text that is not furniture."""
    return texts(prepared(text), "title", "heading", "paragraph", "list_item", "byline", "comment")


def listed(items: list[str]) -> str:
    return "".join(f"  • {item}\n" for item in items) + "\n"


@pytest.mark.parametrize("language", TITLE)
def test_links_that_a_copy_has_run_together_are_no_text(language: str) -> None:
    """Neither above the title nor below the text."""
    head, foot = ROWS[language]
    text = f"{head}\n\n{TITLE[language]}\n\n{TEXT[language]}\n\n{TEXT[language]}\n\n{foot}\n"
    assert kept(text) == [TITLE[language], TEXT[language], TEXT[language]]


@pytest.mark.parametrize(
    "title",
    ["Press Freedom Under Attack Again", "New Contact Between The Two Coasts", "Weather Stops All Local Ferries"],
)
def test_a_title_may_hold_a_word_that_is_a_button_elsewhere(title: str) -> None:
    """One such word makes no row of links."""
    assert kept(f"{title}\n\n{TEXT['en']}\n\n{TEXT['en']}\n")[0] == title


@pytest.mark.parametrize("language", TITLE)
def test_a_notice_of_stored_cookies_is_no_text(language: str) -> None:
    """It says so twice."""
    notice = COOKIES[language]
    assert kept(f"{notice}\n\n{TITLE[language]}\n\n{TEXT[language]}\n") == [TITLE[language], TEXT[language]]


def test_an_article_about_cookies_keeps_what_it_says() -> None:
    """A paragraph between others that says in passing that something is stored."""
    about = (
        "A newspaper that stores cookies on your computer has to ask first, and the authority has written to eleven "
        "of them that have not done so."
    )
    assert about in kept(f"{TITLE['en']}\n\n{TEXT['en']}\n\n{about}\n\n{TEXT['en']}\n")


@pytest.mark.parametrize("language", TITLE)
def test_an_address_stands_between_furniture(language: str) -> None:
    """A name and a street, the telephone and the address for mails below the text."""
    text = f"{TITLE[language]}\n\n{TEXT[language]}\n\n{ROWS[language][1]}\n\n{FOOT[language]}"
    assert kept(text) == [TITLE[language], TEXT[language]]


def test_drawn_fields_and_buttons_are_no_text() -> None:
    """As lynx and w3m draw them; a box to tick in a list is none."""
    text = (
        f"Hurtigsøk (BUTTON) Finn\n\n{TITLE['nb']}\n\n{TEXT['nb']}\n\n"
        f"- [ ] sjekk brygga\n- [x] ring kommunen\n\n{TEXT['nb']}\n\n"
        "Ditt kallenavn [            ]\n\nBy ______________\n"
    )
    assert kept(text) == [TITLE["nb"], TEXT["nb"], "- [ ] sjekk brygga", "- [x] ring kommunen", TEXT["nb"]]


def test_lists_of_links_above_the_title_are_no_text() -> None:
    """Some of their items say so; a list of what one needs says nothing of the kind."""
    menu = listed(["Havn", "Fjell", "Kontakt", "Logg inn"])
    assert kept(f"{menu}{TITLE['nb']}\n\n{TEXT['nb']}\n") == [TITLE["nb"], TEXT["nb"]]
    needed = [f"• {item}" for item in ITEMS]
    assert kept(f"{TITLE['en']}\n\n{listed(ITEMS)}{TEXT['en']}\n") == [TITLE["en"], *needed, TEXT["en"]]


def test_the_last_list_of_an_article_stands_above_the_first_of_links() -> None:
    """A blank line is between them."""
    text = f"{TITLE['en']}\n\n{TEXT['en']}\n\n{listed(ITEMS)}{listed(['Previous post', 'Next post', 'The ferry'])}"
    assert kept(text) == [TITLE["en"], TEXT["en"], *(f"• {item}" for item in ITEMS)]


def test_the_path_to_a_page_is_no_text() -> None:
    """Its last item is the title, which comes again below."""
    path = f"  1. Forum index\n  2. Båd og havn\n  3. {TITLE['da']}\n\n"
    assert kept(f"{path}{TITLE['da']}\n\n{TEXT['da']}\n") == [TITLE["da"], TEXT["da"]]


COMMENTS = (
    f"{TITLE['sv']}\n\n{TEXT['sv']}\n\n2 kommentarer\n\nTove Lind · i går\n\nJag badade där som pojke.\n\nSvara\n\n"
    "Bo Lie · i går\n\nDen var rutten.\n\nSvara\n\nSkriv en kommentar\n\n"
)


def test_what_stands_below_the_comments_is_no_text() -> None:
    """Teasers and an invitation below the form, in whatever words."""
    below = "Färjan inställd för tredje dagen i rad\n\nVill du ha fler brev från oss så säg till här.\n\nKajgatan 12\n"
    assert kept(COMMENTS + below) == kept(COMMENTS)


def test_a_paragraph_below_the_comments_is_text() -> None:
    """Then the page goes on, and nothing of it is dropped for standing there."""
    assert kept(f"{COMMENTS}{TITLE['sv']}\n\n{TEXT['sv']} {TEXT['sv']}\n")[-1] == f"{TEXT['sv']} {TEXT['sv']}"


@pytest.mark.parametrize("language", TITLE)
def test_a_list_whose_marks_are_lost_is_kept(language: str) -> None:
    """Browsers copy lists so; the last of the short lines above a paragraph is that paragraph's heading."""
    lines = ["Gul jakke", "Kart og kompass", "Kniv", "Videre mot havet"]
    result = prepared(f"{TITLE[language]}\n\n{TEXT[language]}\n\n" + "\n".join(lines) + f"\n\n{TEXT[language]}\n")
    assert texts(result, "list_item") == lines[:3]
    assert all(any(line in passage.text for passage in result.passages) for line in lines[:3])
