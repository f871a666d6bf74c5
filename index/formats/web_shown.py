"""Everything that a browser shows of a page, in its order, and where on the page it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.formats.web_blocks import BLOCKS, BREAKS, fold, is_block, joined, kind_of
from index.records import SegmentKind

_BLOCKS = BLOCKS | {"nav", "button", "label", "legend", "menu", "dialog", "caption", "optgroup", "hgroup", "search"}
_NEVER_SHOWN = frozenset(
    {"script", "style", "noscript", "template", "title", "meta", "link", "svg", "math", "canvas", "iframe", "object"}
    | {"embed", "audio", "video", "map", "datalist", "select", "option", "input", "textarea", "noframes", "frameset"}
)
_NO_COLUMNS = frozenset(
    {"p", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "table", "tbody", "tr", "td", "th", "pre", "code"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)
_LINKS = frozenset({"a", "button", "label", "summary"})
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: in a comment of the page (its position among them), or in what the page marks as furniture.

    `mark` is the class, id or role that says so. Neither where it may be the main text.
    """

    comment: int | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A block of text that a browser shows on lines of its own; a `hidden` one only once somebody clicks.

    `column` tells which blocks stand in the same element of the page, of those that hold paragraphs or the like;
    `linked` how much of the text's letters are links and buttons, from 0 to 1.
    """

    text: str
    place: Place
    hidden: bool
    kind: SegmentKind = "paragraph"
    column: int = 0
    linked: float = 0.0


def shown(body: Any, places: Mapping[int, Place]) -> list[Shown]:
    """Return every text of a page in order, buttons and menus included; scripts and fields to fill in have none.

    Args:
        body: an element of lxml.
        places: by the `id` of an element, where it and what it holds stand.
    """
    walk = _Walk(places)
    walk.go(body, Place(), "paragraph", hidden=False)
    walk.flush(Place(), "paragraph", hidden=False)
    return walk.found


class _Walk:
    def __init__(self, places: Mapping[int, Place]) -> None:
        self.places = places
        self.found: list[Shown] = []
        self.pieces: list[str] = []
        self.columns = [0]
        self.next_column = 1
        self.in_link = 0
        self.linked = 0

    def go(self, element: Any, place: Place, kind: SegmentKind, *, hidden: bool) -> None:
        tag = element.tag.lower() if isinstance(element.tag, str) else None
        if tag is None or tag in _NEVER_SHOWN:
            return
        own = self.places.get(id(element), place)
        own_kind = kind_of(tag, kind)
        unseen = hidden or is_hidden(element)
        block = tag in _BLOCKS or is_block(element, tag) or own is not place or unseen is not hidden
        if block:
            self.flush(place, kind, hidden=hidden)
        elif tag in BREAKS:
            self.pieces.append("\n")
        column = block and tag not in _NO_COLUMNS and _holds_blocks(element)
        if column:
            self.columns.append(self.next_column)
            self.next_column += 1
        self.in_link += tag in _LINKS
        if element.text:
            self._say(element.text)
        for child in element:
            self.go(child, own, own_kind, hidden=unseen)
            # Elements in a row with nothing between ("<a>Home</a><a>News</a>") stand apart by their style.
            self._say(child.tail or " ")
        self.in_link -= tag in _LINKS
        if block:
            self.flush(own, own_kind, hidden=unseen)
        if column:
            self.columns.pop()

    def _say(self, text: str) -> None:
        folded = fold(text)
        self.pieces.append(folded)
        if self.in_link:
            self.linked += len(folded)

    def flush(self, place: Place, kind: SegmentKind, *, hidden: bool) -> None:
        if self.pieces:
            text, linked = joined(self.pieces), self.linked
            self.pieces.clear()
            self.linked = 0
            if text:
                share = min(1.0, linked / len(text))
                self.found.append(Shown(text, place, hidden, kind, self.columns[-1], share))


def _holds_blocks(element: Any) -> bool:
    return any(isinstance(child.tag, str) and is_block(child, child.tag) for child in element)


def is_hidden(element: Any) -> bool:
    """Whether an element says that a browser does not show it."""
    if not element.attrib:
        return bool(element.tag == "dialog")
    if element.get("hidden") is not None or (element.tag == "dialog" and element.get("open") is None):
        return True
    style = element.get("style")
    return bool(style and _HIDING.search(style))
