"""Intervals, paired differences and what is no mean."""

from __future__ import annotations

import pytest

from evaluation.records import Scores
from evaluation.statistics import area_under_curve, interval, paired_difference, percentile
from evaluation.summary import summarise, summary_record, totals
from tests.evaluation.made import cited, gold, outcome, replied


def test_values_without_spread_have_an_interval_without_width() -> None:
    """The mean of equal values is certain."""
    found = interval([0.5] * 20)
    assert (found.mean, found.low, found.high, found.count) == (0.5, 0.5, 0.5, 20)


def test_the_interval_of_a_share_is_near_the_normal_one() -> None:
    """Fifty of a hundred: 0.5 ± 1.96 · √(0.25/100) = 0.402 to 0.598; the bootstrap comes within a hundredth."""
    found = interval([0.0, 1.0] * 50)
    assert found.low == pytest.approx(0.402, abs=0.011)
    assert found.high == pytest.approx(0.598, abs=0.011)


def test_intervals_are_the_same_each_time() -> None:
    """The resampling has a fixed seed, so that a comparison can be repeated."""
    assert interval([0.1, 0.9, 0.4]) == interval([0.1, 0.9, 0.4])


def test_a_constant_gain_is_significant_and_small_chance_is_not() -> None:
    """Every question 0.1 better is surely better; one of ten better by as much as another is worse is not."""
    better = paired_difference([0.1 * at for at in range(10)], [0.1 * at + 0.1 for at in range(10)])
    assert better.mean == pytest.approx(0.1)
    assert better.significant
    assert better.p < 0.001
    level = paired_difference([0.0, 1.0] + [0.5] * 8, [1.0, 0.0] + [0.5] * 8)
    assert level.mean == 0
    assert not level.significant
    assert level.p == 1


def test_pairing_sees_what_the_spread_hides() -> None:
    """Differences are resampled, not values: a small gain on every question stands out from very unlike questions."""
    before = [0.0, 0.9] * 10
    found = paired_difference(before, [value + 0.05 for value in before])
    assert found.significant


def test_many_values_are_resampled_in_parts() -> None:
    """A set larger than a chunk gives an interval as well."""
    assert interval([0.0, 1.0] * 1000).high == pytest.approx(0.522, abs=0.01)


def test_percentiles() -> None:
    """Of 1, 2, 3, 4 the median is 2.5, and 95 % lie below 3.85."""
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.5
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.95) == pytest.approx(3.85)


def test_the_area_under_the_curve() -> None:
    """Positives 3, 2 against negatives 2, 1: three wins and a tie of four pairs: 3.5/4."""
    assert area_under_curve([3.0, 2.0], [2.0, 1.0]) == 3.5 / 4


def test_a_summary_has_every_group_and_the_totals() -> None:
    """Two answerable questions (one refused) and an unanswerable one (abstained): abstention precision 1/2."""
    made = [
        outcome(replied([cited(1, "d1", 0, 20)]), [gold("d1", 0, 20)], identifier="a", language="en"),
        outcome(replied(answered=False, language="sv"), [gold("d2", 0, 20)], identifier="b", language="sv"),
        outcome(replied(answered=False), [], identifier="c", kind="unanswerable"),
    ]
    scores: dict[str, Scores] = {
        "a": {"quality": 1.0, "seconds": 1.0},
        "b": {"quality": 0.0, "seconds": 2.0},
        "c": {"quality": 1.0, "seconds": 3.0},
    }
    groups = {(row.slice.grouping, row.slice.value): row for row in summarise(made, scores)}
    assert list(groups) == [
        ("all", "all"),
        ("language", "en"),
        ("language", "sv"),
        ("pair", "en→da"),
        ("pair", "sv→sv"),
        ("pair", "en→none"),
        ("kind", "fact"),
        ("kind", "unanswerable"),
        ("split", "report"),
    ]
    assert groups["all", "all"].measures["quality"].mean == pytest.approx(2 / 3)
    assert groups["language", "en"].measures["quality"].count == 2
    found = totals(made, scores)
    assert found["abstention_precision"] == 1 / 2
    assert found["seconds_p50"] == 2
    assert found["seconds_p95"] == pytest.approx(2.9)
    assert "confidence_auc" not in found
    assert summary_record(made, scores)["questions"] == 3
