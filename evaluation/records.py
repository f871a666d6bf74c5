"""The records that pass between the stages of an evaluation. Offsets are code points, end exclusive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["user", "assistant"]

Scores = dict[str, float | None]
"""Measure → value for one question; None, or no entry, where the measure does not apply to the question."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message before the question."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Gold:
    """What a right answer rests on.

    `quote` is a verbatim part of the document; None means the document as a whole (sets that judge documents only).
    `speaker` is None where the text does not name the person; it counts only where `speaker_given`. `relevance` is
    the grade of sets that grade (1 elsewhere). Gold of one `group` are alternatives: any of them is enough. What is
    `optional` is good evidence, but an answer lacks nothing without it.
    """

    document_id: str
    quote: str | None
    speaker: str | None = None
    speaker_given: bool = True
    relevance: int = 1
    group: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known of its answer; no gold means that the documents do not answer it.

    `answer` is a reference answer in the question's language, where there is one. `place` is where the question stands
    in its file ("line 12"), for messages.
    """

    id: str
    language: str
    text: str
    kind: str
    gold: tuple[Gold, ...]
    answer: str | None = None
    history: tuple[Turn, ...] = ()
    split: str | None = None
    place: str = ""

    @property
    def answerable(self) -> bool:
        return bool(self.gold)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a question set: where, in which question, and what was expected and found."""

    place: str
    question_id: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.question_id + ': ' if self.question_id else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions that could be read and the faults of those that could not.

    `documents` (id → text) is what a set brings along as its own documents; sets in the contract's form bring none.
    """

    questions: tuple[Question, ...]
    faults: tuple[Fault, ...]
    documents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document as the target has it."""

    id: str
    title: str
    language: str
    text: str
