"""What is known about a document, and which of several statements counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import get_args

from index.formats.extracted import facts_of
from index.records import Fact, FactName, Origin, Segment
from index.sources import SourceInfo

# What the preparation finds itself: it is found anew each time, and never taken for something that the file states.
_FOUND: frozenset[Origin] = frozenset({"sources.toml", "text", "file name"})
_DATE = "date or reading time"  # the reason in data/furniture.toml


def facts_of_source(source: SourceInfo | None) -> tuple[Fact, ...]:
    """Return what the folder's keeper says."""
    return facts_of("sources.toml", **asdict(source)) if source else ()


def facts_of_file(facts: Iterable[Fact]) -> list[Fact]:
    """Return what the file states about itself."""
    return [fact for fact in facts if fact.origin not in _FOUND]


def detected_encoding(facts: Iterable[Fact]) -> str | None:
    """Return the encoding of a file's bytes where that is not UTF-8."""
    return next((fact.value for fact in facts if fact.name == "encoding"), None)


def facts_of_text(text: str, segments: Sequence[Segment]) -> tuple[Fact, ...]:
    """Return what a document's structure shows: its title, its author, and the date that stands above the article."""
    title = next((part for part in segments if part.kind == "title"), None)
    author = next((part.speaker.name for part in segments if part.speaker and part.speaker.role == "author"), None)
    first = next((part.start for part in segments if part.kind == "paragraph"), 0)
    dated = next((part for part in segments if part.reason == _DATE and part.start < first), None)
    return facts_of(
        "text",
        title=text[title.start : title.end].lstrip("#") if title else None,
        author=author,
        published=text[dated.start : dated.end] if dated else None,
    )


def resolve(stated: Iterable[Fact], found: Iterable[Fact], stem: str) -> tuple[Fact, ...]:
    """Return one fact a name, in the order of `FactName`: the first that is stated, else the first that was found."""
    first: dict[str, Fact] = {}
    for fact in (*stated, *found, Fact("title", stem, "file name")):
        first.setdefault(fact.name, fact)
    return tuple(first[name] for name in get_args(FactName) if name in first)
