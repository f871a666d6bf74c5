"""The front matter that a text may begin with, and the facts that it states."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from index.formats.extracted import facts_of
from index.records import Fact, Part

_YAML = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*\r?\n(.*?\n)?\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_LONGEST = 20_000  # characters; longer front matter is none, and YAML takes time

# The keys that site generators (Jekyll, Hugo, Pandoc, Obsidian) write, best first.
_KEYS = {
    "title": ("title",),
    "author": ("author", "authors", "by"),
    "published": ("date", "published", "publishdate", "pubdate", "created"),
    "publication": ("publication", "publisher", "site", "source_name", "journal"),
    "url": ("url", "canonical_url", "canonical", "link", "source"),
}


def front_matter(text: str) -> tuple[tuple[Fact, ...], tuple[Part, ...]]:
    """Return what front matter (YAML or TOML) at the beginning of a text states, and where it stands: one part.

    There is neither where it is missing or is not what it should be: then it is left in the text as text.
    """
    match = _YAML.match(text, 0, _LONGEST) or _TOML.match(text, 0, _LONGEST)
    table = _table(match.group(1) or "", toml=match.group().lstrip("\ufeff").startswith("+")) if match else None
    if match is None or table is None:
        return (), ()
    values = {name: next(filter(None, (_value(table.get(key)) for key in keys)), None) for name, keys in _KEYS.items()}
    if not (values["url"] or "").startswith(("http://", "https://")):
        values["url"] = None
    start = 1 if text.startswith("\ufeff") else 0
    end = start + len(match.group()[start:].rstrip())
    return facts_of("front matter", **values), (Part("furniture", start, end, reason="front matter"),)


def _table(source: str, *, toml: bool) -> Mapping[str, Any] | None:
    # Imported here: few texts have front matter.
    import yaml

    try:
        table = tomllib.loads(source) if toml else yaml.safe_load(source)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        return None
    return {str(key).casefold(): value for key, value in table.items()} if isinstance(table, dict) else None


def _value(value: object) -> str | None:
    """Return a plain value as text: a list's plain values with commas, a table's name. Nested ones say nothing."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        return ", ".join(
            item for item in (_value(entry) for entry in value[:10] if not isinstance(entry, list)) if item
        )
    return str(value).strip() or None if isinstance(value, (str, int)) and not isinstance(value, bool) else None
