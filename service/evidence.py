"""Whether what was found answers the question, or only lies near it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.choose import Candidate
from service.coverage import Coverage
from service.records import Quote
from service.understand import Question

MIN_SHARE = 0.5
"""The share of the question's weight that one passage must have for an answer."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the question is answered; if not, `missing` are its words that no passage knows anything of."""

    answered: bool
    missing: tuple[str, ...] = ()


def judge(question: Question, coverage: Coverage, found: Sequence[Candidate], quotes: Sequence[Quote]) -> Verdict:
    """Weigh the evidence: names, numbers and words that no passage knows, and how much the best passage has."""
    missing = tuple(unit.text for unit in coverage.units if not unit.known)
    unknown_name = any(unit.name and not unit.known for unit in coverage.units)
    best = max((candidate.share for candidate in found), default=0.0)
    if not quotes or unknown_name or best < MIN_SHARE:
        return Verdict(False, missing)
    return Verdict(True)
