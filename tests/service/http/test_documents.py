"""GET /documents and the source pages."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from index.records import DocumentInfo, Fact, FactName, Origin, Segment
from service.http.pages import Pages, page_language, pieces
from service.strings import LANGUAGES, strings
from tests.conftest import SEEDS

NAME = "004_b044c57d700ac163"
TEXT = (SEEDS / f"{NAME}.txt").read_bytes().decode("utf-8")


class Page(HTMLParser):
    """The text of the source article and of the marked parts, and the elements that a page has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.marked, self.elements, self.inside = "", "", [], []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag in ("article", "mark"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            self.inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if "article" in self.inside:
            self.text += data
        if "mark" in self.inside:
            self.marked += data


def test_every_document_is_listed(client: TestClient) -> None:
    """The list has each file of the folder, with a title and a language."""
    listed = client.get("/documents").json()["documents"]
    assert {document["id"] for document in listed} == {path.stem for path in SEEDS.glob("*.txt")}
    assert all(document["title"] and document["language"] for document in listed)


def test_a_long_list_comes_in_parts(client: TestClient) -> None:
    """Each part says where the next one begins, and together they are the whole list; the last says nothing."""
    whole = client.get("/documents").json()
    parts, after = [], ""
    while after is not None:
        part = client.get("/documents", params={"limit": 2, "after": after}).json()
        parts.append(part["documents"])
        after = part["next"]
    assert [len(part) for part in parts] == [2, 2, 1]
    assert [document for part in parts for document in part] == whole["documents"]
    assert whole["next"] is None


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 1001}, {"after": "x" * 201}, {"after": "a\0b"}])
def test_a_list_has_bounds(client: TestClient, asked: dict[str, object]) -> None:
    """What is asked for beyond them is refused."""
    assert client.get("/documents", params=asked).status_code == 422


def test_the_stored_text_is_the_files_own(client: TestClient) -> None:
    """JSON by default, with the text unchanged."""
    assert client.get(f"/documents/{NAME}").json()["text"] == TEXT


def test_a_source_page_marks_the_span_and_keeps_every_character(client: TestClient) -> None:
    """The page shows the whole text, with exactly start..end marked and a target to scroll to."""
    start = TEXT.index("Men innan vi ens")
    end = TEXT.index("investerar i.") + len("investerar i.")
    response = client.get(f"/documents/{NAME}?start={start}&end={end}", headers={"accept": "text/html"})
    assert response.headers["content-type"].startswith("text/html")
    page = Page(response.text)
    assert page.text == TEXT
    assert page.marked == TEXT[start:end]
    assert [a.get("id") for tag, a in page.elements if tag == "mark"].count("quote") == 1


@pytest.mark.parametrize("query", ["", "?start=5", "?start=9&end=3", "?start=0&end=99999999"])
def test_a_span_that_is_not_in_the_text_marks_nothing(client: TestClient, query: str) -> None:
    """A page without a usable span is the page without a mark."""
    response = client.get(f"/documents/{NAME}{query}", headers={"accept": "text/html"})
    assert response.status_code == 200
    assert "<mark" not in response.text


@pytest.mark.parametrize("name", ["no-such-document", "../README", "%2e%2e%2fREADME.md", "a/b", "a" * 3000])
def test_an_unknown_document_is_a_404_problem(client: TestClient, name: str) -> None:
    """Whatever the id, nothing but the record is looked at."""
    response = client.get(f"/documents/{name}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_whose_document_is_gone_gets_a_page(client: TestClient, language: str) -> None:
    """404 as well, in the reader's language, with the way back."""
    response = client.get("/documents/gone", headers={"accept": "text/html", "accept-language": language})
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<h1>{strings(language).text('document.unknown')}</h1>" in response.text
    assert 'href="/"' in response.text


def test_a_negative_offset_is_refused(client: TestClient) -> None:
    """Offsets count from 0."""
    assert client.get(f"/documents/{NAME}?start=-1&end=3").status_code == 422


@given(
    text=st.text(alphabet="ab<&\"'é\u00a0\n\r🙂\u202e", min_size=1, max_size=40),
    spans=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4),
    start=st.integers(-2, 42),
    end=st.integers(-2, 42),
)
def test_pieces_are_the_text_cut_up(text: str, spans: list[tuple[int, int]], start: int, end: int) -> None:
    """Joined, the pieces are the text; the marked ones are the span, or nothing where it is not in the text."""
    edges = sorted({min(edge, len(text)) for span in spans for edge in span})
    places = list(zip(edges[::2], edges[1::2], strict=False))
    segments = [Segment("furniture" if a % 2 else "paragraph", a, b, "da") for a, b in places]
    found = pieces(text, segments, start, end)
    assert "".join(piece.text for piece in found) == text
    dropped = [piece.dropped for piece in found for _ in piece.text]
    for segment in segments:
        assert set(dropped[segment.start : segment.end]) == {segment.kind == "furniture"}
    marked = "".join(piece.text for piece in found if piece.marked)
    assert marked == (text[start:end] if 0 <= start < end <= len(text) else "")
    assert sum(piece.first for piece in found) == bool(marked)


def test_what_is_not_searched_is_told_apart() -> None:
    """Little of it is set smaller, much of it, in one or more parts, is folded; the quoted words always show."""
    menu = "Front page\n" * 20
    text = f"{menu}\nMore\n\nThe harbour grows.\n\nShare"
    body = text.index("The")
    segments = [
        Segment("furniture", 0, len(menu) - 1, "en", reason="a menu"),
        Segment("furniture", len(menu) + 1, body - 2, "en", reason="a button"),
        Segment("paragraph", body, body + 18, "en"),
        Segment("furniture", len(text) - 5, len(text), "en", reason="a button"),
    ]
    info = DocumentInfo("x", "A", "en", None, "a.html", "0", len(text), 1)
    html = Pages().document(info, text, segments, None, None, "en")
    assert Page(html).text.replace(strings("en").text("document.folded"), "") == text
    assert f'</summary><span lang="en">{menu}\nMore</span></details>' in html
    assert '<span class="dropped" lang="en">Share</span>' in html
    assert '<span lang="en">The harbour grows.</span>' in html
    assert str(escape(strings("en").text("document.dropped"))) in html
    assert "<details class" not in Pages().document(info, text, segments, 0, len(menu) + 5, "en").split("<article")[1]
    assert "document.dropped" not in Pages().document(info, "x", [], None, None, "en")


def test_a_hostile_document_shows_as_text() -> None:
    """Markup in a text, a title or an author's name is escaped, whatever it tries."""
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    info = DocumentInfo("x", hostile, "en", hostile, hostile, "0" * 64, len(hostile), 1)
    html = Pages().document(info, hostile, [], 0, 5, "en")
    assert [attributes for tag, attributes in Page(html).elements if tag == "script"] == [
        {"src": "/static/document.js", "defer": None}
    ]
    assert "<img" not in html


@pytest.mark.parametrize(
    ("header", "language"),
    [("nn-NO,nn;q=0.9,en;q=0.1", "nn"), ("no", "nb"), ("sv-SE", "sv"), ("fi", "en"), ("", "en"), (";;q=x", "en")],
)
def test_a_page_is_in_the_readers_language(header: str, language: str) -> None:
    """The best of the five languages for an Accept-Language header, English where none fits."""
    assert page_language(header) == language


def test_a_document_says_what_is_known_of_it(client: TestClient) -> None:
    """Every fact comes with where it was said; what nobody says is left out."""
    listed = {entry["id"]: entry for entry in client.get("/documents").json()["documents"]}
    assert listed[NAME]["metadata"]["title"]["value"] == listed[NAME]["title"]
    assert listed[NAME]["metadata"]["title"]["origin"] in ("sources.toml", "text")
    assert "encoding" not in listed[NAME]["metadata"]
    assert client.get(f"/documents/{NAME}").json()["metadata"] == listed[NAME]["metadata"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_source_page_says_what_is_known_and_who_said_it(client: TestClient, language: str) -> None:
    """Every fact stands on the page with its origin, in the reader's language."""
    page = client.get(f"/documents/{NAME}", headers={"accept": "text/html", "accept-language": language}).text
    words = strings(language)
    assert str(escape(words.text("facts.known"))) in page
    for name, fact in client.get(f"/documents/{NAME}").json()["metadata"].items():
        origin = words.text("origins." + re.sub(r"\W", "_", fact["origin"]).lower())
        row = f'<dt>{words.text(f"facts.{name}")}</dt><dd dir="auto">{escape(fact["value"])} <small>({escape(origin)})'
        assert row in page


def test_every_fact_and_origin_has_its_words() -> None:
    """Whatever the index may know, and wherever from, each of the five languages can say."""
    for language in LANGUAGES:
        for name in get_args(FactName):
            assert strings(language).text(f"facts.{name}")
        for origin in get_args(Origin):
            assert strings(language).text("origins." + re.sub(r"\W", "_", origin).lower())


def test_only_the_address_of_a_page_is_a_link() -> None:
    """A document may claim any address: one that would run a script is shown as text."""
    info = DocumentInfo("a", "A", "en", None, "a.html", "0", 1, 1, (Fact("url", "javascript:alert(1)", "HTML meta"),))
    assert 'href="javascript' not in Pages().document(info, "x", [], None, None, "en")
    good = replace(info, facts=(Fact("url", "https://example.org/?a=1&b=2", "HTML meta"),))
    assert 'href="https://example.org/?a=1&amp;b=2"' in Pages().document(good, "x", [], None, None, "en")
