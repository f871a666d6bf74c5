"""Finds what the elements of a web page show to be no text: forms with their invitations, menus, the page's foot."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

_MOST_WORDS = 45
"""Of a box: an invitation to subscribe, a search, a log-in; longer elements that hold a form are a page."""
_FIELDS = frozenset({"email", "text", "search", "password", "tel", ""})
_NO_BOXES = frozenset({"body", "main", "article", "html", "details", "dd", "td"})
_TEXTS = frozenset({"h1", "article", "main", "details"})
_SECTIONS = frozenset({"article", "section", "main", "li", "blockquote", "td"})


def find_boxes(body: Any, without: Collection[Any]) -> Iterator[tuple[Any, str]]:
    """Return the elements that are boxes, each with the name of the element that shows it, in the order of the page.

    Args:
        body: the page.
        without: elements that belong to somebody else; what holds one, or is in one, is no box.
    """
    boxes = _Boxes(body, without)
    for element in body.iter("nav", "footer", "form", "input"):
        if element.tag == "nav" and boxes.may_be(element):
            yield element, "nav"
        elif element.tag == "footer" and boxes.may_be(element):
            if not any(above.tag in _SECTIONS for above in element.iterancestors()):
                yield element, "footer"
        elif _is_form(element) and (box := boxes.around(element)) is not None:
            yield box, "form"


def _is_form(element: Any) -> bool:
    return element.tag == "form" or (element.tag == "input" and (element.get("type") or "").lower() in _FIELDS)


class _Boxes:
    """What is known of a page's elements: each is looked at once."""

    def __init__(self, body: Any, without: Collection[Any]) -> None:
        self._others = {id(above) for element in without for above in element.iterancestors()}
        self._others |= {id(inner) for element in without for inner in element.iter()}
        self._others |= {id(above) for text in body.iter(*_TEXTS) for above in (text, *text.iterancestors())}
        self._short: dict[int, bool] = {}

    def may_be(self, element: Any) -> bool:
        """Whether an element holds no title, no article and nothing that is somebody else's."""
        return element.tag not in _NO_BOXES and id(element) not in self._others

    def around(self, form: Any) -> Any | None:
        """Return the largest element around a form that says no more than an invitation; None where it says more."""
        box, element = None, form
        while element is not None and self.may_be(element) and self._is_short(element):
            box, element = element, element.getparent()
        return box

    def _is_short(self, element: Any) -> bool:
        if id(element) not in self._short:
            self._short[id(element)] = len(element.text_content().split()) <= _MOST_WORDS
        return self._short[id(element)]
