"""What a run's scores amount to: over all questions and by language, language pair, kind of question and split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaluation.measures import BY_NAME
from evaluation.records import Scores
from evaluation.runs import Outcome
from evaluation.statistics import Interval, area_under_curve, interval, percentile

GROUPINGS = ("language", "pair", "kind", "split")


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the questions: all, or those with `value` under `grouping` ("language", "pair", "kind", "split")."""

    grouping: str
    value: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The measures of a slice; a measure that applies to none of its questions is absent."""

    slice: Slice
    measures: Mapping[str, Interval]


def slices(outcomes: Sequence[Outcome]) -> Iterator[Slice]:
    """All questions first, then every group, in the order of its first question."""
    yield Slice("all", "all", tuple(outcome.question.id for outcome in outcomes))
    for grouping in GROUPINGS:
        groups: dict[str, list[str]] = {}
        for outcome in outcomes:
            groups.setdefault(group_of(outcome, grouping), []).append(outcome.question.id)
        for value, ids in groups.items():
            if value:
                yield Slice(grouping, value, tuple(ids))


def group_of(outcome: Outcome, grouping: str) -> str:
    """The value of a question under a grouping; empty where it has none."""
    if grouping == "pair":
        return outcome.pair
    question = outcome.question
    return {"language": question.language, "kind": question.kind, "split": question.split or ""}[grouping]


def summarise(outcomes: Sequence[Outcome], scores: Mapping[str, Scores]) -> list[Row]:
    """One row a slice, each measure with its confidence interval."""
    return [Row(part, {name: interval(values) for name, values in columns(part, scores)}) for part in slices(outcomes)]


def columns(part: Slice, scores: Mapping[str, Scores]) -> Iterator[tuple[str, list[float]]]:
    """The values of each measure within a slice, those questions left out that it does not apply to."""
    for name in BY_NAME:
        values = [value for identifier in part.ids if (value := scores[identifier].get(name)) is not None]
        if values:
            yield name, values


def totals(outcomes: Sequence[Outcome], scores: Mapping[str, Scores]) -> dict[str, float]:
    """Figures that are no mean over questions: precision of abstaining, percentiles of time, the area under the curve
    of confidence (answerable against unanswerable); absent where they do not apply."""
    found: dict[str, float] = {}
    abstentions = [outcome for outcome in outcomes if outcome.reply and not outcome.reply.answered]
    if abstentions:
        found["abstention_precision"] = sum(not outcome.gold for outcome in abstentions) / len(abstentions)
    for name in ("seconds", "first_sentence_seconds"):
        times = [value for question in scores.values() if (value := question.get(name)) is not None]
        if times:
            found[f"{name}_p50"] = percentile(times, 0.5)
            found[f"{name}_p95"] = percentile(times, 0.95)
    told = [(outcome, confidence(outcome)) for outcome in outcomes]
    positives = [value for outcome, value in told if value is not None and outcome.gold]
    negatives = [value for outcome, value in told if value is not None and not outcome.gold]
    if positives and negatives:
        found["confidence_auc"] = area_under_curve(positives, negatives)
    return found


def confidence(outcome: Outcome) -> float | None:
    """How sure the target was that the documents answer: what it says itself, else its best citation's score."""
    reply = outcome.reply
    if reply is None:
        return None
    if reply.confidence is not None:
        return reply.confidence
    return max((citation.score for citation in reply.citations), default=None)


def summary_record(outcomes: Sequence[Outcome], scores: Mapping[str, Scores]) -> dict[str, Any]:
    """The summary as it is written to summary.json."""
    return {
        "questions": len(outcomes),
        "totals": totals(outcomes, scores),
        "groups": [
            {
                "grouping": row.slice.grouping,
                "value": row.slice.value,
                "questions": len(row.slice.ids),
                "measures": {name: asdict(found) for name, found in row.measures.items()},
            }
            for row in summarise(outcomes, scores)
        ],
    }
