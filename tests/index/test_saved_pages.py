"""Saved web pages of many kinds, marked by hand: what is kept of their text, and what of their furniture.

In the files under tests/index/saved a sentence of the page's text (article, comments, posts) begins with "+", a piece
of furniture with "-"; titles, headings, names and what may be either have no mark. The marks are taken out before the
page is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from index.formats.read import FORMATS
from index.prepare import Prepared, prepare
from tests.index.making_documents import detector

PAGES = sorted((Path(__file__).parent / "saved").glob("*.html"))
_NODE = re.compile(r">([^<]+)(?=<)")
_MARK = re.compile(r"(?<!\S)([+-])(?=[^\s-])")


@dataclass(frozen=True)
class Read:
    """A page as it is searched: what is marked in it and was kept or lost, and the letters of either kind."""

    prepared: Prepared
    lost: tuple[str, ...]
    sentences: int
    kept_furniture: tuple[str, ...]
    quotable: str


def folded(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def unmarked(path: Path) -> str:
    """A page as it would be saved."""
    return _NODE.sub(lambda node: ">" + _MARK.sub("", node.group(1)), path.read_text("utf-8"))


@cache
def read(path: Path) -> Read:
    marked = path.read_text("utf-8")
    text: list[str] = []
    furniture: list[str] = []
    for node in _NODE.findall(marked):
        pieces = _MARK.split(node)
        for mark, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            (text if mark == "+" else furniture).append(folded(piece))
    extracted = FORMATS[".html"](unmarked(path).encode())
    result = prepare(path, extracted.text, "0", None, detector().detect, facts=extracted.facts, parts=extracted.parts)
    quotable = folded(" ".join(passage.text for passage in result.passages))
    lost = tuple(sentence for sentence in text if sentence not in quotable)
    rest = quotable
    for sentence in sorted(text, key=len, reverse=True):
        rest = rest.replace(sentence, "|")
    kept = tuple(piece for piece in furniture if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", rest))
    return Read(result, lost, len(text), kept, quotable)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_saved_page_keeps_its_text(path: Path) -> None:
    """No sentence of an article, a post or a comment is lost, and the page's language is told."""
    page = read(path)
    assert page.lost == ()
    assert page.prepared.document.language == path.name[:2]


def test_furniture_of_saved_pages_is_at_most_two_per_cent() -> None:
    """Over all pages together at least 98 % of the sentences are kept, and at most 2 % of what is kept is furniture."""
    pages = [read(path) for path in PAGES]
    kept = 1 - sum(len(page.lost) for page in pages) / sum(page.sentences for page in pages)
    furniture = sum(len(piece) for page in pages for piece in page.kept_furniture)
    assert kept >= 0.98
    assert furniture <= 0.02 * sum(len(page.quotable) for page in pages), [page.kept_furniture for page in pages]


@pytest.mark.parametrize(
    ("name", "voices"),
    [
        ("da_phpbb", ["Hanne", "Jens B", "Hanne"]),
        ("en_xenforo", ["Marge", "Otto K."]),
        ("sv_vbulletin", ["Bosse", "Stina"]),
        ("en_discourse_topic", ["tern", "gull"]),
        ("sv_wordpress_blog", ["Göran", "Malin Ek"]),
        ("nn_blogger", ["Leif", "Anonym"]),
        ("da_drupal_news", ["Svend"]),
        ("en_substack", ["Theo", "Ines"]),
        ("nb_news", []),
        ("da_debate_disqus", ["Bent Juul", "Sanne", "Gæst"]),
        ("en_medium_blog", ["Tomas Reed", "Ada Quill"]),
        ("sv_phpbb_quotes", ["Lindkvist", "Murarn", "Anna-Karin", "Lindkvist"]),
        ("sv_discourse_app", ["frost", "navet", "Ragnhild S"]),
        ("da_wp_twentyeleven", ["Birgit", "Karen", "Birgit", "Poul Erik"]),
        ("nb_typepad_blog", ["Mona", "Trygve", "Håkon Lie"]),
        ("da_wp_blocks", ["Leif K", "Jytte"]),
        ("nb_invision_thread", ["Grete", "Elektro-Knut"]),
        ("da_unknown_blog", ["Mogens", "gitte_v", "Pia fra Vejle"]),
        ("nb_unknown_forum", ["Turid Lien", "skogstroll", "Odd Arne Moe"]),
    ],
)
def test_posts_and_comments_have_their_writers(name: str, voices: list[str]) -> None:
    """Each has the name that the page gives, as the page writes it, and nobody is made up."""
    page = read(Path(__file__).parent / "saved" / f"{name}.html")
    found: dict[int, str | None] = {}
    for passage in page.prepared.segments:
        if passage.number and passage.kind == "comment":
            found.setdefault(passage.number, passage.speaker.name if passage.speaker else None)
    assert list(found.values()) == voices


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("en_discourse_topic", "wren"),
        ("en_substack", "Rosa Finch"),
        ("da_phpbb", None),
        ("da_faq", None),
        ("da_debate_disqus", "Rikke Holm"),
        ("nn_labrador_news", "Ingunn Aarseth"),
        ("nn_tagdiv_news", "Sigrid Haug"),
        ("da_wp_twentyeleven", "Karen"),
        ("sv_phpbb_quotes", None),
        ("en_docusaurus", None),
    ],
)
def test_the_author_of_a_page_is_whom_it_names(name: str, author: str | None) -> None:
    """In the page's own spelling; a thread of posts has none, and neither has a page that names nobody."""
    assert read(Path(__file__).parent / "saved" / f"{name}.html").prepared.document.author == author


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("nb_typepad_blog", "Nattoget er tilbake"),
        ("en_docusaurus", "Backups"),
        ("nn_blogger", "Vinteren på setra"),
        ("da_wp_twentyeleven", "Hvorfor jeg droppede kalenderen"),
        ("sv_phpbb_quotes", "Fukt i källaren"),
    ],
)
def test_the_title_of_a_page_is_that_of_its_text(name: str, title: str) -> None:
    """Not the name of the site, alone or beside it."""
    assert read(Path(__file__).parent / "saved" / f"{name}.html").prepared.document.title == title
