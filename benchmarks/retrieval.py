"""Retrieval quality and speed over a directory of sets: `python -m benchmarks.retrieval --data DIR [--json FILE]`.

nDCG@10 and recall@10 (ir-measures) and milliseconds a query for BM25, MiniLM where it is installed, and this project,
by set, pair of languages or split, and half: settings are chosen on one half of the queries and reported on the other.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import ir_measures
from ir_measures import R, nDCG
from rich.console import Console
from rich.table import Table

from benchmarks import systems
from benchmarks.datasets import Pool, Query, read_sets
from benchmarks.variants import VARIANTS
from index.analysis import Analyzer
from index.lexicon import load_lexicon

LIMIT = 10
MEASURES = (nDCG @ 10, R @ 10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One query's figures."""

    query: Query
    ndcg: float
    recall: float
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """The means over the queries of one set, system, variant and part; `part` is "all" or a pair, split or half."""

    set: str
    system: str
    variant: str
    part: str
    queries: int
    ndcg10: float
    recall10: float
    milliseconds: float


def run(pool: Pool, search: systems.Search) -> list[Outcome]:
    """Ask every query of the pool once."""
    found: dict[str, list[tuple[str, float]]] = {}
    seconds: dict[str, float] = {}
    for query in pool.queries:
        begin = time.perf_counter()
        found[query.id] = list(search(query))
        seconds[query.id] = time.perf_counter() - begin
    # Ranks, not scores, are measured: ir-measures would order equal scores by id.
    results = [
        ir_measures.ScoredDoc(id_, passage, -float(rank))
        for id_, passages in found.items()
        for rank, (passage, _) in enumerate(passages)
    ]
    golden = [ir_measures.Qrel(query.id, gold, 1) for query in pool.queries for gold in query.gold]
    values: dict[str, dict[str, float]] = {query.id: {} for query in pool.queries}
    for metric in ir_measures.iter_calc(MEASURES, golden, results):
        values[metric.query_id][str(metric.measure)] = metric.value
    return [
        Outcome(
            query,
            values[query.id].get(str(MEASURES[0]), 0.0),
            values[query.id].get(str(MEASURES[1]), 0.0),
            1000 * seconds[query.id],
        )
        for query in pool.queries
    ]


def rows(name: str, system: str, variant: str, outcomes: Sequence[Outcome]) -> list[Row]:
    """Means over all queries, over each part, and over each half."""
    parts: dict[str, list[Outcome]] = {"all": list(outcomes)}
    for outcome in outcomes:
        parts.setdefault(outcome.query.part, []).append(outcome) if outcome.query.part != "all" else None
        parts.setdefault(f"half: {outcome.query.half}", []).append(outcome)
    return [
        Row(
            set=name,
            system=system,
            variant=variant,
            part=part,
            queries=len(found),
            ndcg10=round(statistics.fmean(one.ndcg for one in found), 4),
            recall10=round(statistics.fmean(one.recall for one in found), 4),
            milliseconds=round(statistics.fmean(one.milliseconds for one in found), 3),
        )
        for part, found in parts.items()
    ]


def measure(name: str, pools: Iterable[Pool], chosen: Sequence[str], variants: Sequence[str]) -> list[Row]:
    """Every chosen system on every pool of a set; the variants of the queries only for this project."""
    analyzer = Analyzer(load_lexicon())
    outcomes: dict[tuple[str, str], list[Outcome]] = {}
    for pool in pools:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            searches = {}
            if "bm25" in chosen:
                searches["bm25"] = systems.bm25(pool, LIMIT)
            if "minilm" in chosen:
                searches["minilm"] = systems.minilm(pool, LIMIT)
            if "kilde" in chosen:
                searches["kilde"] = systems.kilde(pool, analyzer, LIMIT, Path(folder))
            for system, search in searches.items():
                outcomes.setdefault((system, "as written"), []).extend(run(pool, search))
            for variant in variants:
                changed = pool.with_queries(tuple(VARIANTS[variant](query) for query in pool.queries))
                outcomes.setdefault(("kilde", variant), []).extend(run(changed, searches["kilde"]))
    return [row for (system, variant), found in outcomes.items() for row in rows(name, system, variant, found)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, write JSON if asked. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory of sets")
    parser.add_argument("--sets", nargs="*", help="only these")
    parser.add_argument("--systems", nargs="*", default=["bm25", "minilm", "kilde"], help="only these")
    parser.add_argument("--variants", nargs="*", default=[], choices=sorted(VARIANTS), help="changed queries, too")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args(arguments)
    if "minilm" in options.systems and not systems.MINILM.is_file():
        print("MiniLM is left out: its model is not on this machine, and nothing is downloaded.", file=sys.stderr)
        options.systems.remove("minilm")
    try:
        sets = [(name, pools) for name, pools in read_sets(options.data) if not options.sets or name in options.sets]
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    table = Table("set", "system", "variant", "part", "queries", "nDCG@10", "recall@10", "ms")
    found: list[Row] = []
    for name, pools in sets:
        for row in measure(name, pools, options.systems, options.variants):
            found.append(row)
            table.add_row(*(str(value) for value in asdict(row).values()))
        table.add_section()
    Console(width=140).print(table)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in found], indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
