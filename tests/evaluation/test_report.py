"""The HTML report: self-contained, complete, and safe whatever the texts hold."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evaluation.charts import Scale, latency_chart, reliability_bins, reliability_chart, wilson
from evaluation.measures import score
from evaluation.report import pieces, render, verdict
from evaluation.runs import Outcome, RunInfo
from evaluation.scoring import Run
from tests.evaluation.made import cited, gold, never_sure, outcome, passage, replied

GOLD = [gold("d1", 0, 20, "Ann")]


def run(*outcomes: Outcome) -> Run:
    info = RunInfo("first", "set.jsonl", "sha", "all", "scripted", "now", "0.1")
    return Run(Path("first"), info, outcomes, score(outcomes, never_sure))


SEVERAL = run(
    outcome(replied([cited(1, "d1", 0, 20, "Ann")]), GOLD, identifier="right", passages=[passage("d1", 0, 50)]),
    outcome(replied([cited(1, "d2", 0, 20)]), GOLD, identifier="wrong", verbatim=[False]),
    outcome(replied(answered=False), GOLD, identifier="refused"),
    outcome(replied(answered=False), [], identifier="abstained"),
    outcome(replied([cited(1, "d2", 0, 20)]), [], identifier="invented"),
    outcome(replied([], language="sv"), GOLD, identifier="Swedish"),
    outcome(None, GOLD, identifier="failed"),
)


def test_the_page_loads_nothing() -> None:
    """No address of another file or host stands in it, and its policy forbids to load any."""
    page = render(SEVERAL)
    assert not re.search(r"(src|href|action)\s*=|url\(|@import|https?:", page)
    assert "default-src 'none'" in page


def test_every_question_and_its_outcome_is_on_the_page() -> None:
    """Each question once, with how it went in words."""
    page = render(SEVERAL)
    for item in SEVERAL.outcomes:
        assert page.count(f'<span class="id">{item.question.id}</span>') == 1
    verdicts = {item.question.id: verdict(item, SEVERAL.scores[item.question.id]) for item in SEVERAL.outcomes}
    assert verdicts == {
        "right": "all found",
        "wrong": "nothing found",
        "refused": "wrongly refused",
        "abstained": "rightly abstained",
        "invented": "wrongly answered",
        "Swedish": "wrong language",
        "failed": "failed",
    }
    assert all(f'data-verdict="{words}"' in page for words in verdicts.values())
    assert "not in the text" in page
    assert "timed out" in page


def test_tags_are_closed() -> None:
    """Every element that is opened is closed in its place."""

    class Stack(HTMLParser):
        void = frozenset({"meta", "input"})

        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in self.void:
                self.open.append(tag)

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            """Closed at once."""

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    stack = Stack()
    stack.feed(render(SEVERAL))
    assert stack.open == []


def test_texts_cannot_become_markup() -> None:
    """A question, an answer, a speaker and a title with tags in them are shown as they are."""
    evil = "<script>alert(1)</script>"
    citation = replace(cited(1, "d1", 0, 20, evil), title=evil, text=evil)
    made = outcome(replied([citation], evil), GOLD, identifier="q")
    made = replace(made, question=replace(made.question, text=evil, answer=evil))
    page = render(run(made))
    assert evil not in page
    assert page.count("&lt;script&gt;") >= 5


def test_a_run_without_anything_to_plot_has_a_page() -> None:
    """Only failures: no times, no confidence, no plots."""
    page = render(run(outcome(None, GOLD)))
    assert "Time to the answer" not in page
    assert "Reliability" not in page


def test_gold_is_marked_within_quotes() -> None:
    """A quote of 0–5 and gold of 3–20: the last two of its five characters are gold."""
    quote = replace(cited(1, "d1", 0, 5), text="abcde")
    assert [(piece.text, piece.gold) for piece in pieces(quote, [gold("d1", 3, 20)])] == [("abc", False), ("de", True)]
    assert [(piece.text, piece.gold) for piece in pieces(quote, [gold("d2", 0, 20)])] == [("abcde", False)]
    assert pieces(replace(quote, text=""), GOLD) == ()


def confident(value: float, *, answerable: bool, answered: bool, number: int) -> Outcome:
    reply = replace(replied(answered=answered), confidence=value)
    return outcome(reply, GOLD if answerable else [], identifier=f"q{number}")


def test_bins_of_equal_count_along_the_confidence() -> None:
    """Sixteen questions make two bins of eight; each counts what is answerable and what was answered."""
    made = [confident(at / 16, answerable=at >= 6, answered=at >= 8, number=at) for at in range(16)]
    low, high = reliability_bins(made[::-1])
    assert (low.count, low.answerable, low.answered) == (8, 2, 0)
    assert (high.count, high.answerable, high.answered) == (8, 8, 8)
    assert low.confidence == pytest.approx(3.5 / 16)
    assert reliability_bins([outcome(None, GOLD)]) == []


def test_a_stated_confidence_has_a_diagonal() -> None:
    """Only a probability promises a share."""
    bins = reliability_bins([confident(0.5, answerable=True, answered=True, number=0)])
    assert reliability_chart(bins, stated=True).diagonal
    assert not reliability_chart(bins, stated=False).diagonal


def test_equal_confidences_and_times_can_be_plotted() -> None:
    """An axis has a length even where all values are one, or zero."""
    for value in (0.0, 0.5, 3.0):
        scale = Scale.around([value, value])
        assert scale.low <= value <= scale.high
        assert len(scale.ticks()) >= 2
    assert latency_chart([0.0, 0.0], 0.0, 0.0).path.startswith("M ")
    assert latency_chart([1.0], 1.0, 1.0).x_ticks


def test_axes_end_at_round_numbers() -> None:
    """0.13 to 0.87 is shown from 0.1 to 0.9 in tenths."""
    scale = Scale.around([0.13, 0.87])
    assert (scale.low, scale.high) == pytest.approx((0.1, 0.9))
    assert scale.ticks() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


def test_wilson_s_interval() -> None:
    """8 of 10: 0.490 to 0.943 (Wilson 1927; the usual example); never below 0 or above 1."""
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)
    assert wilson(0, 5)[0] == 0
    assert wilson(5, 5)[1] == 1
