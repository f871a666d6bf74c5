"""Whether what was found answers the question, only lies near it, or is not about it at all."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Literal

from index.errors import InvalidData
from index.records import Hit
from service.choose import Candidate
from service.coverage import Coverage
from service.names_found import apart, missing_names, split, unwritten_names, unwritten_numbers
from service.understand import Question

FULL = 0.7
"""A unit of the question counts as found in a passage from this strength on: above a merely related concept."""
LOOKED_AT = 20
"""Candidates whose passages are weighed; further ones have less of everything."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against an answer; each is about 0..1.

    mass: how much of the question's weight, counted in MASS, the best passage has: long questions give more to go by.
    full: of the question's units, how many that passage has in full.
    lexical: the best hit's lexical score for each unit of the question's weight.
    absent: of the question's weighty units, the share of which no good passage has anything.
    missing_name: whether a name or number of the question stands in no passage, nor anything related to it.
    missing_kind: where the question asks for a number or a time, how much of it the best sentence with one lacks.
    apart: whether somebody is said to say something who is no speaker, and no stretch has both the name and the rest.
    weak: how far the best passage for it is from having in full any one of the things that the question is about.
    split: whether no name of the question stands in a passage that has anything of what it asks of it.
    """

    mass: float
    full: float
    lexical: float
    absent: float
    missing_name: float
    missing_kind: float
    apart: float
    split: float
    weak: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`answered`, `near` (not said in so many words) or `absent`; `missing` are words that no passage knows."""

    level: Literal["answered", "near", "absent"]
    probability: float
    missing: tuple[str, ...] = ()


class Judge:
    """A logistic model over the evidence; its weights are data, fitted by benchmarks/abstention.py."""

    def __init__(self, weights: Mapping[str, float], answered: float, near: float) -> None:
        """`answered` and `near` are the probabilities from which an answer is given, or something near shown."""
        self._weights = weights
        self._answered = answered
        self._near = near

    def judge(self, question: Question, coverage: Coverage, hits: Sequence[Hit], found: Sequence[Candidate]) -> Verdict:
        """Weigh what was found for a question."""
        if not coverage.units:
            # "What does Ann think?" is answered by whatever she says; without her, nothing was asked.
            return Verdict("answered" if found and question.speakers else "absent", float(bool(question.speakers)))
        evidence = gather(question, coverage, hits, found)
        probability = self.probability(evidence)
        least = self._near if all_speak(question, found) else self._answered
        level: Literal["answered", "near", "absent"] = "absent"
        if found and probability >= least:
            level = "answered"
        elif found and probability >= self._near and evidence.full:
            level = "near"
        missing = [unit.text for unit in missing_names(coverage, found[:LOOKED_AT])]
        nobody = [unit.text for unit in unwritten_names(coverage, found[:LOOKED_AT])]
        if nobody := nobody or unwritten_numbers(question, found[:LOOKED_AT]):
            level, missing = "absent", nobody
        return Verdict(level, probability, tuple(missing))

    def probability(self, evidence: Evidence) -> float:
        """The probability that the question is answered, in 0..1."""
        total = self._weights["constant"] + sum(
            self._weights[field.name] * getattr(evidence, field.name) for field in fields(Evidence)
        )
        return 1 / (1 + math.exp(-total))


def gather(question: Question, coverage: Coverage, hits: Sequence[Hit], found: Sequence[Candidate]) -> Evidence:
    """The evidence for an answer among the candidates, which are sorted best first."""
    looked_at = found[:LOOKED_AT]
    best = max((candidate.whole for candidate in looked_at), key=lambda match: match.share, default=None)
    return Evidence(
        mass=min(MAX_MASS, best.share * coverage.weight / (MASS * coverage.rarest)) if best else 0.0,
        full=sum(strength >= FULL for strength in best.units) / len(best.units) if best and best.units else 0.0,
        lexical=min(MAX_LEXICAL, lexical(hits) / coverage.indexed_weight) if coverage.weight else 0.0,
        absent=absent(coverage, looked_at),
        missing_name=float(bool(missing_names(coverage, looked_at))),
        missing_kind=missing_kind(question, coverage, looked_at) if question.kinds else 0.0,
        apart=float(apart(question, coverage, looked_at)),
        split=float(split(coverage, looked_at)),
        weak=weak(coverage, looked_at),
    )


MASS, MAX_MASS = 2.0, 2.0
"""The unit of a question's weight, as many nouns that no passage has, and the most of it that counts. Measured by the
rarest there can be, it is the same in a small corpus and a large one."""
MAX_LEXICAL = 4.0
"""More than this says nothing more: it comes of questions that are about next to nothing."""
WEIGHTY = 0.45
"""The share of the rarest noun's weight from which a unit is one of those that a question is about."""
NOTHING = 0.2
"""Below this strength a passage has nothing of a unit, not even a related concept of a clear one."""
ENOUGH, ENOUGH_FOR_A_PRICE = 0.65, 0.5
"""A sentence of the kind asked for that has this share of the question's units lacks nothing: the rest is in other
words. Sentences with a price are few, and say less than that."""
ONLY_RELATED = 0.5
"""What is left of a unit that such a sentence has only in a related word: to count libraries is not to count books."""
BESIDE = 0.7
"""What a unit counts that such a sentence only has beside it: the figure there may be of another thing."""


def lexical(hits: Sequence[Hit]) -> float:
    """The best lexical score among the hits, 0 where the lexical leg found nothing."""
    return max((hit.legs.get("lexical", 0.0) for hit in hits), default=0.0)


def all_speak(question: Question, found: Sequence[Candidate]) -> bool:
    """Whether the question names several speakers and each says something of it: then they can be compared."""
    spoken = {(candidate.passage.speaker.name or "").casefold() for candidate in found}
    return len(question.speakers) > 1 and {name.casefold() for name in question.speakers} <= spoken


def absent(coverage: Coverage, found: Sequence[Candidate]) -> float:
    """Of the units that the question is about, the share of which no passage found has anything."""
    weighty = weighty_units(coverage)
    nothing = [
        place for place in weighty if max((candidate.whole.units[place] for candidate in found), default=0.0) < NOTHING
    ]
    return len(nothing) / len(weighty) if weighty else 0.0


def weighty_units(coverage: Coverage) -> list[int]:
    """The places of the units that the question itself is about."""
    least = WEIGHTY * coverage.rarest
    return [place for place, unit in enumerate(coverage.units) if unit.weight >= least and not unit.carried]


def missing_kind(question: Question, coverage: Coverage, found: Sequence[Candidate]) -> float:
    """What the best sentence of the kind asked for lacks of the question's units, each counting the same.

    The verb counts like the noun: when it opens is no answer to when it was built. What "how many" counts counts twice.
    """
    own = [place for place, unit in enumerate(coverage.units) if not unit.carried]
    twice = own[:1] if any(kind.name == "number" for kind in question.kinds) else []
    numbers = [
        place
        for place, unit in enumerate(coverage.units)
        if any(start <= unit.start < end for start, end in (thing.span for thing in question.numbered))
    ]
    weights = [1.0 + (place in twice) for place in range(len(coverage.units))]
    had = [
        sum(weight * met(strength) for weight, strength in zip(weights, with_beside(one), strict=True)) / sum(weights)
        for one in found
        if one.of_the_kind and all(one.near.units[place] >= FULL for place in numbers)
    ]
    enough = ENOUGH_FOR_A_PRICE if any(kind.name == "price" for kind in question.kinds) else ENOUGH
    return max(0.0, 1.0 - max(had, default=0.0) / enough)


def with_beside(candidate: Candidate) -> list[float]:
    """The strength of each unit in a sentence, its title and headings, and, for less, in the sentences beside it."""
    parts = zip(candidate.own.units, candidate.context.units, candidate.near.units, strict=True)
    return [max(own, context, BESIDE * near) for own, context, near in parts]


def met(strength: float) -> float:
    """The strength of a unit, for what a sentence of the kind asked for has of the question."""
    return strength if strength >= FULL else ONLY_RELATED * strength


def weak(coverage: Coverage, found: Sequence[Candidate]) -> float:
    """What the best met of the things that the question is about lacks of being met in full."""
    about = weighty_units(coverage) or [place for place, unit in enumerate(coverage.units) if not unit.carried]
    best = max((candidate.whole.units[place] for candidate in found for place in about), default=0.0)
    return 1.0 - min(1.0, best / FULL) if about else 0.0


def load_judge() -> Judge:
    """Read the fitted weights. Raises InvalidData when one is missing."""
    source = files("service").joinpath("data", "evidence.toml")
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
        weights = {name: float(table["weights"][name]) for name in ("constant", *(f.name for f in fields(Evidence)))}
        return Judge(weights, float(table["thresholds"]["answered"]), float(table["thresholds"]["near"]))
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise InvalidData(f"service/data/evidence.toml: {error}") from error
