"""The comments of a saved web page, by how pages mark them up; each with its writer, or without one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from index.formats.web_blocks import blocks
from index.formats.web_repeats import find_repeated, text_of
from index.headers import header_of
from index.lines import units
from index.looks import look
from index.phrases import DATA, read_names
from index.records import SegmentKind

_PARAGRAPH = 80
"""Letters: what is shorter is a heading, a link or a button."""
_BESIDE_A_THREAD = 0.3
"""Of what is said in posts: so much may stand around them (rules, notes on cookies); more is an article."""
_NUMBER = re.compile(r"#?\d{1,4}[.:)]?")


@dataclass(frozen=True, slots=True)
class WebComment:
    """A comment: its writer's name as written (None where there is none), its date as written, and its blocks.

    One without blocks says nothing. `is_post` tells a post of a forum's thread, beside which there is no article.
    """

    name: str | None
    date: str | None
    blocks: tuple[tuple[SegmentKind, str], ...]
    pingback: bool
    is_post: bool = False


@cache
def _marks() -> dict[str, frozenset[str]]:
    return {what: frozenset(names) for what, names in read_names(DATA / "comment_marks.toml").items()}


def find_comments(tree: Any) -> list[tuple[Any, WebComment]]:
    """Return the comments of a page in its order, nested replies included, each with its element.

    The caller holds the page's elements: lxml gives an element another identity once nobody does.
    """
    marked = [element for element in tree.iter() if isinstance(element.tag, str) and _is_comment(element)]
    candidates = marked or _posts(tree)
    own = {id(element) for element in candidates}
    found = [(element, _comment(element, own)) for element in candidates if _says_something(element, own)]
    return found if any(comment.blocks for _, comment in found) else _unmarked(tree)


def _unmarked(tree: Any) -> list[tuple[Any, WebComment]]:
    """Return the comments of a page that has no mark for them, by how they are made."""
    body = tree.find("body")
    found = find_repeated(body) if body is not None else []
    elements = [one.element for one in found]
    ids = {id(element) for element in elements}
    said = [text_of(one, ids) for one in found]
    letters = sum(len(text) for own in said for _, text in own)
    beside = sum(len(text) for _, text in blocks(body, without=elements) if len(text) >= _PARAGRAPH) if found else 0
    is_thread = beside < _BESIDE_A_THREAD * letters
    return [
        (one.element, WebComment(one.name, one.date or None, tuple(own), pingback=False, is_post=is_thread))
        for one, own in zip(found, said, strict=True)
    ]


def _says_something(element: Any, comments: set[int]) -> bool:
    """Whether an element has a text or a writer of its own; a section of comments has only those of its comments."""
    marks = _marks()
    wanted = marks["body"] | marks["body_or_whole"] | marks["author"] | marks["post_body"]
    return any(
        _classes(inner) & wanted or inner.get("itemprop") in ("text", "author") for inner in _inside(element, comments)
    )


def _posts(tree: Any) -> list[Any]:
    """Return the posts of a thread, replies inside of others included; a single one, or one of a blog, is an article.

    Of several elements around one post that are all marked as posts, the outermost.
    """
    marks = _marks()
    bodies = [
        element
        for element in tree.iter()
        if isinstance(element.tag, str)
        and _classes(element) & marks["post"]
        and not _classes(element) & marks["not_post"]
        and _has(element.iter(), marks["post_body"])
    ]
    marked = [element for element in bodies if _has(element.iter(), marks["author"])]
    ids = {id(element) for element in marked}
    outermost = {id(element) for element in _outermost(marked)}

    def is_own(element: Any) -> bool:
        above = next((other for other in element.iterancestors() if id(other) in ids), None)
        if id(element) in outermost or above is None:
            return True
        around = list(_inside(above, ids))
        return _has(around, marks["post_body"]) and _has(around, marks["author"])

    found = [element for element in marked if is_own(element)]
    if len(found) < 2:
        return []
    # One beside them whose writer is not marked, or in another way, is a post as well.
    near = {id(other) for element in found for other in (*element.iter(), *element.iterancestors())}
    others = _outermost([element for element in bodies if id(element) not in near])
    posts = {id(element) for element in (*found, *others)}
    return [element for element in tree.iter() if id(element) in posts]


def _has(elements: Iterable[Any], classes: frozenset[str]) -> bool:
    return any(isinstance(other.tag, str) and _classes(other) & classes for other in elements)


def _classes(element: Any) -> frozenset[str]:
    return frozenset((element.get("class") or "").lower().split())


def _is_comment(element: Any) -> bool:
    if element.tag in ("a", "span", "body", "html", "form", "button"):
        return False
    itemtype = (element.get("itemtype") or "").rstrip("/")
    if itemtype.endswith(("schema.org/Comment", "schema.org/UserComments")):
        return True
    marks = _marks()
    return bool(_classes(element) & marks["comment"])


def _comment(element: Any, comments: set[int]) -> WebComment:
    marks = _marks()
    inner = list(_inside(element, comments))
    is_post = bool(_classes(element) & marks["post"]) and not _classes(element) & marks["comment"]
    bodies = _marked(inner, marks["post_body"] if is_post else marks["body"], ("text", "commentText"))
    authors = _outermost(_marked(inner, marks["author"], ("author", "creator")))
    names = _marked(list(_inside_all(authors)), frozenset({"fn"}), ("name",)) or authors
    dates = _marked(inner, marks["date"], ("dateCreated", "datePublished", "commentTime"))
    dates += [other for other in inner if other.tag == "time"]
    nested = [other for other in element.iter() if other is not element and id(other) in comments]
    controls = [other for other in inner if _classes(other) & marks["controls"]]
    body = bodies or _marked(inner, marks["body_or_whole"], ()) or [element]
    left_out = [*nested, *controls, *(() if bodies else (*authors, *dates))]
    # The innermost of a post: vBulletin writes every one into an element for quotations, inside of another one.
    said = [block for part in (_innermost if is_post else _outermost)(body) for block in blocks(part, without=left_out)]
    said = [block for block in said if not _NUMBER.fullmatch(block[1])]
    return WebComment(
        name=_line(names[0], controls) if names else _named_beside(element, [*body, *nested]) if bodies else None,
        date=_line(dates[0], [*controls, *authors]) if dates else None,
        blocks=tuple(said),
        pingback=bool(_classes(element) & marks["pingback"]),
        is_post=is_post,
    )


def _named_beside(element: Any, without: list[Any]) -> str | None:
    """Return whom a line beside a comment's text names as its writer: "Posted by: Anna | 3 May 2012 at 10:12"."""
    for _, text in blocks(element, without=without):
        found = [header_of(line, None) for line in look(text, units(text))]
        if name := next((header.name for header in found if header and header.form == "dated"), None):
            return name
    return None


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


def _innermost(elements: list[Any]) -> list[Any]:
    around = {id(above) for element in elements for above in element.iterancestors()}
    return [element for element in elements if id(element) not in around]


def _line(element: Any, without: list[Any]) -> str | None:
    """Return an element's text on one line, or None where it holds none."""
    text = " ".join(text for _, text in blocks(element, without=[other for other in without if other is not element]))
    return " ".join(text.split()) or None
