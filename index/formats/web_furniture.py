"""Finds what a web page marks as something else than its text; data/page_marks.toml says how pages say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from index.formats.web_blocks import BLOCKS
from index.formats.web_boxes import find_boxes
from index.phrases import DATA, read_names

_MOST = 0.5
"""Of a page's letters: what holds more of them is the page, whatever it is called."""


_BEFORE = 3
"""Elements before a box among which a paragraph has to be."""
_PARAGRAPH_WORDS = 12
_MOST_LINKED = 0.3
"""Of a box's letters."""


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
    boxes = {id(element): name for element, name in find_boxes(body, without)}

    def look(element: Any) -> None:
        for child in element:
            if not isinstance(child.tag, str) or id(child) in others:
                continue
            mark = None if _is_text_box(child, marks) else _mark(child, marks) or boxes.get(id(child))
            # A heading or the article itself may be called anything.
            if mark and child.tag not in ("h1", "h2", "article", "main") and _letters(child, taken) < most:
                found.append((child, mark))
            else:
                look(child)

    look(body)
    return found


def _is_text_box(element: Any, marks: Mapping[str, frozenset[str]]) -> bool:
    """Whether an element whose name may also mean the page's margin is a box of text that follows a paragraph."""
    classes = set((element.get("class") or "").lower().split())
    if element.tag in ("aside", "nav", "header", "footer") or not classes & marks["asides"]:
        return False
    letters, linked = len(element.text_content()), sum(len(link.text_content()) for link in element.iter("a"))
    before = zip(element.itersiblings(preceding=True), range(_BEFORE), strict=False)
    return linked <= _MOST_LINKED * letters and any(_is_paragraph(other) for other, _ in before)


def _is_paragraph(element: Any) -> bool:
    if element.tag not in ("p", "div") or any(inner.tag in BLOCKS for inner in element):
        return False
    text = element.text_content().strip()
    return text.endswith((".", ":", "!", "?")) and len(text.split()) >= _PARAGRAPH_WORDS


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
    """Have boxes with facts, and boxes between paragraphs, count as text: they are often marked as standing aside."""
    marks = _marks()
    for element in list(tree.iter("aside", "section", "figure")):
        if set((element.get("class") or "").lower().split()) & marks["boxes"]:
            element.tag = "div"
    for element in list(tree.iter("div", "section")):
        if _is_text_box(element, marks):
            element.attrib.pop("class")


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
