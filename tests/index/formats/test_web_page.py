"""Saved pages: main text, comments with their writers, what the page states about itself."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.formats.web_page import read_page
from index.load import extract

HEAD = """<html lang="nb"><head><title>Små byer vokser | Avisen</title>
<meta name="author" content="Kari Nordmann"><meta property="article:published_time" content="2019-03-04T10:00:00Z">
<meta property="og:site_name" content="Avisen"><link rel="canonical" href="https://avisen.example/a">
<script>var secret = "SCRIPT TEXT";</script><style>.x { color: red }</style></head>"""
ARTICLE = """<body><nav><a href="/">Hjem</a> <a href="/n">Nyheter</a></nav><article><h1>Små byer vokser</h1>
<p>Dette er den første setningen i en artikkel som er lang nok til at den blir funnet av alle som leter.</p>
<h2>Hvorfor de vokser</h2><p onclick="evil()">Det er mange grunner, og her kommer noen av dem i en liste.</p>
<ul><li>Billige boliger for unge</li><li>Korte avstander til alt</li></ul>
<blockquote><p>Vi flyttet hit for roen, og den fikk vi.</p></blockquote>
<script>document.write("WRITTEN")</script></article>"""
WORDPRESS = """<div id="comments"><h3>2 kommentarer</h3><ol><li class="comment even" id="comment-1">
<div class="comment-author vcard"><cite class="fn">Anna Berg</cite> <span class="says">sier:</span></div>
<div class="comment-meta"><a>4. mars 2019 kl. 12:00</a></div><div class="comment-content"><p>Helt enig i dette, og jeg
bor selv i en liten by.</p><p>Mer her.</p></div><div class="reply"><a>Svar</a></div><ul class="children">
<li class="comment"><div class="comment-author"></div><div class="comment-content"><p>Et svar uten navn.</p></div></li>
</ul></li></ol></div>"""
SCHEMA = """<section><div itemscope itemtype="https://schema.org/Comment"><span itemprop="author" itemscope><b
itemprop="name">Bo Lie</b></span><time itemprop="dateCreated">2019-03-05</time><div itemprop="text">Jeg er uenig.</div>
</div></section>"""
FOOT = "<footer>© Avisen</footer></body></html>"


def page(*parts: str) -> Extracted:
    return read_page("".join((HEAD, *parts, FOOT)).encode())


def said(found: Extracted) -> list[tuple[str, str | None, int, str]]:
    """What is kept of a page, and what stands with a comment."""
    return [
        (part.kind, part.name, part.number, found.text[part.start : part.end])
        for part in found.parts
        if part.kind != "furniture" or part.reason in ("date of a comment", "pingback or trackback")
    ]


def test_the_article_has_the_structure_of_its_markup() -> None:
    """Title, headings, items and quotations are what the page marks as such; scripts are no text."""
    found = page(ARTICLE)
    assert [(kind, text[:22]) for kind, _, _, text in said(found)] == [
        ("title", "Små byer vokser"),
        ("paragraph", "Dette er den første se"),
        ("heading", "Hvorfor de vokser"),
        ("paragraph", "Det er mange grunner, "),
        ("list_item", "Billige boliger for un"),
        ("list_item", "Korte avstander til al"),
        ("quotation", "Vi flyttet hit for roe"),
    ]
    for unwanted in ("SCRIPT", "WRITTEN", "color", "evil"):
        assert unwanted not in found.text


def test_comments_stand_apart_with_their_writers() -> None:
    """A nested reply is a comment of its own; one without a name has none; controls are left out."""
    comments = [entry for entry in said(page(ARTICLE, WORDPRESS)) if entry[2]]
    assert comments == [
        ("byline", "Anna Berg", 1, "Anna Berg"),
        ("furniture", None, 1, "4. mars 2019 kl. 12:00"),
        ("comment", "Anna Berg", 1, "Helt enig i dette, og jeg bor selv i en liten by."),
        ("comment", "Anna Berg", 1, "Mer her."),
        ("comment", None, 2, "Et svar uten navn."),
    ]


def test_comments_by_schema_org_are_found() -> None:
    """Item properties do what class names do."""
    assert [entry for entry in said(page(ARTICLE, SCHEMA)) if entry[2]] == [
        ("byline", "Bo Lie", 1, "Bo Lie"),
        ("furniture", None, 1, "2019-03-05"),
        ("comment", "Bo Lie", 1, "Jeg er uenig."),
    ]


def test_a_pingback_is_furniture() -> None:
    """It is kept in the text, and nobody said it."""
    ping = '<ol><li class="pingback"><div class="comment-body">Pingback: <a>Et annet sted</a></div></li></ol>'
    found = page(ARTICLE, ping)
    assert said(found)[-1] == ("furniture", None, 0, "Pingback: Et annet sted")


def test_the_page_states_facts() -> None:
    """Author, date, publication and address come from the page's own head."""
    found = {fact.name: (fact.value, fact.origin) for fact in page(ARTICLE).facts}
    assert found == {
        "title": ("Små byer vokser", "HTML meta"),
        "author": ("Kari Nordmann", "HTML meta"),
        "published": ("2019-03-04", "HTML meta"),
        "publication": ("Avisen", "HTML meta"),
        "url": ("https://avisen.example/a", "HTML meta"),
    }


def test_the_declared_encoding_counts() -> None:
    """A page in Latin-1 is read as it says, and the encoding is told."""
    data = f'<html><head><meta charset="iso-8859-1"></head>{ARTICLE}{FOOT}'.encode("latin-1")
    found = read_page(data)
    assert "Små byer vokser" in found.text
    assert [fact.value for fact in found.facts if fact.name == "encoding"] == ["windows-1252"]


@pytest.mark.parametrize("data", [b"<html></html>", b"<script>alert('x')</script>", b"<html><body><img></body></html>"])
def test_a_page_without_text_is_refused(data: bytes) -> None:
    """A page that a script fills holds nothing to quote."""
    with pytest.raises(UnreadableDocument, match="expected a"):
        read_page(data)


def test_deep_nesting_is_an_outcome() -> None:
    """Ten thousand elements inside one another end as a text or as a reason, not as a crash."""
    data = ("<html><body>" + "<div>" * 10_000 + "<p>Nederst.</p>").encode()
    with contextlib.suppress(UnreadableDocument):
        assert "Nederst" in extract(Path("deep.html"), data).text
