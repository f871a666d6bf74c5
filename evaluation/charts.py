"""The geometry of the report's plots: numbers in, coordinates out; the template only draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from evaluation.runs import Outcome
from evaluation.statistics import LEVEL
from evaluation.summary import confidence

WIDTH, HEIGHT = 640.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 16.0, 14.0, 44.0
MAX_BINS = 10
MIN_IN_BIN = 8
"""Fewer questions than this in a bin say nothing about a share: its interval would span half the plot."""
NORMAL_QUANTILE = 1.959964
"""The standard normal quantile that belongs to LEVEL, two-sided."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with the ends of its interval, in coordinates, and what it says."""

    x: float
    y: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A plot: axes, and points or a path. Coordinates are those of a picture of `width` by `height`."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...] = ()
    others: tuple[Dot, ...] = ()
    path: str = ""
    lines: tuple[Tick, ...] = ()
    diagonal: str = ""
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of similar confidence: the mean of it, and how many there are, are answerable, were answered."""

    confidence: float
    count: int
    answerable: int
    answered: int


def reliability_bins(outcomes: Sequence[Outcome]) -> list[Bin]:
    """Bins of equal count along the confidence (Nguyen & O'Connor 2015); none where no confidence is known."""
    told = sorted(
        (value, bool(outcome.gold), bool(outcome.reply and outcome.reply.answered))
        for outcome in outcomes
        if (value := confidence(outcome)) is not None
    )
    count = max(1, min(MAX_BINS, len(told) // MIN_IN_BIN))
    edges = [round(at * len(told) / count) for at in range(count + 1)]
    return [
        Bin(
            sum(value for value, _, _ in part) / len(part),
            len(part),
            sum(answerable for _, answerable, _ in part),
            sum(answered for _, _, answered in part),
        )
        for start, end in pairwise(edges)
        if (part := told[start:end])
    ]


def reliability_chart(bins: Sequence[Bin], *, stated: bool) -> Chart:
    """The share of answerable questions, and of answered ones, by confidence.

    `stated`: the confidence is one that the target stated as a probability, so the diagonal is what to aim at.
    """
    values = [part.confidence for part in bins]
    scale = Scale(0.0, 1.0) if stated else Scale.around(values)
    return Chart(
        x_ticks=tuple(Tick(x(scale, value), f"{value:g}") for value in scale.ticks()),
        y_ticks=share_ticks(),
        dots=tuple(share_dot(scale, part, part.answerable, "answerable") for part in bins),
        others=tuple(share_dot(scale, part, part.answered, "answered") for part in bins),
        diagonal=f"M {x(scale, 0)} {y(0)} L {x(scale, 1)} {y(1)}" if stated else "",
    )


def share_dot(scale: Scale, part: Bin, hits: int, what: str) -> Dot:
    """One bin's share with its Wilson interval (Wilson 1927)."""
    low, high = wilson(hits, part.count)
    label = f"confidence {part.confidence:.2f}: {hits} of {part.count} {what}"
    return Dot(x(scale, part.confidence), y(hits / part.count), y(low), y(high), label)


def latency_chart(seconds: Sequence[float], p50: float, p95: float) -> Chart:
    """The share of questions answered within a time, as steps (the empirical distribution function).

    The axis is logarithmic from a power of ten to another, since one slow first answer would flatten all the others.
    """
    times = [max(value, 1e-4) for value in sorted(seconds)]
    low, high = math.floor(math.log10(times[0])), math.ceil(math.log10(times[-1]))
    scale = Scale(float(low), float(max(high, low + 1)))
    path = [f"M {LEFT} {y(0)}"]
    for at, value in enumerate(times, start=1):
        path.append(f"H {x(scale, math.log10(value))} V {y(at / len(times))}")
    path.append(f"H {WIDTH - RIGHT}")
    return Chart(
        x_ticks=tuple(
            Tick(x(scale, power), f"{10.0**power:g}") for power in range(int(scale.low), int(scale.high) + 1)
        ),
        y_ticks=share_ticks(),
        path=" ".join(path),
        lines=tuple(
            Tick(x(scale, math.log10(max(value, 1e-4))), f"{name} {value:.3f} s")
            for name, value in (("p50", p50), ("p95", p95))
        ),
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """The values at the two ends of the x axis."""

    low: float
    high: float

    @classmethod
    def around(cls, values: Sequence[float]) -> Scale:
        """A scale that holds the values (one at least) and ends at round numbers."""
        step = round_step(max(values) - min(values) or abs(max(values)) or 1.0)
        low, high = math.floor(min(values) / step) * step, math.ceil(max(values) / step) * step
        return cls(low, max(high, low + step))

    def ticks(self) -> list[float]:
        """Round values from end to end."""
        step = round_step(self.high - self.low)
        count = round((self.high - self.low) / step)
        return [round(self.low + at * step, 10) for at in range(count + 1)]


def round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, so that four to ten of them make the span."""
    power: float = 10 ** math.floor(math.log10(span / 4))
    return next(factor * power for factor in (1, 2, 5, 10) if span / (factor * power) <= 10)


def x(scale: Scale, value: float) -> float:
    """The horizontal coordinate of a value."""
    return round(LEFT + (value - scale.low) / (scale.high - scale.low) * (WIDTH - LEFT - RIGHT), 2)


def y(share: float) -> float:
    """The vertical coordinate of a share."""
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 2)


def share_ticks() -> tuple[Tick, ...]:
    """Five marks from none to all."""
    return tuple(Tick(y(percent / 100), f"{percent} %") for percent in (0, 25, 50, 75, 100))


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's score interval of a share at the level (95 %), which stays within 0..1 for small counts."""
    if LEVEL != 0.95:
        raise AssertionError("NORMAL_QUANTILE belongs to a level of 0.95")
    square = NORMAL_QUANTILE**2
    share = hits / count
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = NORMAL_QUANTILE / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return 0.0 if hits == 0 else middle - half, 1.0 if hits == count else middle + half
