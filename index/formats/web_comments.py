"""The comments of a saved web page, by how pages mark them up; each with its writer, or without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from index.formats.web_blocks import blocks
from index.phrases import DATA, read_names
from index.records import SegmentKind


@dataclass(frozen=True, slots=True)
class WebComment:
    """A comment: its writer's name as written (None where there is none), its date as written, and its blocks."""

    name: str | None
    date: str | None
    blocks: tuple[tuple[SegmentKind, str], ...]
    pingback: bool


@cache
def _marks() -> dict[str, frozenset[str]]:
    return {what: frozenset(names) for what, names in read_names(DATA / "comment_marks.toml").items()}


def take_comments(tree: Any) -> list[WebComment]:
    """Return the comments of a page in its order, nested replies included, and cut them out of its tree."""
    elements = [element for element in tree.iter() if isinstance(element.tag, str) and _is_comment(element)]
    own = {id(element) for element in elements}
    found = [comment for comment in (_comment(element, own) for element in elements) if comment.blocks]
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()
    return found


def _classes(element: Any) -> frozenset[str]:
    return frozenset((element.get("class") or "").lower().split())


def _is_comment(element: Any) -> bool:
    if element.tag in ("a", "span", "body", "html", "form", "button"):
        return False
    itemtype = (element.get("itemtype") or "").rstrip("/")
    if itemtype.endswith(("schema.org/Comment", "schema.org/UserComments")):
        return True
    marks = _marks()
    if not _classes(element) & marks["comment"]:
        return False
    # A section of comments may be called "comment" too: a comment has a text or a writer that is marked.
    wanted = marks["body"] | marks["body_or_whole"] | marks["author"]
    return any(_classes(inner) & wanted or inner.get("itemprop") in ("text", "author") for inner in element.iter())


def _comment(element: Any, comments: set[int]) -> WebComment:
    marks = _marks()
    inner = list(_inside(element, comments))
    bodies = _marked(inner, marks["body"], ("text", "commentText"))
    authors = _outermost(_marked(inner, marks["author"], ("author", "creator")))
    names = _marked(list(_inside_all(authors)), frozenset({"fn"}), ("name",)) or authors
    dates = _marked(inner, marks["date"], ("dateCreated", "datePublished", "commentTime"))
    dates += [other for other in inner if other.tag == "time"]
    nested = [other for other in element.iter() if other is not element and id(other) in comments]
    controls = [other for other in inner if _classes(other) & marks["controls"]]
    body = bodies or _marked(inner, marks["body_or_whole"], ()) or [element]
    left_out = [*nested, *controls, *(() if bodies else (*authors, *dates))]
    said = [block for part in _outermost(body) for block in blocks(part, without=left_out)]
    return WebComment(
        name=_line(names[0], controls) if names else None,
        date=_line(dates[0], [*controls, *authors]) if dates else None,
        blocks=tuple(said),
        pingback=bool(_classes(element) & marks["pingback"]),
    )


def _inside(element: Any, comments: set[int]) -> Iterator[Any]:
    """Return what an element holds, without the comments that are nested in it."""
    for child in element:
        if isinstance(child.tag, str) and id(child) not in comments:
            yield child
            yield from _inside(child, comments)


def _inside_all(elements: list[Any]) -> Iterator[Any]:
    for element in elements:
        yield from (inner for inner in element.iter() if isinstance(inner.tag, str))


def _marked(elements: list[Any], classes: frozenset[str], properties: tuple[str, ...]) -> list[Any]:
    return [other for other in elements if _classes(other) & classes or other.get("itemprop") in properties]


def _outermost(elements: list[Any]) -> list[Any]:
    ids = {id(element) for element in elements}
    return [element for element in elements if not any(id(above) in ids for above in element.iterancestors())]


def _line(element: Any, without: list[Any]) -> str | None:
    """Return an element's text on one line, or None where it holds none."""
    text = " ".join(text for _, text in blocks(element, without=[other for other in without if other is not element]))
    return " ".join(text.split()) or None
