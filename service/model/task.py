"""What the assistant hands to a model; apart from the rest, which imports the SDK."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.records import Hit
from service.records import Answer
from service.speakers import Names
from service.understand import Question

Stopped = Callable[[], bool]
"""Whether nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True)
class Task:
    """One answer to be written in `language`; `extractive` is what is shown in its place if that fails.

    `deadline` is a reading of time.monotonic(). `shown` tells whether somebody sees each sentence at once, so that it
    cannot be taken back.
    """

    question: Question
    language: str
    hits: Sequence[Hit]
    names: Names
    extractive: Answer
    deadline: float
    shown: bool
    stopped: Stopped
