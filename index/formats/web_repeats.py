"""Finds the comments and posts of a page that does not say which they are: elements of one make, each with a date,
a name and a text, which the page calls comments, stand below a heading that does, or can be replied to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from index.formats.web_blocks import BLOCKS, blocks
from index.formats.web_shown import is_hidden
from index.looks import furniture_rules
from index.phrases import DATA, read_names, words_of
from index.speech import clean_name, is_date, is_name, speech

_LONGEST_LEAF = 80
"""Letters of an element that may be a name, a date or a button."""
_LONGEST_NAME_WORDS = 6
_LEAST_TEXT = 12
"""Letters of what a comment says: "Tak for det!"."""
_FARTHEST = 6
"""Elements around a date, of which one is the comment; more hold the whole page."""
_HEADED = 3
"""Elements above a list of comments within which its heading may stand."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "legend")
_NEVER = frozenset({"body", "html", "main", "header", "footer", "nav", "form", "table", "tbody"})
_SAID_BY = "comment controls"  # the reason in data/furniture.toml
_WORDS = "comment|kommentar|reply|svar|answer"
_ONE = re.compile(rf"(?:^|[^a-z])(?:{_WORDS})(?:$|\s)")
_CALLED = re.compile(rf"(?:^|[^a-z])(?:{_WORDS}|comments|kommentarer|replies|answers)(?:$|[^a-z])")
_WRITER = re.compile(r"(?:^|[^a-z])(?:author|user|username|name|writer|nick|nickname|poster|member|by)(?:$|[^a-z])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(slots=True)
class Repeated:
    """An element that is a comment: its writer's name (None without), the leaves that are no text, its date."""

    element: Any
    name: str | None = None
    date: str | None = None
    leaves: list[Any] = field(default_factory=list)


def find_repeated(body: Any) -> list[Repeated]:
    """Return the comments of a page in its order, replies inside of others included; none where there are no two."""
    elements = [element for element in body.iter() if isinstance(element.tag, str)]
    dates = [element for element in elements if _is_date(element)]
    saying: dict[int, bool] = {}
    found = _groups((_around(date, saying), date) for date in dates) if len(dates) > 1 else []
    if not found:
        found = _groups((element, None) for element in elements if _is_one(element))
    order = {id(element): place for place, element in enumerate(elements)}
    return sorted(found, key=lambda one: order[id(one.element)])


def _groups(candidates: Iterable[tuple[Any, Any]]) -> list[Repeated]:
    """Return the comments among elements that may each be one, each with its date."""
    around: dict[int, Repeated] = {}
    for element, date in candidates:
        if element is not None:
            leaves = [] if date is None else [date]
            around.setdefault(id(element), Repeated(element, date=_line(date) if leaves else None, leaves=leaves))
    groups: dict[tuple[str, str], list[Repeated]] = {}
    for one in around.values():
        groups.setdefault((one.element.tag, one.element.getparent().tag), []).append(one)
    return [one for group in groups.values() for one in _comments(group)]


def _comments(group: list[Repeated]) -> list[Repeated]:
    """Return a group of elements of one make if they are comments, with the names of their writers."""
    if len(group) < 2:
        return []
    own = {id(one.element) for one in group}
    leaves = [list(_leaves(one.element, own)) for one in group]
    telling = sum(
        _is_called(one.element) or any(_answers(_short(leaf)) for leaf in listed)
        for one, listed in zip(group, leaves, strict=True)
    )
    if 2 * telling < len(group) and not _is_headed(group[0].element):
        return []
    path = _path_of_names(group, leaves)
    for one, listed in zip(group, leaves, strict=True):
        named = next((leaf for leaf in listed if path is not None and _path(leaf, one.element) == path), None)
        if named is not None and (name := _name(named)):
            one.name = None if words_of(name) in speech().nobody else name
            one.leaves.append(named)
        one.leaves += [leaf for leaf in listed if leaf is not named and _is_pressed(leaf)]
    return group if any(one.name for one in group) else []


def _path_of_names(group: Sequence[Repeated], leaves: Sequence[Sequence[Any]]) -> str | None:
    """Return where in the elements of a group the names of their writers stand: the first place where half have one.

    What is the same in all of them is a label rather than a name; what the page calls a name is one before others.
    """
    said: dict[str, list[str]] = {}
    called: set[str] = set()
    for one, listed in zip(group, leaves, strict=True):
        for leaf in listed:
            if _names(leaf, one):
                path = _path(leaf, one.element)
                said.setdefault(path, []).append(_name(leaf))
                if _is_called_a_name(leaf, one.element):
                    called.add(path)
    often = [
        path for path, names in said.items() if 2 * len(names) >= len(group) and (len(set(names)) > 1 or path in called)
    ]
    often.sort(key=lambda path: (len(set(said[path])) == 1, path not in called))
    return next(iter(often), None)


def _is_date(element: Any) -> bool:
    if element.tag == "time":
        return True
    return len(element) == 0 and bool(text := _short(element)) and is_date(text)


def _short(element: Any) -> str:
    """Return the text of an element without blocks in it, if it is a short one, else nothing."""
    if any(isinstance(inner.tag, str) and inner.tag in BLOCKS for inner in element.iterdescendants()):
        return ""
    text = " ".join(element.text_content().split())
    return text if len(text) <= _LONGEST_LEAF else ""


def _around(date: Any, saying: dict[int, bool]) -> Any | None:
    """Return the smallest element around a date that says something besides; None where that is the page.

    `saying` notes of elements whether they do: a list of ten thousand dates is looked at once.
    """
    for above, _ in zip(date.iterancestors(), range(_FARTHEST), strict=False):
        if above.tag in _NEVER:
            return None
        if id(above) not in saying:
            saying[id(above)] = any(_says(text) for _, text in blocks(above, without=[date]))
        if saying[id(above)]:
            return above if next(above.iter("h1"), None) is None else None
    return None


def _says(text: str) -> bool:
    """Whether a block is more than a name, a date and buttons."""
    return len(text) >= _LEAST_TEXT and (text[-1] in ".!?…)»”\"'" or len(text.split()) > _LONGEST_NAME_WORDS * 2)


def _leaves(element: Any, others: Set[int]) -> Iterator[Any]:
    """Return the elements in one that hold a short text and no other with text, without those of other comments."""
    for child in element:
        if not isinstance(child.tag, str) or id(child) in others or child.tag in ("blockquote", "script", "style"):
            continue
        inner = list(_leaves(child, others))
        yield from inner
        if not inner and _short(child):
            yield child


def _path(leaf: Any, element: Any) -> str:
    """Return the tags between an element and one in it, with its place among those of its kind."""
    tags: list[str] = []
    while leaf is not element:
        above = leaf.getparent()
        same = [child for child in above if child.tag == leaf.tag]
        tags.append(f"{leaf.tag}{same.index(leaf)}")
        leaf = above
    return "/".join(reversed(tags))


def _names(leaf: Any, one: Repeated) -> bool:
    """Whether an element may hold the name of who says this."""
    name = _name(leaf)
    return len(name) > 1 and leaf not in one.leaves and is_name(name, alias=True) and not _is_beside(_short(leaf))


def _name(leaf: Any) -> str:
    """Return a name without what surrounds it: "Anna says", "by Anna"."""
    words = _short(leaf).split()
    if words and words_of(words[-1]) in speech().comment_verbs:
        words = words[:-1]
    if len(words) > 1 and words_of(words[0]) in speech().posted_by:
        words = words[1:]
    return clean_name(" ".join(words)) if len(words) <= _LONGEST_NAME_WORDS else ""


def _answers(text: str) -> bool:
    """Whether a text is a button by which one answers or reports."""
    return _is_control(text) and words_of(text).split()[0] in _answer_words()


@cache
def _answer_words() -> frozenset[str]:
    return frozenset(read_names(DATA / "comment_marks.toml")["answers"])


def _is_control(text: str) -> bool:
    rule = furniture_rules()["whole"].whole(words_of(text))
    return rule is not None and rule.reason == _SAID_BY


def _is_pressed(leaf: Any) -> bool:
    """Whether an element is a button or a link such as pages have: "Reply", "Facebook"."""
    return is_hidden(leaf) or furniture_rules()["whole"].whole(words_of(_short(leaf))) is not None


def _is_one(element: Any) -> bool:
    """Whether a name of an element ends in what a comment is called, and it says something."""
    if element.tag in _NEVER or not _ONE.search(_names_of(element)):
        return False
    return any(_says(text) for _, text in blocks(element))


def _is_called_a_name(leaf: Any, element: Any) -> bool:
    while leaf is not element:
        if _WRITER.search(_names_of(leaf)):
            return True
        leaf = leaf.getparent()
    return False


def _names_of(element: Any) -> str:
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}"
    return _CAMEL.sub("-", names).lower()


def _is_called(element: Any) -> bool:
    """Whether an element is called a comment by its class or id, alone or as a part of a name."""
    return bool(_CALLED.search(_names_of(element)))


def _is_headed(element: Any) -> bool:
    """Whether a heading that stands above comments is the nearest one above an element."""
    for above, _ in zip((element, *element.iterancestors()), range(_HEADED), strict=False):
        for before in above.itersiblings(preceding=True):
            heading = before if before.tag in _HEADINGS else next(iter(reversed(list(before.iter(*_HEADINGS)))), None)
            if heading is not None:
                words = words_of(heading.text_content()[:_LONGEST_LEAF])
                lists = speech()
                return lists.counted_sections.whole(words) is not None or lists.bare_sections.whole(words) is not None
    return False


def text_of(one: Repeated, others: Set[int]) -> list[tuple[Any, str]]:
    """Return the blocks of what somebody says, without name, date, buttons and the comments in it, given by `id`."""
    nested = [inner for inner in one.element.iterdescendants() if id(inner) in others]
    unseen = [inner for inner in one.element.iter() if isinstance(inner.tag, str) and is_hidden(inner)]
    said = blocks(one.element, without=[*one.leaves, *nested, *unseen])
    return [(kind, text) for kind, text in said if not _is_beside(text)]


def _is_beside(text: str) -> bool:
    words = words_of(text) if len(text) <= _LONGEST_LEAF else ""
    if len(text) == 1:
        return True  # Stands for the writer's picture.
    return bool(words) and (_is_control(text) or words in speech().comment_verbs or is_date(text))


def _line(element: Any) -> str:
    return " ".join(element.text_content().split())
