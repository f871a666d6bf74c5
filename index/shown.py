"""What a line of a copied page shows: without the addresses of links and the drawn fields that a program left in it."""

from __future__ import annotations

import re

_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\((?:<[^<>]*>|[^()\"]*)(?:\"[^\"]*\"\s*)?\)")
_HEADING = re.compile(r"#{1,6}\s+")
_FIELD = re.compile(r"\((?:BUTTON|SUBMIT|RESET)\)|\[[ \t_]{2,}\]|_{5,}")


def shown(text: str) -> tuple[str, bool]:
    """Return a text as a page shows it, and whether fields or buttons are drawn in it (by lynx, w3m and others).

    Most texts hold neither and are returned as they are.
    """
    if text.startswith("#"):
        text = _HEADING.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", _PICTURE.sub("", text)).strip()
    if not ("(" in text or "[" in text or "____" in text):
        return text, False
    bare, fields = _FIELD.subn(" ", text)
    return (" ".join(bare.split()), True) if fields else (text, False)
