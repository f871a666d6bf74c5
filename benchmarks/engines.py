"""Whether every engine finds the same: nDCG@10 of each over folders of sets, and how many results are equal.

`python -m benchmarks.engines --data DIR` opens each set's passages in the engine of this machine, in one whose vectors
are on a Chroma server (which it starts on loopback), and on Qdrant in the client's local mode, which compares with
every passage. With `--most N` no more than N queries of a pool are asked, drawn evenly over it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import systems
from benchmarks.datasets import Pool, Query, read_sets
from benchmarks.retrieval import LIMIT, Outcome, run
from index.analysis import Analyzer
from index.chroma import Place, Server
from index.lexical import LexicalIndex
from index.lexicon import load_lexicon
from index.packing import Packing
from index.pool import Finder, TwoLegs
from index.qdrant.client import Connection
from index.qdrant.collection import Collections
from index.qdrant.place import IN_MEMORY, parse
from index.qdrant.points import points
from index.qdrant.searching import QdrantFinder
from index.qdrant.statistics import counted
from index.qdrant.words import QdrantWords
from index.record import VectorBatch
from index.records import Passage
from index.retrieve import Retriever
from index.subwords import SubwordEmbedding
from index.vectors import VectorIndex, write
from service.http.chroma_run import answers, end, free_port, start_server

ENGINES = ("embedded", "chroma run", "qdrant")


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """The address of a Chroma server over an empty folder."""
    port = free_port()
    process = start_server(folder, port)
    try:
        if not answers(process, port):
            raise RuntimeError("the Chroma server does not answer")
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)


def two_legs(passages: Sequence[Passage], analyzer: Analyzer, folder: Path, vectors: Place) -> Finder:
    """The engine of this machine, with its vectors in a folder or on a server."""
    lexical, embedding = LexicalIndex(folder / "lexical", analyzer), SubwordEmbedding()
    lexical.add(passages)
    lexical.commit()
    languages = tuple(passage.language for passage in passages)
    rows = VectorBatch(
        tuple(passage.id for passage in passages), languages, embedding.embed([one.text for one in passages])
    )
    write(vectors, [rows], {language: languages.count(language) for language in languages})
    return TwoLegs(lexical, VectorIndex(vectors), embedding)


def on_qdrant(passages: Sequence[Passage], analyzer: Analyzer) -> Finder:
    """The engine on Qdrant, in memory."""
    connection, embedding = Connection(parse(f"qdrant:///{IN_MEMORY}")), SubwordEmbedding()
    collections = Collections(connection, "benchmark", whole=True)
    name = collections.create(embedding.dimensions)
    stored = points(passages, Packing(analyzer).entries(passages), None)
    collections.put(name, stored)
    words = QdrantWords(counted((point.language, point.scored) for point in stored), analyzer)
    return QdrantFinder(connection, name, words, embedding, vectors=True)


def drawn(pool: Pool, most: int) -> Pool:
    """The pool with at most so many queries, evenly drawn; all where `most` is 0."""
    if not most or len(pool.queries) <= most:
        return pool
    places = np.linspace(0, len(pool.queries) - 1, most).astype(int).tolist()
    return pool.with_queries(tuple(pool.queries[place] for place in places))


@dataclass(slots=True)
class Measured:
    """An engine over a pool: the outcomes, the passages found by query, and the ms of a query.

    The milliseconds are of processor time in this process: what a server takes is not among them.
    """

    outcomes: list[Outcome]
    found: dict[str, list[str]]
    milliseconds: float


def measured(pool: Pool, finder: Finder, passages: Sequence[Passage], analyzer: Analyzer) -> Measured:
    """Ask every query of the pool once."""
    retriever = Retriever(systems.Memory(passages), finder, analyzer)
    found: dict[str, list[str]] = {}

    def search(query: Query) -> list[tuple[str, float]]:
        hits = retriever.search(query.text, language=query.language, limit=LIMIT)
        found[query.id] = [hit.passage.id for hit in hits]
        return [(hit.passage.id, hit.score) for hit in hits]

    begin = time.process_time()
    outcomes = run(pool, search)
    return Measured(outcomes, found, 1000 * (time.process_time() - begin) / max(1, len(pool.queries)))


def over_engines(pool: Pool, analyzer: Analyzer, chroma: str, number: int) -> dict[str, Measured]:
    """Every engine over a pool; `number` keeps its collections on the Chroma server from other pools'."""
    passages = [systems.as_passage(text) for text in pool.passages]
    found: dict[str, Measured] = {}
    for engine in ENGINES:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            if engine == "qdrant":
                finder = on_qdrant(passages, analyzer)
            else:
                place = Server(chroma, f"pool{number}-") if engine == "chroma run" else Path(name) / "vectors"
                finder = two_legs(passages, analyzer, Path(name), place)
            found[engine] = measured(pool, finder, passages, analyzer)
    return found


def rows_of(name: str, pools: Sequence[dict[str, Measured]]) -> Iterator[tuple[float, list[str]]]:
    """Each engine's difference from the first in nDCG@10 over all queries of a set, and its row of the table."""
    base = 0.0
    for engine in ENGINES:
        values = [one.ndcg for pool in pools for one in pool[engine].outcomes]
        same = sum(
            found == pool[ENGINES[0]].found[query] for pool in pools for query, found in pool[engine].found.items()
        )
        ndcg = float(np.mean(values))
        base = base if engine != ENGINES[0] else ndcg
        spent = float(np.mean([pool[engine].milliseconds for pool in pools]))
        figures = [f"{ndcg:.4f}", f"{ndcg - base:+.4f}", f"{same / len(values):.4f}", f"{spent:.1f}"]
        yield abs(ndcg - base), [name, engine, str(len(values)), *figures]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table. Returns 1 where two engines differ by .005 or more in a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory of sets")
    parser.add_argument("--sets", nargs="*", help="only these")
    parser.add_argument("--most", type=int, default=0, help="queries of a pool at most, 0 for all")
    options = parser.parse_args(arguments)
    try:
        sets = [(name, pools) for name, pools in read_sets(options.data) if not options.sets or name in options.sets]
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    table = Table("set", "engine", "queries", "nDCG@10", "difference", "same results", "ms")
    analyzer, apart, numbers = Analyzer(load_lexicon()), 0.0, count(1)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, chroma_server(Path(folder)) as chroma:
        for name, pools in sets:
            measures = [over_engines(drawn(pool, options.most), analyzer, chroma, next(numbers)) for pool in pools]
            for difference, row in rows_of(name, measures):
                apart = max(apart, difference)
                table.add_row(*row)
            table.add_section()
    Console(width=120).print(table)
    return int(apart >= 0.005)


if __name__ == "__main__":
    sys.exit(main())
