"""Takes out of a web page what its markup says is not its text; data/page_marks.toml says how pages say so."""

from __future__ import annotations

from functools import cache
from typing import Any

from index.phrases import DATA, read_names

_MOST = 0.5
"""Of a page's letters: what holds more of them is the page, whatever it is called."""


def strip_furniture(tree: Any) -> None:
    """Cut navigation, share buttons, teasers and their like out of a page's tree."""
    body = tree.find("body")
    if body is None:
        return
    marks = _marks()
    most = _MOST * len(body.text_content())
    for element in list(body.iter()):
        if element.getparent() is None or not isinstance(element.tag, str) or element is body:
            continue
        names = set((element.get("class") or "").lower().split()) | {(element.get("id") or "").lower()}
        marked = names & marks["names"] or (element.get("role") or "").lower() in marks["roles"]
        # A heading or the article itself may be called anything.
        if marked and element.tag not in ("h1", "h2", "article", "main") and len(element.text_content()) < most:
            element.drop_tree()


def marked_title(tree: Any) -> str | None:
    """Return the text of the one element that is marked as a page's title, or None."""
    titles = _marks()["titles"]
    found = {
        " ".join(element.text_content().split())
        for element in tree.iter()
        if isinstance(element.tag, str) and set((element.get("class") or "").lower().split()) & titles
    }
    return found.pop() or None if len(found) == 1 else None


@cache
def _marks() -> dict[str, frozenset[str]]:
    return {what: frozenset(names) for what, names in read_names(DATA / "page_marks.toml").items()}
