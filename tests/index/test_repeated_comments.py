"""Comments without a verb or a heading are told by what repeats: a name, a moment, and buttons to answer."""

from __future__ import annotations

import pytest

from tests.index.making_documents import prepared, texts, voices

ARTICLE = {
    "en": "The pier is closed\n\n"
    "The council has closed the old pier for the summer, and nobody can say when it opens.\n\n",
    "da": "Broen er lukket\n\n"
    "Kommunen har lukket den gamle badebro hele sommeren, og ingen ved, hvornår den åbner.\n\n",
    "nb": "Brygga er stengt\n\nKommunen har stengt den gamle brygga hele sommeren, og ingen vet når den åpner.\n\n",
    "nn": "Brygga er stengd\n\nKommunen har stengt den gamle brygga heile sommaren, og ingen veit når ho opnar.\n\n",
    "sv": "Bryggan är stängd\n\nKommunen har stängt den gamla bryggan hela sommaren, och ingen vet när den öppnar.\n\n",
}
SAID = {
    "en": ("I have swum there since I was a boy.", "It was rotten, and somebody had to do it."),
    "da": ("Jeg badede der, da jeg var dreng.", "Den var rådden, og nogen skulle jo gøre det."),
    "nb": ("Jeg har badet der siden jeg var gutt.", "Den var råtten, og noen måtte jo gjøre det."),
    "nn": ("Eg har bada der sidan eg var gut.", "Ho var roten, og nokon måtte jo gjere det."),
    "sv": ("Jag har badat där sedan jag var pojke.", "Den var rutten, och någon måste ju göra det."),
}
WHEN = {
    "en": "2 hours ago",
    "da": "for 2 timer siden",
    "nb": "akkurat nå",
    "nn": "i går",
    "sv": "3 tim",
}
BUTTONS = {
    "en": "3 likes Reply",
    "da": "Svar Anmeld",
    "nb": "Svar Rapporter",
    "nn": "3 likar Svar",
    "sv": "Svara Anmäl",
}
MAKES = {
    "name above": "{name}\n\n{when}\n\n{said}\n\n{buttons}\n\n",
    "name below": "{when}\n\n{name}\n\n{said}\n\n{buttons}\n\n",
    "one line": "{name} · {when}\n\n{said}\n\n{buttons}\n\n",
    "initial and rank": "{initial}\n{name}\nRang 4\n{when}\n\n{said}\n\n{buttons}\n\n",
    "no blank lines": "{name}\n{when}\n{said}\n{buttons}\n",
    "number above": "1.\n{name}\n{when}\n\n{said}\n\n{buttons}\n\n",
    "list of one line each": "  * {name} · {when}\n    {said}\n    {buttons}\n",
    "list of more lines": "  1. {name}\n     {when}\n     {said}\n     {buttons}\n",
    "Markdown with links": '#### [{name}](http://example.org/1)\n\n{when}\n\n{said}\n\n[{buttons}](</1> "1")\n\n',
    "lynx": "{name}\n{when}\n\n{said}\n\n(BUTTON) {buttons}\n\n",
}


def page(language: str, make: str, names: tuple[str, str] = ("Tove Lind", "Guest of the fjord")) -> str:
    """An article with two comments of one make below it."""
    return ARTICLE[language] + "".join(
        MAKES[make].format(
            name=name, initial=name[0].upper(), when=WHEN[language], said=said, buttons=BUTTONS[language]
        )
        for name, said in zip(names, SAID[language], strict=True)
    )


@pytest.mark.parametrize("language", ARTICLE)
@pytest.mark.parametrize("make", MAKES)
def test_a_name_and_a_moment_that_repeat_above_buttons_name_commenters(language: str, make: str) -> None:
    """However a copy sets them; a name is read where the others' stand, whatever words it is made of."""
    result = prepared(page(language, make))
    assert voices(result) == [(1, "Tove Lind"), (2, "Guest of the fjord")]
    assert tuple(texts(result, "comment")) == SAID[language]


def test_nobody_is_named_where_nothing_can_be_answered() -> None:
    """Titles of two words above a date and a teaser are made alike, too."""
    text = (
        ARTICLE["nb"]
        + "Oslo Maraton\n3. mai 2012\nNitti løpere stilte til start i den kraftige vinden på lørdag.\n\n"
        + "Nye Veier\n4. mai 2012\nSelskapet har bygd åtte kilometer på to år, og skal nå videre nordover.\n\n"
    )
    assert voices(prepared(text)) == []


def test_two_comments_by_initials_need_no_buttons() -> None:
    """A letter above the name that it begins with stands for the picture of who writes."""
    text = ARTICLE["sv"] + f"T\nTove Lind\n• nu\n\n{SAID['sv'][0]}\n\nB\nbo_91\n• nu\n\n{SAID['sv'][1]}\n"
    assert voices(prepared(text)) == [(1, "Tove Lind"), (2, "bo_91")]


def test_text_between_comments_with_no_head_that_can_be_read_is_nobodys() -> None:
    """It is neither the commenter's above, nor the article's author's."""
    made = MAKES["name above"]
    one, two = (
        made.format(name=name, when="for 2 timer siden", said=said, buttons="Svar Anmeld")
        for name, said in zip(("Tove Lind", "Bo"), SAID["da"], strict=True)
    )
    lost = "Det er jo ikke første gang, de lukker noget uden at spørge nogen.\n\nSvar Anmeld\n\n"
    assert voices(prepared(ARTICLE["da"] + one + lost + two)) == [(1, "Tove Lind"), (2, None), (3, "Bo")]


def test_what_a_page_says_of_a_commenter_is_no_part_of_the_name() -> None:
    """ "Author" and "Forfatter" behind it."""
    for language, badge in (("en", "Author"), ("da", "Forfatter"), ("sv", "Skribent")):
        result = prepared(page(language, "one line", ("Tove Lind", f"Bo Lie {badge}")))
        assert voices(result)[1] == (2, "Bo Lie")


def test_a_heading_that_ends_with_now_is_no_commenter() -> None:
    """ "Hva skjer nå" stands above a paragraph of the article."""
    text = (
        ARTICLE["nb"] + f"Hva skjer nå\n\n{ARTICLE['nb']}Kommentarer\n\n" + page("nb", "one line")[len(ARTICLE["nb"]) :]
    )
    assert voices(prepared(text)) == [(1, "Tove Lind"), (2, "Guest of the fjord")]


def test_the_first_post_of_a_thread_is_its_own_text() -> None:
    """Where nothing but the title stands above: a forum makes it as it makes the answers."""
    text = "Fukt i kjelleren\n\n" + page("nb", "initial and rank")[len(ARTICLE["nb"]) :]
    result = prepared(text)
    assert result.document.author == "Tove Lind"
    assert voices(result) == [(1, "Guest of the fjord")]


def test_buttons_above_what_is_said_end_no_comment() -> None:
    """Some forums have "Quote" and "Report" beside the date."""
    made = "{name}\n{when}\n{buttons}\n\n{said}\n\n"
    text = ARTICLE["en"] + "".join(
        made.format(name=name, when="3 May 2012 10:14", said=said, buttons="Quote Report")
        for name, said in zip(("Tove Lind", "Bo Lie"), SAID["en"], strict=True)
    )
    result = prepared(text)
    assert voices(result) == [(1, "Tove Lind"), (2, "Bo Lie")]
    assert tuple(texts(result, "comment")) == SAID["en"]


def test_what_a_comment_quotes_is_no_head_in_markdown() -> None:
    """ "> Tove Lind wrote:" among "Bo wrote on 3 May 2012:"; the answer below is Bo's."""
    text = ARTICLE["en"] + (
        f"1. Tove Lind wrote on 3 May 2012 10:14:\n\n{SAID['en'][0]}\n\nReply\n\n"
        f"2. Bo Lie wrote on 3 May 2012 11:14:\n\n> Tove Lind wrote:\n>\n> {SAID['en'][0]}\n\n"
        f"{SAID['en'][1]}\n\nReply\n"
    )
    assert voices(prepared(text)) == [(1, "Tove Lind"), (2, "Bo Lie")]


def test_a_line_that_ends_with_a_date_is_not_joined_with_a_name_in_lower_case() -> None:
    """ "By: Bo Lie on 22 November 2026 02:39" above "skogstroll:", whom the post quotes."""
    first, second = SAID["nb"]
    text = ARTICLE["nb"] + (
        f"Av: skogstroll den 22. november 2026 02:38\n{first}\nAv: Odd Arne Moe den 22. november 2026 02:39\n"
        f"skogstroll:\n{first}\n{second}\n"
    )
    assert voices(prepared(text)) == [(1, "skogstroll"), (2, "Odd Arne Moe")]


def test_an_initial_in_a_list_is_no_commenter() -> None:
    """The name stands below it, whatever the buttons are called."""
    text = (
        ARTICLE["en"]
        + "Comments\n\n"
        + "".join(
            f"{number}. {name[0]}\n  {name}\n  Regular reader\n  3 May 2012\n\n  {said}\n\n  Respond\n\n"
            for number, (name, said) in enumerate(zip(("Tove Lind", "Bo Lie"), SAID["en"], strict=True), 1)
        )
    )
    assert voices(prepared(text)) == [(1, "Tove Lind"), (2, "Bo Lie")]


def test_a_date_further_left_than_the_name_ends_no_comments() -> None:
    """Of two readings of the same comments the one is taken that leaves less of them to the article's author."""
    text = (
        ARTICLE["nb"]
        + "Kommentarer\n\n"
        + "".join(
            f" {number}. {name} sier:\n\nakkurat nå\n\n{said}\n\nSvar Rapporter\n\n"
            for number, (name, said) in enumerate(zip(("Tove Lind", "Bo Lie"), SAID["nb"], strict=True), 1)
        )
    )
    result = prepared(text)
    assert voices(result) == [(1, "Tove Lind"), (2, "Bo Lie")]
    assert tuple(texts(result, "comment")) == SAID["nb"]
