"""Two runs of the same questions side by side: paired differences, and the questions that changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from evaluation.errors import InvalidRun
from evaluation.measures import BY_NAME
from evaluation.runs import Outcome
from evaluation.scoring import Run
from evaluation.statistics import Difference, paired_difference
from evaluation.summary import Slice, slices

SORTED_BY = "quality"


@dataclass(frozen=True, slots=True)
class Cell:
    """A measure within a slice of the questions that both runs have it for: both means and their difference."""

    slice: Slice
    measure: str
    before: float
    after: float
    difference: Difference


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose quality changed, with both outcomes."""

    before: Outcome
    after: Outcome
    quality_before: float
    quality_after: float

    @property
    def gain(self) -> float:
        return self.quality_after - self.quality_before


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different; `changes` best first. `left_out` counts questions that only one of the runs has."""

    before: Run
    after: Run
    cells: tuple[Cell, ...]
    changes: tuple[Change, ...]
    left_out: int


def compare(before: Run, after: Run) -> Comparison:
    """Compare two runs over the questions that both have.

    Raises:
        InvalidRun: they have none in common, or a question or its gold differs between them.
    """
    old = {outcome.question.id: outcome for outcome in before.outcomes}
    common = [outcome for outcome in after.outcomes if outcome.question.id in old]
    for outcome in common:
        if asked(outcome) != asked(old[outcome.question.id]):
            raise InvalidRun(f"expected the same questions in both runs, found {outcome.question.id} with two contents")
    if not common:
        raise InvalidRun(f"expected questions that both runs have, found none in {before.folder} and {after.folder}")
    changes = [
        Change(old[identifier], outcome, before_quality, after_quality)
        for outcome in common
        if (identifier := outcome.question.id)
        and (before_quality := before.scores[identifier][SORTED_BY] or 0.0)
        != (after_quality := after.scores[identifier][SORTED_BY] or 0.0)
    ]
    everything = {outcome.question.id for outcome in (*before.outcomes, *after.outcomes)}
    return Comparison(
        before,
        after,
        tuple(cells(before, after, common)),
        tuple(sorted(changes, key=lambda change: (-change.gain, change.after.question.id))),
        len(everything) - len(common),
    )


def asked(outcome: Outcome) -> tuple[object, ...]:
    """What must be equal for two outcomes to be of one question."""
    question = outcome.question
    return question.text, question.language, question.gold, question.history


def cells(before: Run, after: Run, common: list[Outcome]) -> Iterator[Cell]:
    """Every measure within every slice."""
    for part in slices(common):
        for name in BY_NAME:
            pairs = [
                (one, other)
                for identifier in part.ids
                if (one := before.scores[identifier].get(name)) is not None
                and (other := after.scores[identifier].get(name)) is not None
            ]
            if pairs:
                ones, others = [one for one, _ in pairs], [other for _, other in pairs]
                yield Cell(
                    part, name, sum(ones) / len(ones), sum(others) / len(others), paired_difference(ones, others)
                )


def comparison_record(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON."""
    return {
        "before": comparison.before.info.name,
        "after": comparison.after.info.name,
        "left_out": comparison.left_out,
        "groups": [
            {
                "grouping": cell.slice.grouping,
                "value": cell.slice.value,
                "measure": cell.measure,
                "before": cell.before,
                "after": cell.after,
                "difference": asdict(cell.difference),
            }
            for cell in comparison.cells
        ],
        "changes": [
            {
                "id": change.after.question.id,
                "question": change.after.question.text,
                "before": change.quality_before,
                "after": change.quality_after,
            }
            for change in comparison.changes
        ],
    }
