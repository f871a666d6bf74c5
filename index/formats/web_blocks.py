"""The blocks of text in a piece of HTML: what starts on a line of its own in a browser."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from index.records import SegmentKind

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "head"})
_ITEMS = frozenset({"li", "item", "dd"})
_QUOTES = frozenset({"blockquote", "quote"})
_OWN = _QUOTES | _ITEMS
BLOCKS = (
    _HEADINGS
    | _ITEMS
    | _QUOTES
    | {"p", "div", "pre", "dt", "ul", "ol", "dl", "list", "table", "tr", "row", "td", "th", "cell", "hr"}
    | {"body", "html", "article", "section", "header", "footer", "main", "aside", "figure", "figcaption", "center"}
    | {"form", "fieldset", "address", "details", "summary"}
)
UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "title", "meta", "link", "svg", "math", "canvas", "iframe", "object"}
    | {"embed", "select", "option", "button", "input", "textarea", "graphic", "nav"}
)
BREAKS = frozenset({"br", "lb"})


def blocks(element: Any, *, without: Collection[Any] = ()) -> Iterator[tuple[SegmentKind, str]]:
    """Return the kind and the text of every block inside an element, in order.

    Runs of blanks are one blank, as browsers show them; a line break stays. Scripts, styles and form controls have no
    text.

    Args:
        element: of lxml, from HTML or from trafilatura's own tags (head, item, quote, cell, lb).
        without: elements that are left out with all that they hold.
    """
    walk = _Walk(frozenset(map(id, without)))
    # Who writes a post into a quotation's element has not been quoted, and a comment that is an item is no list.
    walk.go(element, "paragraph", outermost=True)
    walk.flush("paragraph")
    return iter(walk.found)


def is_block(element: Any, tag: str) -> bool:
    """Whether an element stands on lines of its own; trafilatura calls `code` what is a word and what is a listing."""
    return tag in BLOCKS or (tag == "code" and "\n" in "".join(element.itertext()).strip())


class _Walk:
    def __init__(self, without: frozenset[int]) -> None:
        self.without = without
        self.found: list[tuple[SegmentKind, str]] = []
        self.pieces: list[str] = []

    def go(self, element: Any, kind: SegmentKind, *, outermost: bool = False) -> None:
        tag = element.tag.lower() if isinstance(element.tag, str) else None
        if tag is not None and tag not in UNSEEN and id(element) not in self.without:
            block = is_block(element, tag)
            own = kind if outermost and tag in _OWN else kind_of(tag, kind)
            if block:
                self.flush(kind)
            elif tag in BREAKS:
                self.pieces.append("\n")
            self._say(element.text)
            for child in element:
                self.go(child, own)
                self._say(child.tail)
            if block:
                self.flush(own)

    def _say(self, text: str | None) -> None:
        if text:
            self.pieces.append(fold(text))

    def flush(self, kind: SegmentKind) -> None:
        text = joined(self.pieces)
        self.pieces.clear()
        if text:
            self.found.append((kind, text))


def fold(text: str) -> str:
    """Return a text with the blanks that HTML folds as one each; a no-break space is a character of the text."""
    folded = " ".join(part for part in text.replace("\t", " ").replace("\r", " ").replace("\n", " ").split(" ") if part)
    lead = " " if text[0] in " \t\r\n" else ""
    trail = " " if folded and text[-1] in " \t\r\n" else ""
    return lead + folded + trail


def joined(pieces: Sequence[str]) -> str:
    """Return folded pieces as the lines that they are together; only line breaks are newlines in them."""
    lines = "".join(pieces).split("\n")
    return "\n".join(" ".join(part for part in line.split(" ") if part) for line in lines).strip()


def kind_of(tag: str, kind: SegmentKind) -> SegmentKind:
    """Return what the text of an element is, inside of one that is of a kind itself."""
    if tag in _HEADINGS:
        return "heading"
    if tag in _QUOTES:
        return "quotation"
    if tag in _ITEMS:
        return "list_item"
    return kind
