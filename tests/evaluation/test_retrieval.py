"""Retrieval measures, each against a value worked out by hand."""

from __future__ import annotations

from math import log2

import pytest

from evaluation.matching import alike, covers
from evaluation.records import Gold
from evaluation.retrieval import budget_recall, retrieval_scores, units
from evaluation.runs import PlacedGold
from index.records import Span
from tests.evaluation.made import gold, outcome, passage, replied


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 10), (5, 20), True),  # 5 of the shorter one's 10
        ((0, 10), (6, 20), False),  # 4 of 10
        ((0, 10), (10, 20), False),  # they touch
        ((0, 100), (40, 44), True),  # the shorter one lies inside
        ((5, 5), (0, 10), False),  # empty
    ],
)
def test_two_spans_are_alike_from_half_of_the_shorter_one(
    one: tuple[int, int], other: tuple[int, int], expected: bool
) -> None:
    """At least half of the shorter span must be common, whichever is given first."""
    assert alike(Span(*one), Span(*other)) is expected
    assert alike(Span(*other), Span(*one)) is expected


def test_gold_is_covered_in_its_own_document_only() -> None:
    """The same offsets in another document are nothing; gold of a whole document is covered anywhere in it."""
    assert covers(passage("d1", 0, 100), gold("d1", 50, 60))
    assert not covers(passage("d2", 0, 100), gold("d1", 50, 60))
    whole = PlacedGold(Gold("d1", None), "da", (Span(0, 1000),))
    assert covers(passage("d1", 900, 910), whole)


def test_a_quote_that_stands_twice_counts_at_either_place() -> None:
    """Every occurrence of a gold quote is as good."""
    twice = PlacedGold(Gold("d1", "x" * 10), "da", (Span(0, 10), Span(200, 210)))
    assert covers(passage("d1", 195, 220), twice)


def test_a_mixed_ranking() -> None:
    """Three gold quotes; passage 2 covers two of them, passage 4 the third.

    Units: passages 2 and 4 are relevant, nothing was missed. recall@1 = 0, recall@5 = 3/3. RR = 1/2.
    DCG = 1/log2(3) + 1/log2(5), the ideal 1/log2(2) + 1/log2(3).
    """
    golds = [gold("d1", 0, 20), gold("d1", 30, 50), gold("d2", 0, 20)]
    ranking = [passage("d2", 500, 600), passage("d1", 0, 60), passage("d1", 0, 60), passage("d2", 0, 40)]
    scores = retrieval_scores([outcome(replied(), golds, passages=ranking)])["q"]
    assert scores["recall_1"] == 0
    assert scores["recall_5"] == 1
    assert scores["mrr_10"] == 0.5
    assert scores["ndcg_10"] == pytest.approx((1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3)))


def test_quotes_missed_altogether_lower_recall_and_ndcg() -> None:
    """Two of three gold quotes in the first passage, one never: recall 2/3, nDCG = 1 / (1 + 1/log2(3))."""
    golds = [gold("d1", 0, 20), gold("d1", 30, 50), gold("d2", 0, 20)]
    scores = retrieval_scores([outcome(replied(), golds, passages=[passage("d1", 0, 60)])])["q"]
    assert scores["recall_10"] == pytest.approx(2 / 3)
    assert scores["ndcg_10"] == pytest.approx(1 / (1 + 1 / log2(3)))


def test_alternatives_are_one_need_and_optional_gold_is_none() -> None:
    """Two alternatives and an optional quote: one need, had by the second passage: recall 1, RR 1/2, nDCG 1/log2(3)."""
    golds = [
        gold("d1", 0, 20, group="a"),
        gold("d1", 30, 50, group="a"),
        gold("d2", 0, 20, optional=True),
    ]
    ranking = [passage("d2", 0, 20), passage("d1", 30, 60)]
    scores = retrieval_scores([outcome(replied(), golds, passages=ranking)])["q"]
    assert (scores["recall_1"], scores["recall_5"], scores["mrr_10"]) == (0, 1, 0.5)
    assert scores["ndcg_10"] == pytest.approx(1 / log2(3))


def test_only_the_first_ten_count() -> None:
    """A gold quote first covered by the eleventh passage: recall@10, RR@10 and nDCG@10 are 0."""
    ranking = [passage("d2", 100 * at, 100 * at + 50) for at in range(1, 11)] + [passage("d1", 0, 50)]
    scores = retrieval_scores([outcome(replied(), [gold("d1", 0, 20)], passages=ranking)])["q"]
    assert (scores["recall_10"], scores["mrr_10"], scores["ndcg_10"]) == (0, 0, 0)
    assert scores["recall_2000_characters"] == 1  # ten passages of 50 characters leave room


def test_all_wrong_and_empty_rankings_score_nothing() -> None:
    """No passage, or only passages that cover nothing: every measure is 0, none is missing."""
    for ranking in ([], [passage("d2", 0, 10), passage("d2", 20, 30)]):
        scores = retrieval_scores([outcome(replied(), [gold("d1", 0, 20)], passages=ranking)])["q"]
        assert set(scores.values()) == {0.0}
        assert len(scores) == 6


def test_equal_scores_keep_the_target_s_order() -> None:
    """All passages have the score 1.0; the first one stays the first."""
    ranking = [passage("d1", 0, 20), *(passage("d2", at, at + 10) for at in range(0, 90, 10))]
    assert retrieval_scores([outcome(replied(), [gold("d1", 0, 20)], passages=ranking)])["q"]["mrr_10"] == 1


def test_unanswerable_questions_and_failures_have_no_retrieval_scores() -> None:
    """There is nothing to retrieve for the first and nothing was retrieved for the second."""
    assert retrieval_scores([outcome(replied(), []), outcome(None, [gold("d1", 0, 9)])]) == {}


def test_grades_are_kept() -> None:
    """A passage that first covers gold of grades 1 and 3 is a unit of grade 3; missed gold keeps its own."""
    graded = [PlacedGold(Gold("d1", "x" * 20, relevance=grade), "da", (Span(0, 20),)) for grade in (1, 3)]
    missed = PlacedGold(Gold("d2", "x" * 20, relevance=2), "sv", (Span(0, 20),))
    assert units([passage("d1", 0, 20)], [*graded, missed]) == (["gold-0"], {"gold-0": 3, "missed-2": 2})


def test_recall_within_2000_characters() -> None:
    """1,500 characters are taken whole, the next passage is cut after 500: what it has beyond is not reached."""
    ranking = [passage("d1", 0, 1500), passage("d2", 0, 1000)]
    assert budget_recall(ranking, [gold("d2", 100, 200), gold("d2", 700, 800)]) == 0.5


def test_characters_shown_before_cost_nothing() -> None:
    """A passage that overlaps an earlier one only uses room for its new characters."""
    ranking = [passage("d1", 0, 1500), passage("d1", 1000, 2000), passage("d2", 0, 100)]
    assert budget_recall(ranking, [gold("d1", 1900, 1990)]) == 1
    assert budget_recall(ranking, [gold("d2", 0, 50)]) == 0
