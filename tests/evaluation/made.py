"""Outcomes made by hand, small enough to work out every measure with a pencil."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.records import Gold, Question
from evaluation.replies import CitedQuote, RankedPassage, Reply
from evaluation.runs import Outcome, PlacedGold
from index.records import LanguageGuess, Span

LANGUAGE_OF = {"d1": "da", "d2": "sv"}


def gold(
    document: str,
    start: int,
    end: int,
    speaker: str | None = None,
    *,
    known: bool = True,
    group: str | None = None,
    optional: bool = False,
) -> PlacedGold:
    """Gold at these offsets; its quote is as long as they say."""
    quote = f"{document}{start}".ljust(end - start, "x")
    made = Gold(document, quote, speaker, known, group=group, optional=optional)
    return PlacedGold(made, LANGUAGE_OF[document], (Span(start, end),))


def cited(marker: int, document: str, start: int, end: int, speaker: str | None = None) -> CitedQuote:
    """A citation at these offsets."""
    return CitedQuote(marker, document, f"Title {document}", speaker, LANGUAGE_OF[document], "q" * 5, start, end, 0.5)


def passage(document: str, start: int, end: int) -> RankedPassage:
    """A retrieved passage at these offsets."""
    return RankedPassage(document, start, end, 1.0)


def replied(
    citations: Sequence[CitedQuote] = (), answer: str = "", *, answered: bool = True, language: str = "en"
) -> Reply:
    """A reply with these citations; the text refers to each of them unless it is given."""
    text = answer or " ".join(f"[{citation.marker}]" for citation in citations)
    return Reply("c", "standalone", answered, language, text, tuple(citations), "extractive", None)


def outcome(
    reply: Reply | None,
    golds: Sequence[PlacedGold] = (),
    *,
    passages: Sequence[RankedPassage] = (),
    verbatim: Sequence[bool] | None = None,
    language: str = "en",
    answer: str | None = None,
    kind: str = "fact",
    identifier: str = "q",
) -> Outcome:
    """An outcome; every citation is verbatim unless it is said otherwise. No reply is a failure."""
    question = Question(
        identifier, language, "Which?", kind, tuple(item.gold for item in golds), answer, split="report"
    )
    shown = tuple(verbatim) if verbatim is not None else (True,) * len(reply.citations if reply else ())
    error = None if reply else "timed out"
    return Outcome(question, tuple(golds), reply, shown, tuple(passages), 0.25 if reply else None, None, error)


def never_sure(text: str) -> LanguageGuess:
    """A detector that always says English, and never surely."""
    return LanguageGuess("en", 0.0)
