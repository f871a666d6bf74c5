"""Finds what a web page marks as something else than its text; data/page_marks.toml says how pages say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from index.formats.web_blocks import BLOCKS
from index.phrases import DATA, read_names

_MOST = 0.5
"""Of a page's letters: what holds more of them is the page, whatever it is called."""


def find_furniture(body: Any, without: Collection[Any]) -> list[tuple[Any, str]]:
    """Return the elements of a page that are navigation, share buttons, teasers and their like, each with its mark.

    Args:
        body: the page.
        without: elements that belong to somebody else, with all that they hold.
    """
    marks = _marks()
    taken = _letters_of(without)
    most = _MOST * (len(body.text_content()) - taken.get(id(body), 0))
    found: list[tuple[Any, str]] = []
    others = frozenset(map(id, without))

    def look(element: Any) -> None:
        for child in element:
            if not isinstance(child.tag, str) or id(child) in others:
                continue
            mark = _mark(child, marks)
            # A heading or the article itself may be called anything.
            if mark and child.tag not in ("h1", "h2", "article", "main") and _letters(child, taken) < most:
                found.append((child, mark))
            else:
                look(child)

    look(body)
    return found


def _mark(element: Any, marks: Mapping[str, frozenset[str]]) -> str | None:
    """Return the class, id or role that says that an element is furniture, or None."""
    if not element.attrib:
        return None
    names = [*(element.get("class") or "").lower().split(), (element.get("id") or "").lower()]
    role = (element.get("role") or "").lower()
    return next((name for name in names if name in marks["names"]), role if role in marks["roles"] else None)


def _letters_of(elements: Iterable[Any]) -> dict[int, int]:
    """Return how many letters of these elements every element around them holds, by its `id`."""
    held: dict[int, int] = {}
    ids = frozenset(map(id, elements))
    for element in elements:
        above = list(element.iterancestors())
        if not any(id(other) in ids for other in above):
            for other in above:
                held[id(other)] = held.get(id(other), 0) + len(element.text_content())
    return held


def _letters(element: Any, taken: Mapping[int, int]) -> int:
    return len(element.text_content()) - taken.get(id(element), 0)


def marked_title(tree: Any) -> str | None:
    """Return the text of the one element that is marked as a page's title, or None."""
    found = {" ".join(element.text_content().split()) for element in _lines(tree, _marks()["titles"])}
    return found.pop() or None if len(found) == 1 else None


def marked_lead(tree: Any) -> str | None:
    """Return the text of the one element that is marked as the lines between title and text, or None."""
    found = {" ".join(element.text_content().split()) for element in _lines(tree, _marks()["leads"])}
    return found.pop() or None if len(found) == 1 else None


def open_boxes(tree: Any) -> None:
    """Have boxes with facts count as text: they are often marked as standing aside."""
    names = _marks()["boxes"]
    for element in list(tree.iter("aside", "section", "figure")):
        if set((element.get("class") or "").lower().split()) & names:
            element.tag = "div"


def _lines(tree: Any, names: frozenset[str]) -> Iterator[Any]:
    """Return the elements of these classes that hold no blocks."""
    for element in tree.iter():
        if (
            isinstance(element.tag, str)
            and set((element.get("class") or "").lower().split()) & names
            and not any(isinstance(inner.tag, str) and inner.tag in BLOCKS for inner in element)
        ):
            yield element


@cache
def _marks() -> dict[str, frozenset[str]]:
    return {what: frozenset(names) for what, names in read_names(DATA / "page_marks.toml").items()}
