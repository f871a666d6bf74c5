"""Everything that a browser shows of a page, in its order, and where on the page it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.formats.web_blocks import BLOCKS, BREAKS, fold, joined, kind_of
from index.records import SegmentKind

_BLOCKS = BLOCKS | {"nav", "button", "label", "legend", "menu", "dialog", "caption", "optgroup", "hgroup", "search"}
_NEVER_SHOWN = frozenset(
    {"script", "style", "noscript", "template", "title", "meta", "link", "svg", "math", "canvas", "iframe", "object"}
    | {"embed", "audio", "video", "map", "datalist", "select", "option", "input", "textarea", "noframes", "frameset"}
)
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
    """A block of text that a browser shows on lines of its own; a `hidden` one only once somebody clicks."""

    text: str
    place: Place
    hidden: bool
    kind: SegmentKind = "paragraph"


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

    def go(self, element: Any, place: Place, kind: SegmentKind, *, hidden: bool) -> None:
        tag = element.tag.lower() if isinstance(element.tag, str) else None
        if tag is None or tag in _NEVER_SHOWN:
            return
        own = self.places.get(id(element), place)
        own_kind = kind_of(tag, kind)
        unseen = hidden or _is_hidden(element, tag)
        block = tag in _BLOCKS or own is not place or unseen is not hidden
        if block:
            self.flush(place, kind, hidden=hidden)
        elif tag in BREAKS:
            self.pieces.append("\n")
        if element.text:
            self.pieces.append(fold(element.text))
        for child in element:
            self.go(child, own, own_kind, hidden=unseen)
            # Elements in a row with nothing between ("<a>Home</a><a>News</a>") stand apart by their style.
            self.pieces.append(fold(child.tail) if child.tail else " ")
        if block:
            self.flush(own, own_kind, hidden=unseen)

    def flush(self, place: Place, kind: SegmentKind, *, hidden: bool) -> None:
        if self.pieces:
            text = joined(self.pieces)
            self.pieces.clear()
            if text:
                self.found.append(Shown(text, place, hidden, kind))


def _is_hidden(element: Any, tag: str) -> bool:
    if not element.attrib:
        return tag == "dialog"
    if element.get("hidden") is not None or (tag == "dialog" and element.get("open") is None):
        return True
    style = element.get("style")
    return bool(style and _HIDING.search(style))
