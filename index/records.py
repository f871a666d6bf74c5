"""The records that pass between the stages. Offsets are Unicode code points into the stored text, end exclusive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from index.sending import Sent

Role = Literal["author", "commenter", "quoted"]
SegmentKind = Literal["title", "heading", "paragraph", "list_item", "comment", "quotation", "byline", "furniture"]


@dataclass(frozen=True, slots=True)
class Span(Sent):
    """A stretch of a stored text: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part(Sent):
    """What a document's format says of `text[start:end]`: the structure that stands beside the text, not in it.

    `kind` is None where it only says that this is one unit. `name` is who speaks, None where the format names nobody.
    `number` tells comments apart, as it does in `Segment`; `reason` says why a part is furniture.
    """

    kind: SegmentKind | None
    start: int
    end: int
    name: str | None = None
    number: int = 0
    reason: str | None = None


FactName = Literal["title", "author", "published", "publication", "url", "encoding"]
Origin = Literal[
    "sources.toml",
    "front matter",
    "HTML meta",
    "page text",
    "document properties",
    "e-mail headers",
    "text",
    "file name",
    "bytes",
]


@dataclass(frozen=True, slots=True)
class Fact(Sent):
    """Something that is known about a document, and where it was said. Dates are as written, or ISO 8601."""

    name: FactName
    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A detected language (ISO 639-1 code) with a confidence in 0..1."""

    language: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Speaker(Sent):
    """Who says something. `name` is None where the text does not name the person; it is never guessed."""

    name: str | None
    role: Role


@dataclass(frozen=True, slots=True)
class Document(Sent):
    """A document as stored. Every offset points into `text`: a text file's own text, or what was taken out of the file.

    `facts` holds at most one fact a name, the one that counts; `parts` is the structure that the format gives.
    """

    id: str
    text: str
    sha256: str
    path: str
    title: str
    language: str
    author: str | None = None
    facts: tuple[Fact, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What is shown of a document in lists and beside a citation: everything but its text."""

    id: str
    title: str
    language: str
    author: str | None
    path: str
    sha256: str
    characters: int
    passages: int
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment(Sent):
    """A unit of a document's structure.

    `reason` says why a furniture segment was dropped. `lead_in` is the sentence that introduces a list item.
    `number` tells comments apart: all segments of one comment carry the same one, counted from 1; 0 elsewhere.
    """

    kind: SegmentKind
    start: int
    end: int
    language: str
    speaker: Speaker | None = None
    reason: str | None = None
    lead_in: Span | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Passage(Sent):
    """What is indexed and retrieved: whole sentences of one speaker in one language.

    `text == document.text[start:end]`. `sentences` are absolute spans within it, in order, of which quotes are made.
    `context` (headings above, a list's lead-in) is indexed with the passage but never quoted as part of it.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    language: str
    speaker: Speaker
    kind: SegmentKind
    sentences: tuple[Span, ...]
    context: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """Constraints on what may be retrieved; an empty set constrains nothing. Speakers by name, case-insensitive."""

    languages: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. `score` is comparable within one search only; higher is better; `rank` starts at 1."""

    passage: Passage
    score: float
    rank: int
    legs: Mapping[str, float] = field(default_factory=dict)
