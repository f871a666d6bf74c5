"""A run as one HTML page: figures, plots, and every question with its answer, quotes and gold. Opens offline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined

from evaluation.answers import ESCAPE
from evaluation.charts import Chart, latency_chart, reliability_bins, reliability_chart
from evaluation.matching import covers
from evaluation.measures import MEASURES
from evaluation.records import Scores
from evaluation.replies import CitedQuote
from evaluation.runs import Outcome, PlacedGold
from evaluation.scoring import Run
from evaluation.summary import Row, summarise, totals
from evaluation.tables import figure

PLOTTED = "quality"
MIN_COUNT = 5
"""With fewer questions an interval by resampling is far too narrow, and none is shown."""
PER_QUESTION = ("citation_precision", "citation_recall", "speaker_right", "recall_10", "mrr_10", "seconds")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a quote; `gold` where the gold has it too."""

    text: str
    gold: bool


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A citation as the page shows it."""

    citation: CitedQuote
    verbatim: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ShownGold:
    """A gold quote as the page shows it: whether the answer cites it, and the rank of the first passage with it."""

    gold: PlacedGold
    cited: bool
    rank: int | None


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as the page shows it. `verdict` is a key of the page's words for how it went."""

    outcome: Outcome
    quality: float
    verdict: str
    answer: str
    quotes: tuple[ShownQuote, ...]
    gold: tuple[ShownGold, ...]
    figures: tuple[tuple[str, str], ...]


def render(run: Run) -> str:
    """The page. It loads nothing: style, plots and script stand in it."""
    whole, *groups = summarise(run.outcomes, run.scores)
    figures = totals(run.outcomes, run.scores)
    present = [measure for measure in MEASURES if measure.name in whole.measures]
    environment = Environment(
        loader=PackageLoader("evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = figure
    return environment.get_template("report.html").render(
        run=run,
        whole=whole,
        totals=figures,
        by_measure=[(group, list(named)) for group, named in groupby(present, key=lambda measure: measure.group)],
        min_count=MIN_COUNT,
        by_pair=sorted(of(groups, "pair"), key=lambda row: row.slice.value),
        by_group=[(name, of(groups, name)) for name in ("language", "kind", "split")],
        plotted=PLOTTED,
        reliability=reliability(run.outcomes),
        latency=latency(run, figures),
        questions=sorted(shown(run), key=lambda question: question.quality),
    )


def of(rows: Sequence[Row], grouping: str) -> list[Row]:
    """The rows of a grouping."""
    return [row for row in rows if row.slice.grouping == grouping]


def reliability(outcomes: Sequence[Outcome]) -> Chart | None:
    """The reliability plot; None where nothing says how sure the target was."""
    bins = reliability_bins(outcomes)
    stated = any(outcome.reply and outcome.reply.confidence is not None for outcome in outcomes)
    return reliability_chart(bins, stated=stated) if bins else None


def latency(run: Run, figures: dict[str, float]) -> Chart | None:
    """The plot of answer times; None where nothing was answered."""
    seconds = [value for scores in run.scores.values() if (value := scores.get("seconds")) is not None]
    return latency_chart(seconds, figures["seconds_p50"], figures["seconds_p95"]) if seconds else None


def shown(run: Run) -> Iterator[ShownQuestion]:
    """Every question of a run."""
    for outcome in run.outcomes:
        scores = run.scores[outcome.question.id]
        quotes = tuple(ShownQuote(*pair, pieces(pair[0], outcome.gold)) for pair in outcome.citations)
        yield ShownQuestion(
            outcome,
            scores["quality"] or 0.0,
            verdict(outcome, scores),
            ESCAPE.sub(r"\1", outcome.reply.answer) if outcome.reply else outcome.error or "",
            quotes,
            tuple(shown_gold(gold, outcome) for gold in outcome.gold),
            tuple((name, figure(name, value)) for name in PER_QUESTION if (value := scores.get(name)) is not None),
        )


def verdict(outcome: Outcome, scores: Scores) -> str:
    """How a question went, in a word for the reader."""
    if outcome.reply is None:
        return "failed"
    if scores.get("language_right") == 0:
        return "wrong language"
    if not outcome.gold:
        return "wrongly answered" if outcome.reply.answered else "rightly abstained"
    if not outcome.reply.answered:
        return "wrongly refused"
    recall = scores.get("citation_recall") or 0.0
    return "nothing found" if recall == 0 else "all found" if recall == 1 else "partly found"


def shown_gold(gold: PlacedGold, outcome: Outcome) -> ShownGold:
    """One gold quote and what became of it."""
    answered = outcome.reply is not None and outcome.reply.answered
    cited = answered and any(verbatim and covers(citation, gold) for citation, verbatim in outcome.citations)
    ranks = (rank for rank, passage in enumerate(outcome.passages, start=1) if covers(passage, gold))
    return ShownGold(gold, cited, next(ranks, None))


def pieces(citation: CitedQuote, gold: Sequence[PlacedGold]) -> tuple[Piece, ...]:
    """A quote cut where the gold begins and ends."""
    inside = [False] * len(citation.text)
    for item in gold:
        if item.gold.document_id == citation.document_id and item.gold.quote is not None:
            for span in item.spans:
                for at in range(max(span.start, citation.start), min(span.end, citation.end)):
                    if at - citation.start < len(inside):
                        inside[at - citation.start] = True
    found: list[Piece] = []
    start = 0
    for at in range(1, len(inside) + 1):
        if at == len(inside) or inside[at] != inside[start]:
            found.append(Piece(citation.text[start:at], inside[start]))
            start = at
    return tuple(found)
