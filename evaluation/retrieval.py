"""Retrieval measures of the ranked passages, calculated by ir-measures (MacAvaney, Macdonald, Ounis 2022).

The unit of relevance is what the answer needs (a gold quote, or a group of alternatives), not the passage, because
which passages exist depends on the chunking that is being evaluated. In a ranking each passage stands for the needs
that it is the first to cover; needs that the same passage is the first to cover are one unit, since no ranking could
have put one above the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from evaluation.errors import MissingPackage
from evaluation.matching import common, covers_any, needs
from evaluation.records import Scores
from evaluation.replies import RankedPassage
from evaluation.runs import Outcome, PlacedGold
from index.records import Span

CUTOFFS = (1, 5, 10)
BUDGET_CHARACTERS = 2000
"""What a reader or a model takes in at a glance; passages of any size compete for the same room."""


def retrieval_scores(outcomes: Sequence[Outcome]) -> dict[str, Scores]:
    """Question id → the retrieval measures; only for answerable questions that were replied to.

    Raises:
        MissingPackage: ir-measures is not installed; the message says how to get it.
    """
    asked = [outcome for outcome in outcomes if outcome.gold and outcome.error is None]
    scores: dict[str, Scores] = {
        outcome.question.id: {"recall_2000_characters": budget_recall(outcome.passages, outcome.gold)}
        for outcome in asked
    }
    for cutoff in CUTOFFS:
        for outcome in asked:
            scores[outcome.question.id][f"recall_{cutoff}"] = recall(outcome.passages[:cutoff], outcome.gold)
    for identifier, measured in ranked(asked).items():
        scores[identifier].update(measured)
    return scores


def recall(passages: Sequence[RankedPassage], gold: Sequence[PlacedGold]) -> float:
    """The share of what the answer needs that at least one of the passages covers."""
    needed = needs(gold)
    return sum(any(covers_any(passage, need) for passage in passages) for need in needed) / len(needed)


def budget_recall(passages: Sequence[RankedPassage], gold: Sequence[PlacedGold]) -> float:
    """Recall within the first 2,000 characters of the ranking; a passage that crosses the limit is cut there.

    Characters that an earlier passage has had already are not counted again.
    """
    room = BUDGET_CHARACTERS
    taken: list[RankedPassage] = []
    for passage in passages:
        known = sum(
            common(Span(passage.start, passage.end), Span(earlier.start, earlier.end))
            for earlier in taken
            if earlier.document_id == passage.document_id
        )
        length = passage.end - passage.start
        kept = min(length, room + known)
        if kept > 0:
            taken.append(RankedPassage(passage.document_id, passage.start, passage.start + kept, passage.score))
        room -= max(0, kept - known)
        if room <= 0:
            break
    return recall(taken, gold)


def units(passages: Sequence[RankedPassage], gold: Sequence[PlacedGold]) -> tuple[list[str], dict[str, int]]:
    """The ranking as unit names, best first, and the relevance grade of every unit there is.

    A passage that covers nothing new is a unit without relevance.
    """
    open_needs = dict(enumerate(needs(gold)))
    ranking: list[str] = []
    grades: dict[str, int] = {}
    names: Iterator[int] = count()
    for passage in passages:
        new = [at for at, need in open_needs.items() if covers_any(passage, need)]
        name = f"{'gold' if new else 'other'}-{next(names)}"
        ranking.append(name)
        if new:
            grades[name] = max(grade(open_needs.pop(at)) for at in new)
    grades.update({f"missed-{at}": grade(need) for at, need in open_needs.items()})
    return ranking, grades


def grade(need: Sequence[PlacedGold]) -> int:
    """The highest relevance grade of some alternatives."""
    return max(item.gold.relevance for item in need)


def ranked(outcomes: Sequence[Outcome]) -> Mapping[str, Scores]:
    """Question id → nDCG@10 (Järvelin & Kekäläinen 2002) and reciprocal rank within ten (Voorhees 1999)."""
    try:
        import ir_measures
        from ir_measures import RR, nDCG
    except ImportError as error:
        raise MissingPackage(
            "expected the package ir-measures; install it with: pip install 'kilde[evaluation]'"
        ) from error
    qrels, run = [], []
    for outcome in outcomes:
        ranking, grades = units(outcome.passages, outcome.gold)
        qrels += [ir_measures.Qrel(outcome.question.id, name, grade) for name, grade in grades.items()]
        # Scores are replaced by ranks: equal scores must not be put in another order than the target's.
        run += [ir_measures.ScoredDoc(outcome.question.id, name, -float(at)) for at, name in enumerate(ranking)]
    names = {nDCG @ 10: "ndcg_10", RR @ 10: "mrr_10"}
    scores: dict[str, Scores] = {outcome.question.id: {"ndcg_10": 0.0, "mrr_10": 0.0} for outcome in outcomes}
    if qrels:
        for metric in ir_measures.iter_calc(list(names), qrels, run):
            scores[metric.query_id][names[metric.measure]] = metric.value
    return scores
