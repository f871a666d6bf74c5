"""The five documents that the project ships with, read by hand line by line and compared with what the stages find."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.load import read_document
from index.prepare import Prepared, prepare
from index.records import Segment, Speaker
from index.sources import read_sources
from tests.index.making_documents import detector, text_of, texts

SEEDS = Path(__file__).parents[2] / "seeds"


@dataclass(frozen=True)
class Page:
    """What a reader sees on a page. Every line that is not listed is a paragraph of the article."""

    language: str
    author: str | None
    title: str
    headings: list[str] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    furniture: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    quoted: list[tuple[str, str]] = field(default_factory=list)
    comments: list[tuple[str | None, list[str]]] = field(default_factory=list)
    paragraphs: int = 0


PAGES = {
    "000_05e437986ecf5203": Page(
        language="da",
        author=None,
        title="R.I.P. Social media",
        headings=[
            "Den digitale grisefest",
            "Sig ikke ’sociale medier’, sig dog ’markedsføring’",
            "Hvis det bliver digitalt, kan det også blive socialt",
            "Den bedste samtale sker med produktet",
            "Og Facebook kan ikke redde din forretning",
            "Kodak crashede med 380.000 fans på FB",
            "Fra vertikal til horisontal konkurrence",
            "Produkter er samtaler",
        ],
        furniture=[
            "Del artikel",
            "Tilmeld dig vores nyhedsbrev",
            "Vær på forkant med udviklingen. Få den nyeste viden fra branchen med vores nyhedsbrev.",
            "Forsiden lige nu",
            "Læs også",
        ],
        paragraphs=19,
    ),
    "001_44b0ea460b194f0d": Page(
        language="sv",
        author=None,
        title="Make digital, do social – tankar om framtidens sociala medier",
        headings=[
            "Make digital, do social",
            "Realtid, plattformar och friktionslöshet",
            "Dags ta sociala medier på allvar",
        ],
        furniture=["Kategorier", "Analys Krönikor Sociala medier Spaning", "makedigisocial"],
        paragraphs=9,
    ),
    "002_77c5c770ddee35bd": Page(
        language="nb",
        author=None,
        title="Mer kommersialisering & mindre idealisme - for bedre innovasjon og resultat",
        headings=[
            "Sosiale medier 2012 – Optimistisk realisme foran idealisme",
            "Vi spriker i alle retninger",
            "Ikke et problem, men en erkjennelse",
            "Legg idealismen og ildsjelene i skuffen",
        ],
        furniture=[
            "fbpx",
            "Mer kommersialisering & mindre idealisme – for bedre innovasjon og resultat",
            "Bilde: FreeDigitalPhotos.net\u00a0og MadeByKjartan",
        ],
        quoted=[("Helge Tennø", "Det er svært interessant at folk har liten tillit")],
        paragraphs=19,
    ),
    "003_99ecb4e8b0f2d201": Page(
        language="da",
        author="mortensaxnaes",
        title="Sociale medier er det nye sort",
        headings=["6 svar til Sociale medier er det nye\u00a0sort"],
        bylines=[
            "Om mortensaxnaes",
            "Social media marketing konsulent",
            "1. Asbjørn siger:",
            "2. mortensaxnaes siger:",
            "3. Mette Stuhr siger:",
            "4. Asbjørn siger:",
            "5. mortensaxnaes siger:",
        ],
        furniture=[
            "Dette indlæg blev udgivet i Uncategorized og tagget , , , , . Bogmærk permalinket.",
            "Skriv et svar",
            "Udfyld dine oplysninger nedenfor eller klik på et ikon for at logge ind:",
            "WordPress.com Logo",
            "Du kommenterer med din WordPress.com konto. Log\u00a0Out\u00a0/\u00a0Skift\u00a0)",
            "Twitter picture",
            "Du kommenterer med din Twitter konto. Log\u00a0Out\u00a0/\u00a0Skift\u00a0)",
            "Facebook photo",
            "Du kommenterer med din Facebook konto. Log\u00a0Out\u00a0/\u00a0Skift\u00a0)",
            "Google+ photo",
            "Du kommenterer med din Google+ konto. Log\u00a0Out\u00a0/\u00a0Skift\u00a0)",
            "Connecting to %s",
        ],
        items=[
            "• Vi måler værdien",
            "• Vi lave en kampagne",
            "• Vi skaber et site",
            "• Vi laver en blogger",
            "• Har I ansatte",
            "• Har I et internt",
            "• Er I gearet",
            "• Har i kompetencer",
            "• Er der opbakning",
            "• Forstår I",
        ],
        comments=[
            (
                "Asbjørn",
                [
                    "Jeg er grundlæggende",
                    "Og jeg er altid",
                    "Men, men.",
                    "Jeg har indgået",
                    "Jeg har bekendte",
                    "Det er nemt",
                    "Så mens jeg",
                    "Og sidst.",
                    "Bare mine",
                ],
            ),
            (
                "mortensaxnaes",
                [
                    "Hej Asbjørn, og",
                    "Nu tager du",
                    "Jeg laver med",
                    "Jeg slå netop",
                    "Jeg kender ikke",
                    "Jeg synes Føtex’",
                    "http://www.bureaubiz.dk/composite-2893.htm",
                    "http://www.bureaubiz.dk/composite-2919.htm",
                ],
            ),
            ("Mette Stuhr", ["Jeg må holde", "Dér, hvor man", "Og det er", "Om man så"]),
            (None, ["• Er enig med Asbjørn", "Brugen af sociale", "Naturligvis skal man", "Det bør alle"]),
            ("Asbjørn", ["Hej Morten.", "Det er en nødvendig", "Men hvad du", "En anden pointe", "Jeg tror meget"]),
            (
                "mortensaxnaes",
                [
                    "Tak for jeres",
                    "Det ser ud",
                    "Jeg vil på",
                    "Jeg skrev tidligere",
                    "https://mortensaxnaes.wordpress.com/2009/10/15/en-bedre-danske-bank/",
                ],
            ),
        ],
        paragraphs=10,
    ),
    "004_b044c57d700ac163": Page(
        language="sv",
        author=None,
        title="Stoppa hypen kring sociala medier, fokusera istället på nyttan",
        headings=["8 svar"],
        bylines=["• Peter Krantz", "• Krister", "• efa", "• Jeanette Fors", "• Annelie Näs", "• Jeanette Fors"],
        furniture=["• Pingback: jfd98ayhcim()", "• Pingback: fsgb80v7cbwe()"],
        comments=[
            ("Peter Krantz", ["Helt rätt!"]),
            ("Krister", ["Jag håller med"]),
            ("efa", ["Sociala medier handlar", "Hypen kring enskilda"]),
            ("Jeanette Fors", ["Peter, Krister och", "Jag tror inte", "Socialdemokraterna lägger"]),
            ("Annelie Näs", ["Visst har du"]),
            ("Jeanette Fors", ["Jag tror precis", "Precis som andra"]),
        ],
        paragraphs=3,
    ),
}


@pytest.fixture(scope="module", params=sorted(PAGES))
def seed(request: pytest.FixtureRequest) -> tuple[Prepared, Page]:
    """A shipped document as prepared, and what a reader sees in it."""
    path = SEEDS / f"{request.param}.txt"
    extracted, sha256 = read_document(path)
    source = read_sources(SEEDS).get(path.stem)
    return prepare(path, extracted.text, sha256, source, detector().detect), PAGES[path.stem]


def test_title_author_and_language(seed: tuple[Prepared, Page]) -> None:
    """Title and author are those that the text names, and no author is made up."""
    result, page = seed
    document = result.document
    assert (document.title, document.author, document.language) == (page.title, page.author, page.language)
    assert {part.language for part in result.segments} == {page.language}


def test_every_furniture_segment(seed: tuple[Prepared, Page]) -> None:
    """Exactly the furniture that a reader sees is dropped, each with a reason, and none of it is in a passage."""
    result, page = seed
    assert texts(result, "furniture") == page.furniture
    assert all(part.reason and part.speaker is None for part in result.segments if part.kind == "furniture")
    for part in result.segments:
        if part.kind == "furniture":
            assert not [p for p in result.passages if p.start < part.end and part.start < p.end]
            assert not [p for p in result.passages if text_of(result, part) in p.context.split("\n")]


def test_every_heading_byline_and_list_item(seed: tuple[Prepared, Page]) -> None:
    """Headings, bylines and list items are told from paragraphs."""
    result, page = seed
    assert texts(result, "heading") == page.headings
    assert texts(result, "byline") == page.bylines
    items = [part for part in result.segments if part.kind == "list_item"]
    assert len(items) == len(page.items)
    for part, begins in zip(items, page.items, strict=True):
        assert text_of(result, part).startswith(begins)
        assert part.lead_in is not None


def test_every_comment_with_its_speaker(seed: tuple[Prepared, Page]) -> None:
    """Each comment has its own number and its commenter's name, or none where the page gives none."""
    result, page = seed
    found: dict[int, list[Segment]] = {}
    for part in result.segments:
        if part.kind == "comment":
            found.setdefault(part.number, []).append(part)
    assert list(found) == list(range(1, len(page.comments) + 1))
    for parts, (name, begins) in zip(found.values(), page.comments, strict=True):
        assert {part.speaker for part in parts} == {Speaker(name, "commenter")}
        assert len(parts) == len(begins)
        for part, begin in zip(parts, begins, strict=True):
            assert text_of(result, part).startswith(begin)


def test_every_quoted_person(seed: tuple[Prepared, Page]) -> None:
    """A quoted person has the quotation, the author has all other paragraphs of the article."""
    result, page = seed
    quoted = [part for part in result.segments if part.kind == "quotation"]
    assert [part.speaker for part in quoted] == [Speaker(name, "quoted") for name, _ in page.quoted]
    for part, (_, begins) in zip(quoted, page.quoted, strict=True):
        assert text_of(result, part).startswith(begins)
    own = [part for part in result.segments if part.kind in ("paragraph", "list_item")]
    assert {part.speaker for part in own} == {Speaker(page.author, "author")}


def test_no_sentence_is_lost(seed: tuple[Prepared, Page]) -> None:
    """Every line that is no furniture, heading or byline is in the passages, word for word and by its own speaker."""
    result, page = seed
    assert len(texts(result, "paragraph")) == page.paragraphs
    text = result.document.text
    covered: set[int] = set()
    for passage in result.passages:
        assert passage.text == text[passage.start : passage.end]
        for sentence in passage.sentences:
            covered.update(range(sentence.start, sentence.end))
    for part in result.segments:
        if part.kind in ("paragraph", "list_item", "comment", "quotation"):
            body = text[part.start : part.end]
            start = part.start + (len(body) - len(body.lstrip("• –")))
            assert all(place in covered or text[place].isspace() for place in range(start, part.end)), body[:40]
            owners = {p.speaker for p in result.passages if p.start < part.end and part.start < p.end}
            assert owners == {part.speaker}
