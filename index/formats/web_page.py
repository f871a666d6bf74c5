"""Saved web pages: the main text by trafilatura, the comments apart from it, what the page states about itself."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

from index.encodings import decode
from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.formats.typesetting import UNSEEN
from index.formats.web_blocks import blocks
from index.formats.web_comments import WebComment, find_comments
from index.formats.web_furniture import find_furniture, marked_lead, marked_title, open_boxes
from index.formats.web_layout import Kept, lay_out
from index.formats.web_shown import Place, shown
from index.records import Fact, FactName, SegmentKind

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 4096  # bytes; browsers look at 1,024, saved pages have longer heads
_LEAST_ARTICLE = 200
"""Letters in paragraphs; a forum may call a line of its own an article."""
_LEAST_SENTENCE = 8
"""Words; a heading is shorter, or ends without a full stop."""
_ANCHORS = frozenset("¶#§🔗↑")
"""The signs of links to a heading beside it, or back to where something is from."""
_LEAD = re.compile(
    r"(?:lagt inn av|lagt ut av|oprettet af|publisert av|publicerad av|posted by|written by|skrevet af|skrevet av|"
    r"skriven av|av|af|by)\s+",
    re.IGNORECASE,
)
_NO_TEXT = "expected a page with text, found one without (pages made by scripts hold none)"
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


def read_page(data: bytes, *, declared: str | None = None) -> Extracted:
    """Return everything that a page shows: its title, main text and comments, and the rest of it as furniture.

    All in the order of the page. Scripts, styles, hidden elements and what is filled into forms are not shown.

    Args:
        data: the file's bytes.
        declared: the encoding as it is known from elsewhere, else the one that the page names.

    Raises:
        UnreadableDocument: no page, or one without text.
    """
    if declared is None and (found := _CHARSET.search(data, 0, _DECLARED_WITHIN)):
        declared = found.group(1).decode("ascii", "ignore")
    text, encoding = decode(data, declared=declared)
    tree = parse_page(text)
    _strip(tree)
    head = _head(tree)
    body = tree.find("body")
    if body is None:
        raise UnreadableDocument(_NO_TEXT)
    # lxml gives an element another identity once nobody holds it.
    held = list(tree.iter())
    comments = find_comments(tree)
    furniture = find_furniture(body, [element for element, _ in comments])
    places = {id(element): Place(comment=position) for position, (element, _) in enumerate(comments)}
    places |= {id(element): Place(mark=mark) for element, mark in furniture}
    whole = shown(body, places)
    for element in (*(element for element, _ in comments), *(element for element, _ in furniture)):
        if element.getparent() is not None:
            element.drop_tree()
    del held
    said = [comment for _, comment in comments]
    is_thread = any(comment.is_post for comment in said if comment.blocks) and not _has_article(tree)
    page = _Article(tree, with_comments=not any(comment.blocks for comment in said), is_thread=is_thread)
    kept = [*page.kept(), *_kept_of_comments(said)]
    if not kept:
        raise UnreadableDocument(_NO_TEXT)
    facts = [_fact(name, value, head, text) for name, value in page.facts()]
    if encoding != "utf-8":
        facts.append(Fact("encoding", encoding, "bytes"))
    return lay_out(kept, whole).extracted(facts)


def parse_page(text: str) -> Any:
    """Return the elements of a page (lxml).

    Raises:
        UnreadableDocument: no HTML at all.
    """
    # Imported here: lxml and trafilatura are needed for pages only.
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise UnreadableDocument(f"expected an HTML page, found: {str(error)[:200] or 'nothing'}") from None


def _fact(name: FactName, value: str, head: str, page: str) -> Fact:
    """A fact in the page's own spelling (trafilatura writes names with capitals), and where the page says it."""
    if name == "author":
        value = _LEAD.sub("", value).strip(" »|·:")
        found = re.search(rf"(?<!\w){re.escape(value)}(?!\w)", page, re.IGNORECASE) if value else None
        value = " ".join(found.group().split()) if found else _names_only(value, page)
    return Fact(name, value, "HTML meta" if value in head else "page text")


def _names_only(authors: str, page: str) -> str:
    """Authors as trafilatura joins them, up to what the page writes in lower case: a trade or a town after a name."""
    names: list[str] = []
    for name in authors.split("; "):
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", page, re.IGNORECASE)
        if names and found and found.group()[0].islower():
            break
        names.append(found.group() if found else name)
    return "; ".join(names)


def _strip(tree: Any) -> None:
    """Take out what a browser with scripts does not show; the scripts stay, because facts stand in some."""
    from lxml import etree

    etree.strip_elements(tree, "noscript", "template", "iframe", with_tail=False)
    for element in tree.iter():
        element.text = element.text and element.text.translate(UNSEEN)
        element.tail = element.tail and element.tail.translate(UNSEEN)
    for element in [found for found in tree.iter("a") if found.text_content().strip() in _ANCHORS]:
        element.drop_tree()


def _has_article(tree: Any) -> bool:
    """Whether a page whose posts have been taken out still has a text that it calls an article."""
    articles = (element for element in tree.iter("article", "main", "section", "div") if _is_article(element))
    return any(sum(len(part.text_content()) for part in article.iter("p")) >= _LEAST_ARTICLE for article in articles)


def _is_article(element: Any) -> bool:
    return bool(element.tag == "article" or element.get("itemprop") == "articleBody")


def _head(tree: Any) -> str:
    """Return everything that a page states about itself: meta tags, its title, links, and data for search engines."""
    said = [str(value) for element in tree.iter("meta", "link", "time") for value in element.attrib.values()]
    said += [element.text or "" for element in tree.iter("title")]
    said += [element.text or "" for element in tree.iter("script") if element.get("type") == "application/ld+json"]
    return "\n".join(" ".join(value.split()) for value in said)


class _Article:
    """What trafilatura takes for the page's main text; the whole body's text where it finds none."""

    def __init__(self, tree: Any, *, with_comments: bool, is_thread: bool) -> None:
        from trafilatura import bare_extraction

        self._title, self._lead = marked_title(tree), marked_lead(tree)
        open_boxes(tree)
        logging.getLogger("trafilatura").setLevel(logging.ERROR)  # That a page has no text is said in our own words.
        whole = list(blocks(tree.find("body"))) if tree.find("body") is not None else []
        # The search through all of a page's text for a date takes any number that looks like one.
        found = bare_extraction(
            tree,
            with_metadata=True,
            include_comments=with_comments,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
        self._found: Any = None if isinstance(found, dict) else found
        self._blocks = (
            list(blocks(self._found.body)) if self._found is not None and self._found.body is not None else whole
        )
        if is_thread:  # Every text in it is somebody's post.
            self._blocks = [("title", title) for name, title in self.facts() if name == "title"]
        loose = self._found.commentsbody if self._found is not None and with_comments else None
        self._loose = [block for block in blocks(loose) if block[0] != "heading"] if loose is not None else []

    def facts(self) -> list[tuple[FactName, str]]:
        """Return what the page states about itself."""
        if self._found is None:
            return []
        stated: tuple[tuple[FactName, str], ...] = (
            ("title", "title"), ("author", "author"), ("published", "date"), ("publication", "sitename"), ("url", "url")
        )  # fmt: skip
        said = {key: getattr(self._found, key) for _, key in stated}
        said["title"] = self._title or self._without_site(said["title"])
        values = [(name, " ".join((said[key] or "").split())[:500]) for name, key in stated]
        return [(name, value) for name, value in values if value and (name != "published" or _DATE.match(value))]

    def _without_site(self, title: str | None) -> str | None:
        """The heading of a page whose title is that and the name of a site: "Backups | Ledgerbox"."""
        headings = (text for kind, text in self._blocks[:3] if kind == "heading")
        return next((one for one in headings if title and re.match(rf"{re.escape(one)}\s+[|·–-]\s", title)), title)

    def kept(self) -> list[Kept]:
        """Return the title and the article, then comments that the page does not tell apart: each without a writer."""
        title = next((value for name, value in self.facts() if name == "title"), None)
        found: list[Kept] = []
        if title and self._blocks and not any(_same(text, title) for _, text in self._blocks[:3]):
            found.append(Kept("title", title))
        for kind, text in self._blocks:
            is_title = title is not None and not found and _same(text, title)
            sentence = kind == "heading" and not is_title and _is_sentence(text)
            found.append(Kept("title" if is_title else "paragraph" if sentence else kind, text))
        if self._lead and found and not any(self._lead in " ".join(one.text.split()) for one in found):
            found.insert(1 if found[0].kind == "title" else 0, Kept("paragraph", self._lead))
        for number, (kind, text) in enumerate(self._loose, 1):
            found.append(Kept("comment" if kind == "paragraph" else kind, text, number=number))
        return found


def _is_sentence(text: str) -> bool:
    """Whether what a page marks as a heading is the lead of its text."""
    return text.endswith(".") and len(text.split()) >= _LEAST_SENTENCE


def _same(text: str, title: str) -> bool:
    return " ".join(text.casefold().split()) == " ".join(title.casefold().split())


def _kept_of_comments(comments: list[WebComment]) -> Iterator[Kept]:
    number = 0
    for position, comment in enumerate(comments):
        if comment.pingback:
            for _, text in comment.blocks:
                yield Kept("furniture", text, comment=position, reason="pingback or trackback")
            continue
        if not comment.blocks:
            continue
        number += 1
        if comment.name:
            yield Kept("byline", comment.name, position, comment.name, number)
        if comment.date:
            yield Kept("furniture", comment.date, position, None, number, "date of a comment")
        for kind, text in comment.blocks:
            said: SegmentKind = "comment" if kind in ("paragraph", "heading") else kind
            yield Kept(said, text, position, comment.name, number)
