"""Citation measures of one outcome, in the manner of ALCE (Gao, Yen, Yu, Chen 2023), with gold quotes in the place of
an entailment model: a citation supports the answer when it is verbatim and covers a gold quote."""

from __future__ import annotations

import re

from evaluation.matching import alike, covers, covers_any, needs
from evaluation.records import Scores
from evaluation.replies import CitedQuote
from evaluation.runs import Outcome
from index.records import Span

MARKERS = re.compile(r"(?<!\\)\[(\d+(?:\s*,\s*\d+)*)\](?!\()")
"""[1] or [1, 2]; not an escaped bracket of a quoted text, nor the text of a Markdown link."""


RECALLS = ("citation_recall", "gold_shown", "documents_covered", "speakers_covered")


def citation_scores(outcome: Outcome) -> Scores:
    """The citation measures; None where one does not apply.

    An abstention claims nothing, so its citations count for `verbatim` and `fabricated` only, and on an answerable
    question its recall is 0.
    """
    if outcome.reply is None:
        return (
            {"citation_recall": 0.0, "gold_shown": 0.0, "documents_covered": 0.0, "speakers_covered": 0.0}
            if outcome.gold
            else {}
        )
    scores: Scores = shown_scores(outcome)
    if not outcome.gold:
        return scores
    answered = outcome.reply.answered
    supporting = supporting_citations(outcome) if answered else []
    shown = markers_shown(outcome)
    precision = len({citation.marker for citation in supporting}) / len(shown) if answered and shown else None
    if answered and not shown:
        precision = 0.0
    needed = needs(outcome.gold)
    recall = sum(any(covers_any(citation, need) for citation in supporting) for need in needed) / len(needed)
    shown_gold = [citation for citation, verbatim in outcome.citations if verbatim]
    scores["gold_shown"] = sum(any(covers_any(one, need) for one in shown_gold) for need in needed) / len(needed)
    scores["citation_precision"] = precision
    scores["citation_recall"] = recall
    scores["citation_f1"] = harmonic_mean(precision or 0.0, recall)
    scores["documents_covered"] = documents_covered(outcome) if answered else 0.0
    scores["speakers_covered"] = speakers_covered(outcome) if answered else 0.0
    scores["speaker_right"] = speaker_right(outcome, supporting)
    return scores


def shown_scores(outcome: Outcome) -> Scores:
    """What can be said of the citations without gold: verbatim, fabricated, repeated."""
    citations = [citation for citation, _ in outcome.citations]
    shown = markers_shown(outcome)
    listed = {citation.marker for citation in citations}
    false = {citation.marker for citation, verbatim in outcome.citations if not verbatim}
    return {
        "verbatim": sum(outcome.verbatim) / len(citations) if citations else None,
        "fabricated": len((shown - listed) | false) / len(shown) if shown else None,
        "repeated_quotes": repeated(citations) / len(citations) if citations else None,
    }


def markers_shown(outcome: Outcome) -> set[int]:
    """Every marker in the text of the answer, and every one in its list of citations."""
    if outcome.reply is None:
        return set()
    found = {int(number) for group in MARKERS.findall(outcome.reply.answer) for number in group.split(",")}
    return found | {citation.marker for citation in outcome.reply.citations}


def supporting_citations(outcome: Outcome) -> list[CitedQuote]:
    """The verbatim citations that cover at least one gold quote."""
    return [
        citation
        for citation, verbatim in outcome.citations
        if verbatim and any(covers(citation, gold) for gold in outcome.gold)
    ]


def documents_covered(outcome: Outcome) -> float:
    """The share of the gold documents that a verbatim citation comes from."""
    expected = {gold.gold.document_id for gold in outcome.gold if not gold.gold.optional}
    found = {citation.document_id for citation, verbatim in outcome.citations if verbatim}
    return len(expected & found) / len(expected)


def speakers_covered(outcome: Outcome) -> float | None:
    """The share of the gold voices (a speaker, or the unnamed one, in a document) that a verbatim citation gives.

    None where the set does not say who speaks.
    """
    expected = {
        (gold.gold.document_id, folded(gold.gold.speaker))
        for gold in outcome.gold
        if gold.gold.speaker_given and not gold.gold.optional
    }
    found = {(citation.document_id, folded(citation.speaker)) for citation, verbatim in outcome.citations if verbatim}
    return len(expected & found) / len(expected) if expected else None


def speaker_right(outcome: Outcome, supporting: list[CitedQuote]) -> float | None:
    """Of the supporting citations with a known gold speaker, the share that names this speaker and nobody else.

    Naming somebody where the text names nobody is wrong. None where there is nothing to judge.
    """
    judged = []
    for citation in supporting:
        speakers = {
            folded(gold.gold.speaker) for gold in outcome.gold if gold.gold.speaker_given and covers(citation, gold)
        }
        if speakers:
            judged.append(folded(citation.speaker) in speakers)
    return sum(judged) / len(judged) if judged else None


def repeated(citations: list[CitedQuote]) -> int:
    """Citations whose span is alike an earlier one of the same document."""
    return sum(
        any(
            citation.document_id == earlier.document_id
            and alike(Span(citation.start, citation.end), Span(earlier.start, earlier.end))
            for earlier in citations[:at]
        )
        for at, citation in enumerate(citations)
    )


def folded(name: str | None) -> str | None:
    """A name without differences of case and blanks; None for somebody unnamed."""
    return " ".join(name.split()).casefold() if name else None


def harmonic_mean(one: float, other: float) -> float:
    """F1 of precision and recall; 0 where both are."""
    return 2 * one * other / (one + other) if one + other else 0.0
