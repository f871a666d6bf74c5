"""A letter written in HTML as lines of text, with ">" before what its markup quotes."""

from __future__ import annotations

import re
from typing import Any

from index.formats.mail_rows import mail_words
from index.formats.typesetting import UNSEEN
from index.formats.web_blocks import BREAKS, fold, is_block, joined

_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|mso-hide\s*:\s*all)", re.IGNORECASE)
_NEVER = frozenset({"script", "style", "head", "title", "meta", "link", "template", "noscript", "img", "svg", "object"})


def letter(tree: Any) -> str | None:
    """Return what a message in HTML says, or None where no mail program's marks show that somebody wrote it by hand.

    What is not a letter (a newsletter) is better read as a page.

    Args:
        tree: of lxml.
    """
    marks = tuple(mail_words()["letters"])
    if not any(_marked(element, marks) for element in tree.iter() if isinstance(element.tag, str)):
        return None
    walk = _Walk()
    walk.go(tree, 0)
    walk.flush(0)
    return "\n".join(walk.lines)


def _marked(element: Any, marks: tuple[str, ...]) -> bool:
    if element.tag == "blockquote" and element.get("type") == "cite":
        return True
    named = f"{element.get('class', '')} {element.get('id', '')}".casefold().split()
    return any(name.startswith(marks) for name in named)


class _Walk:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._pieces: list[str] = []

    def go(self, element: Any, depth: int) -> None:
        tag = element.tag.lower() if isinstance(element.tag, str) else None
        if tag is None or tag in _NEVER or _HIDDEN.search(element.get("style") or ""):
            return
        inner = depth + int(tag == "blockquote")
        block = is_block(element, tag)
        if block:
            self.flush(depth)
        elif tag in BREAKS:
            self._pieces.append("\n")
        self._say(element.text)
        for child in element:
            self.go(child, inner)
            self._say(child.tail)
        if block:
            self.flush(inner)

    def _say(self, text: str | None) -> None:
        if text:
            self._pieces.append(fold(text.translate(UNSEEN)))

    def flush(self, depth: int) -> None:
        """End the block that was begun, each of its lines behind its marks of quotation."""
        text = joined(self._pieces).replace("\u00a0", " ")
        self._pieces.clear()
        if text.strip():
            marks = ">" * depth + " " if depth else ""
            self.lines += [marks + line.strip() for line in text.split("\n")]
            self.lines.append(marks.strip())
