"""The records between a question and its answer. Offsets are code points into the stored text, end exclusive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from index.records import DocumentInfo, Filters, Speaker

Mode = Literal["extractive", "generative"]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What somebody asks. `language` is "auto" or the language that the answer must have."""

    message: str
    conversation_id: str | None = None
    language: str = "auto"
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Quote:
    """Whole sentences of one passage, chosen for an answer: `text == document.text[start:end]`."""

    document_id: str
    passage_id: str
    speaker: Speaker
    language: str
    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A verified quote shown under `marker`, which counts from 1 in the order of the answer."""

    marker: int
    document: DocumentInfo
    quote: Quote


@dataclass(frozen=True, slots=True)
class Section:
    """One voice in an answer: a sentence in the asker's language that says who speaks, and its quotes' markers."""

    introduction: str
    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in `language`. `headline` opens it; `answered` is False for an abstention, whose citations are near."""

    headline: str
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]
    answered: bool
    language: str
    mode: Mode = "extractive"
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent."""

    retrieve: float
    answer: float
    total: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What every edge shows: the answer with the question as understood and the ids to refer back to."""

    conversation_id: str
    message_id: str
    question: str
    standalone: str
    question_language: str
    answer: Answer
    timings_ms: Timings
