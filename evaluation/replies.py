"""What a target replied, read from the contract's JSON into records; in process and over HTTP alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from evaluation.errors import TargetFailed


@dataclass(frozen=True, slots=True)
class CitedQuote:
    """A quote as the reply has it, not yet compared with the document. `speaker` is None for an unnamed one."""

    marker: int
    document_id: str
    title: str
    speaker: str | None
    language: str
    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A retrieved passage; a sequence of them is best first."""

    document_id: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer or an abstention. `confidence` is what the target says of itself, None where it says nothing."""

    conversation_id: str
    standalone: str
    answered: bool
    language: str
    answer: str
    citations: tuple[CitedQuote, ...]
    mode: str
    model: str | None
    confidence: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


def parse_reply(value: object) -> Reply:
    """Read what POST /chat returns. Raises TargetFailed where a field of the contract is missing or of another type."""
    try:
        reply = cast(Mapping[str, Any], value)
        usage = reply.get("usage") or {}
        return Reply(
            conversation_id=as_text(reply["conversation_id"]),
            standalone=as_text(reply["question"]["standalone"]),
            answered=as_bool(reply["answered"]),
            language=as_text(reply["language"]),
            answer=as_text(reply["answer"]),
            citations=tuple(parse_citation(citation) for citation in reply["citations"]),
            mode=as_text(reply["mode"]),
            model=reply["model"],
            confidence=None if reply.get("confidence") is None else float(reply["confidence"]),
            input_tokens=usage.get("input_tokens"),
            output_tokens=usage.get("output_tokens"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise unlike_the_contract("a reply of POST /chat", error) from None


def parse_citation(value: Mapping[str, Any]) -> CitedQuote:
    """One citation of a reply."""
    return CitedQuote(
        marker=as_whole(value["marker"]),
        document_id=as_text(value["document"]["id"]),
        title=as_text(value["document"]["title"]),
        speaker=None if value["speaker"] is None else as_text(value["speaker"]["name"]),
        language=as_text(value["language"]),
        text=as_text(value["quote"]),
        start=as_whole(value["start"]),
        end=as_whole(value["end"]),
        score=float(value["score"]),
    )


def parse_passages(value: object) -> tuple[RankedPassage, ...]:
    """Read what POST /search returns, best first. Raises TargetFailed."""
    try:
        passages: Sequence[Mapping[str, Any]] = cast(Mapping[str, Any], value)["passages"]
        return tuple(
            RankedPassage(
                as_text(passage["document"]["id"]),
                as_whole(passage["start"]),
                as_whole(passage["end"]),
                float(passage["score"]),
            )
            for passage in passages
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise unlike_the_contract("a reply of POST /search", error) from None


def unlike_the_contract(what: str, error: Exception) -> TargetFailed:
    """The error for JSON that lacks a field of the contract or has another type there."""
    return TargetFailed(f"expected {what} in the contract's form, found {type(error).__name__}: {error}")


def as_text(value: object) -> str:
    """`value`, which must be a string."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


def as_whole(value: object) -> int:
    """`value`, which must be a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def as_bool(value: object) -> bool:
    """`value`, which must be true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value
