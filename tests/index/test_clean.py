"""The cleaner over pages of many kinds, each line of which was marked by hand (tests/index/pages/README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from index.errors import InvalidData
from index.looks import load_rules
from index.prepare import Prepared
from tests.index.making_documents import prepared, texts

PAGES = sorted((Path(__file__).parent / "pages").glob("*.page"))
# Programs that keep a page's blank lines wrap at a width: these pages make no sense with a blank line after each line.
WRAPPED = {"sv_news_wrapped", "en_mail_list"}
LAYOUTS = [(path, loose) for path in PAGES for loose in (False, True) if not (loose and path.stem in WRAPPED)]


@dataclass(frozen=True)
class Marked:
    """A line of a page with its mark, and the share of its letters and figures that passages can quote."""

    mark: str
    start: int
    text: str
    kept: float


@cache
def read(path: Path, loose: bool) -> tuple[Prepared, tuple[Marked, ...]]:
    text, found = "", []
    for raw in path.read_text(encoding="utf-8").splitlines():
        mark, _, content = raw.partition("|")
        if content.strip():
            found.append((mark.strip(), len(text), content))
            text += content + "\n"
        if loose or not content.strip():
            text += "\n"
    result = prepared(text, name=path.name)
    quotable = bytearray(len(text))
    for passage in result.passages:
        for sentence in passage.sentences:
            quotable[sentence.start : sentence.end] = b"\1" * (sentence.end - sentence.start)
    return result, tuple(_marked(mark, start, content, quotable) for mark, start, content in found)


def _marked(mark: str, start: int, content: str, quotable: bytearray) -> Marked:
    places = [start + offset for offset, character in enumerate(content) if character.isalnum()]
    return Marked(mark, start, content, sum(quotable[place] for place in places) / max(1, len(places)))


def lines(mark: str | None = None) -> Iterator[tuple[Prepared, Marked]]:
    for path, loose in LAYOUTS:
        result, marked = read(path, loose)
        for line in marked:
            if (line.mark == mark) if mark is not None else line.mark not in ("", "-"):
                yield result, line


def test_the_pages_are_many_and_in_five_languages() -> None:
    """At least twenty pages, and every one of the five languages among them."""
    assert len(PAGES) >= 20
    assert {path.name[:2] for path in PAGES} == {"en", "da", "nb", "nn", "sv"}


@pytest.mark.parametrize(("path", "loose"), LAYOUTS, ids=lambda value: getattr(value, "stem", str(value)))
def test_a_page_keeps_its_text(path: Path, loose: bool) -> None:
    """No line of a page's text is lost, and the page's language is told."""
    result, marked = read(path, loose)
    assert [line.text for line in marked if line.mark not in ("", "-") and line.kept < 0.8] == []
    assert result.document.language == path.name[:2]


def test_furniture_is_at_most_two_per_cent_of_what_is_kept() -> None:
    """Over all pages together at least 98 % of the text is kept, and at most 2 % of what is kept is furniture."""
    text = [line for _, line in lines()]
    furniture = [line for _, line in lines("-")]
    kept = sum(len(line.text) * line.kept for line in text)
    assert kept >= 0.98 * sum(len(line.text) for line in text)
    assert sum(len(line.text) * line.kept for line in furniture) <= 0.02 * kept
    assert sum(line.kept > 0 for line in furniture) <= 0.02 * len(furniture)


def test_every_line_has_its_own_speaker() -> None:
    """Whoever a page names as the speaker of a line has it; nobody has another one's words."""
    wrong = []
    for result, line in lines():
        end = line.start + len(line.text)
        for passage in result.passages:
            if passage.start < end and line.start < passage.end:
                own = passage.speaker.role == "author"
                # A thread's first post is by the document's author, whom the page names like everybody else.
                expected = {"+": result.document.author, "?": None}.get(line.mark, line.mark)
                if passage.speaker.name != expected or (line.mark == "+") > own or ((line.mark == "?") and own):
                    wrong.append((passage.speaker, line.mark, line.text))
    assert wrong == []


ARTICLE = (
    "Hvad koster et museum?\n\n"
    "Museet i Holmstrup har sagt ja til at vise sine regnskaber for de sidste ti år, og de er ikke kedelige.\n\n"
    "{}\n\n"
    "Mest penge går til opvarmning. Det er der ingen, der har regnet med, da man byggede huset i glas.\n"
)


@pytest.mark.parametrize(
    "line",
    [
        "Vi bruger cookies som betaling i spillet, og derfor er nyhedsbrevet fra banken så vigtigt for de mindste.",
        "Nyhedsbreve er døde, siger man, men museets nyhedsbrev har 4.000 læsere, og halvdelen åbner det straks.",
        "Log ind, del og følg os er de tre mest brugte sætninger på internettet, skriver museet i sin egen årsrapport.",
    ],
)
def test_a_paragraph_about_furniture_is_text(line: str) -> None:
    """Running text that speaks of cookies, newsletters or log-ins stays."""
    assert line in texts(prepared(ARTICLE.format(line)), "paragraph")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Del på Facebook", "share buttons"),
        ("Läs också: Så blir vädret", "list of links"),
        ("Foto: Kari Nordmann / NTB", "picture credit or caption"),
        ("Pingback: Siste nytt | Bloggen", "pingback or trackback"),
        ("* * *", "no words"),
        ("ad_slot_3", "stray token"),
        ("IMG_2034.jpg", "stray token"),
        ("#museum #penge #glas", "categories or tags"),
        ("Forside > Kultur > Museer", "row of links"),
        ("Hvad koster et museum?", "repeats the title"),
        ("Denne nettstaden brukar informasjonskapslar.", "cookie notice"),
    ],
)
def test_each_reason(line: str, reason: str) -> None:
    """Furniture between two paragraphs is dropped with a reason that says what it is."""
    result = prepared(ARTICLE.format(line))
    assert [part.reason for part in result.segments if part.kind == "furniture"] == [reason]


def test_nothing_is_lost_from_the_stored_text() -> None:
    """Dropped lines stay in the stored text, and no passage overlaps them."""
    result = prepared(ARTICLE.format("Del på Facebook"))
    assert "Del på Facebook" in result.document.text
    assert not [passage for passage in result.passages if "Facebook" in passage.text]


def test_a_heading_that_looks_like_furniture_stays_above_its_paragraph() -> None:
    """Documentation has headings such as "Log in" and "Cookies": what stands above a paragraph heads it."""
    page = (
        "Handbook\n\nThis handbook tells you how to use the portal from your first day on.\n\n"
        "Log in\n\nTo log in you need the card that you were given at the front desk on your first day.\n\n"
        "Search\n\nThe search looks through all the documents that you have been given access to.\n"
    )
    assert texts(prepared(page), "heading") == ["Log in", "Search"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("group = 3", r"expected \[\[group\]\] tables, found none"),
        ("[[group]]\nmatch = 'whole'", "group 1: expected a reason, found None"),
        ("[[group]]\nreason = 'x'\nmatch = 'all'", "expected match whole, start, label, within, found 'all'"),
        ("[[group]]\nreason = 'x'\nmatch = 'whole'\nopens = 'door'", "expected opens list, box, form, found 'door'"),
        ("[[group]]\nreason = 'x'\nmatch = 'whole'\nweak = 1", "expected weak true or false, found 1"),
        ("[[group]]\nreason = 'x'\nmatch = 'whole'\nde = ['x']", "or a language, found 'de'"),
        ("[[group]]\nreason = 'x'\nmatch = 'whole'\nda = 'x'", r"\[group 1\] da: expected a list of texts"),
    ],
)
def test_malformed_phrases_are_named(tmp_path: Path, content: str, found: str) -> None:
    """A malformed file of phrases names the group and the key."""
    path = tmp_path / "furniture.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidData, match=found):
        load_rules(path)
