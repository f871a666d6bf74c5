"""The records between a question and its answer. Offsets are code points into the stored text, end exclusive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from index.records import DocumentInfo, Filters, Speaker

Mode = Literal["extractive", "generative"]
SectionKind = Literal["voice", "sentence", "note", "side"]
Fault = Literal[
    "no_marker", "unknown_marker", "length", "link", "quote", "language", "number", "name", "topic", "repeated"
]
"""What can be wrong with a sentence that a model wrote."""
Trouble = Literal[
    "refused", "busy", "failing", "timeout", "unreachable", "disconnected", "malformed", "empty", "unverified", "paused"
]
"""What can go wrong with a model. "unverified": nothing that it wrote could be verified; "paused": it failed so often
that it is left alone for a while."""

MAX_MESSAGE_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question with the answer that was given, which may be empty."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What somebody asks. `language` is "auto" or the language that the answer must have.

    `history` holds the turns before, oldest first, where the caller keeps the conversation itself; such a request has
    no `conversation_id`. `keep` tells whether question and reply become part of a conversation in the record.
    `message_id` is the one that the reply is to have, where the caller may ask again for the same reply.
    """

    message: str
    conversation_id: str | None = None
    language: str = "auto"
    filters: Filters = field(default_factory=Filters)
    history: tuple[Turn, ...] = ()
    keep: bool = True
    message_id: str | None = None


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
class Aid:
    """A word-for-word gloss of a quote in `language`: an aid to reading, never a source."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Translation:
    """A machine translation of a quote into `language`, and what made it; never a source."""

    language: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A verified quote shown under `marker`, which counts from 1 in the order of the answer."""

    marker: int
    document: DocumentInfo
    quote: Quote
    gloss: Aid | None = None
    translation: Translation | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an answer, in the asker's language, with the markers of the quotes that belong to it.

    A "voice" says who speaks in the quotes that follow. A "sentence" was written by a model and verified; its markers
    stand in it as "[1]". A "note" says how the answer came about, or that there is nothing to quote. A "side" is the
    heading of one side of a comparison, which follows. Neither has quotes.
    """

    introduction: str
    markers: tuple[int, ...]
    kind: SectionKind = "voice"


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a model's answer.

    `shown` of its sentences were verified; `dropped` counts the others by what was wrong with them. `retried` tells
    that it was asked a second time, `trouble` why the answer does not come from it, or not to its end.
    """

    shown: int
    dropped: Mapping[Fault, int]
    retried: bool
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in `language`. `headline` opens it; `answered` is False for an abstention, whose citations are near.

    `near` tells of an abstention that the texts may yet answer, in other words than the question's. `confidence` is the
    probability, as far as the evidence goes, that they answer it; None where the question has no topic to weigh.
    `unverified` counts quotes that were dropped because they did not stand in the stored text: a fault of ours, or of
    the index.
    """

    headline: str
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]
    answered: bool
    language: str
    mode: Mode = "extractive"
    model: str | None = None
    verification: Verification | None = None
    near: bool = False
    confidence: float | None = None
    unverified: int = 0


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent."""

    retrieve: float
    answer: float
    total: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What every edge shows: the answer with the question as understood and the ids to refer back to.

    `kept` is False where it should have been kept in its conversation and could not be (the disk is full, say): the
    ids then lead nowhere.
    """

    conversation_id: str
    message_id: str
    question: str
    standalone: str
    question_language: str
    answer: Answer
    timings_ms: Timings
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Started:
    """The question is understood; the ids are those of the reply to come, `language` the one it will be in.

    `understood` is a line to be shown above the answer, where the question was not understood as it was asked.
    """

    conversation_id: str
    message_id: str
    language: str
    understood: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A verified part of the answer, as Markdown, with the citations that are new in it.

    The texts of all sentences, joined by blank lines, are the answer.
    """

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """The whole reply, which is kept in the conversation by now."""

    reply: Reply


Event = Started | Sentence | Done
