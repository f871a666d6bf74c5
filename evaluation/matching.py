"""When a stretch of text counts as the gold: the one rule that retrieval and citation measures share."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.replies import CitedQuote, RankedPassage
from evaluation.runs import PlacedGold
from index.records import Span

MIN_OVERLAP = 0.5
"""The part of the shorter of two stretches that must be common. Half, so that a neighbouring sentence taken along or
a clause left out does not decide, and a touch at the edge does not count."""


def common(one: Span, other: Span) -> int:
    """Characters that two spans share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def alike(one: Span, other: Span) -> bool:
    """Whether at least half of the shorter span lies in the other."""
    shorter = min(one.end - one.start, other.end - other.start)
    return shorter > 0 and common(one, other) >= MIN_OVERLAP * shorter


def covers(found: CitedQuote | RankedPassage, gold: PlacedGold) -> bool:
    """Whether a quote or a passage has what a gold passage says: the same document and a span alike."""
    if found.document_id != gold.gold.document_id:
        return False
    if gold.gold.quote is None:
        return True
    return any(alike(Span(found.start, found.end), span) for span in gold.spans)


def covers_any(found: CitedQuote | RankedPassage, needed: Sequence[PlacedGold]) -> bool:
    """Whether a quote or a passage has at least one of some alternatives."""
    return any(covers(found, gold) for gold in needed)


def needs(gold: Sequence[PlacedGold]) -> list[tuple[PlacedGold, ...]]:
    """What an answer needs: each a tuple of alternatives of which any is enough; optional gold is not among them."""
    groups: dict[object, list[PlacedGold]] = {}
    for at, item in enumerate(gold):
        if not item.gold.optional:
            groups.setdefault(item.gold.group or at, []).append(item)
    return [tuple(group) for group in groups.values()]
