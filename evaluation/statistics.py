"""Confidence intervals by the bootstrap: how far a figure would move with other questions of the same sort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
"""Enough for the second decimal of a percentile interval's ends (Efron & Tibshirani 1993, ch. 14)."""
LEVEL = 0.95
SEED = 20_240
CHUNK_CELLS = 4_000_000
"""Resampled values held at once (32 MB), so that a set of any size fits in memory."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `count` questions with the ends of its 95 % confidence interval."""

    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean paired difference B - A with its interval and a two-sided bootstrap p-value."""

    mean: float
    low: float
    high: float
    p: float
    count: int

    @property
    def significant(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def interval(values: Sequence[float]) -> Interval:
    """The mean of `values` (at least one) with its percentile interval (Efron & Tibshirani 1993, ch. 13)."""
    return remembered_interval(tuple(values))


@lru_cache(maxsize=4096)
def remembered_interval(values: tuple[float, ...]) -> Interval:
    """An interval, calculated once: the table, the summary and the report of a run show the same ones."""
    low, high = ends(resampled_means(np.asarray(values, dtype=np.float64)))
    return Interval(float(np.mean(values)), low, high, len(values))


def paired_difference(before: Sequence[float], after: Sequence[float]) -> Difference:
    """The mean of after - before over the same questions, resampling questions (Koehn 2004).

    The p-value is twice the smaller share of resampled differences on either side of 0, the observed one counted in
    (Davison & Hinkley 1997, ch. 4), at most 1.
    """
    differences = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    means = resampled_means(differences)
    low, high = ends(means)
    below, above = int(np.sum(means <= 0)), int(np.sum(means >= 0))
    p = min(1.0, 2 * (min(below, above) + 1) / (RESAMPLES + 1))
    return Difference(float(differences.mean()), low, high, p, len(differences))


def resampled_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The means of resamples with replacement, shape (RESAMPLES,); the same for the same values."""
    if values.min() == values.max():
        return np.full(RESAMPLES, values[0])
    generator = np.random.default_rng(SEED)
    rows = max(1, CHUNK_CELLS // max(1, len(values)))
    parts = []
    for start in range(0, RESAMPLES, rows):
        shape = (min(rows, RESAMPLES - start), len(values))
        parts.append(values[generator.integers(0, len(values), shape)].mean(axis=1))
    return np.concatenate(parts)


def ends(means: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the percentile interval at the level."""
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` (at least one) do not exceed, interpolated linearly."""
    return float(np.quantile(np.asarray(values, dtype=np.float64), share))


def area_under_curve(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """The chance that a positive scores above a negative, ties half (Mann & Whitney 1947; the area under the ROC)."""
    wins = sum((one > other) + 0.5 * (one == other) for one in positives for other in negatives)
    return wins / (len(positives) * len(negatives))
