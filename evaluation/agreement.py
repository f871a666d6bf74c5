"""How far a judging model agrees with people who labelled the same answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.errors import JudgeFailed
from evaluation.records import Scores

RELEVANT = 2 / 3
"""The second best of the judge's four grades: what was asked is answered, if not all of it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far judge and people agree on yes or no: the share of equal verdicts, and Cohen's kappa (Cohen 1960).

    Kappa is None where chance alone would agree always (both say the same of everything).
    """

    share: float
    kappa: float | None
    count: int


def agreement(judged: Sequence[bool], labelled: Sequence[bool]) -> Agreement:
    """The agreement of two verdicts on the same answers, at least one."""
    count = len(judged)
    equal = sum(one == other for one, other in zip(judged, labelled, strict=True)) / count
    yes, also = sum(judged) / count, sum(labelled) / count
    chance = yes * also + (1 - yes) * (1 - also)
    return Agreement(equal, None if chance == 1 else (equal - chance) / (1 - chance), count)


def verdicts(scores: Mapping[str, Scores], labels: Mapping[str, Mapping[str, bool]]) -> dict[str, Agreement]:
    """The agreement on "faithful" (every statement supported) and "relevant" (a grade of 2 or 3), where labelled."""
    found = {}
    for label, measure, least in (("faithful", "faithfulness", 1.0), ("relevant", "relevance", RELEVANT)):
        pairs = [
            (value >= least, labels[identifier][label])
            for identifier, judged in scores.items()
            if label in labels.get(identifier, {}) and (value := judged.get(measure)) is not None
        ]
        if pairs:
            found[label] = agreement([one for one, _ in pairs], [other for _, other in pairs])
    return found


def read_labels(path: Path) -> dict[str, dict[str, bool]]:
    """People's verdicts: JSON lines {"id", "faithful": true or false, "relevant": true or false}, either or both.

    Raises:
        JudgeFailed: the file cannot be read, or a line is not of this form.
    """
    labels: dict[str, dict[str, bool]] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JudgeFailed(f"expected readable labels at {path}, found {type(error).__name__}") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            identifier = value.pop("id")
            if not set(value) <= {"faithful", "relevant"} or not all(isinstance(flag, bool) for flag in value.values()):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise JudgeFailed(
                f'{path.name} line {number}: expected {{"id", "faithful": true or false, "relevant": …}}, '
                f"found {line[:100]}"
            ) from None
        labels[str(identifier)] = value
    return labels
