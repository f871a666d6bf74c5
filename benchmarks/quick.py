"""Ratios between things of one run that are measured within a minute, to be held to those that are kept.

Every ratio compares two things that are done in turns by the same machine, in processor time: a slower or busier
machine changes the times and not the ratios. Less is better in all of them.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import edge, starting
from benchmarks.peers import bm25s
from benchmarks.scale import NONE, open_search, sized_filters
from benchmarks.synthetic import DOCUMENT, Synthetic
from index.adding import add
from index.analysis import Analyzer
from index.lexicon import load_lexicon

SIZE = 1_000
QUESTIONS, WARM_UP = 120, 30
UPDATES = 5
STARTS = 3
TURNS = 2


def measure(seeds: Path) -> dict[str, float]:
    """Every ratio by its name."""
    found = searching()
    asked, imported = starting.seconds(STARTS)
    found["kilde ask to import chromadb"] = asked / imported
    routes = {route.name: route.per_second for route in edge.measure(seeds, TURNS, open_loop=False)}
    for name in (edge.SEARCH, edge.AGAIN, edge.CHAT):
        found[f"a no-op's requests to those of {name}"] = routes[edge.NOOP] / routes[name]
    return {name: round(ratio, 3) for name, ratio in found.items()}


def searching() -> dict[str, float]:
    """Kilde's searches to those of bm25s, those with a filter to those without, and an update to a search."""
    analyzer = Analyzer(load_lexicon())
    made = Synthetic(analyzer.lexicon)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        search, library = open_search(Path(folder), SIZE, made, analyzer)
        peer = bm25s(list(made.passages(SIZE)), Path(folder))
        taken: dict[str, list[float]] = {}
        with library:
            for place, question in enumerate(made.questions(SIZE, QUESTIONS + WARM_UP)):
                runs: dict[str, Callable[[], object]] = {"bm25s": lambda asked=question: peer(asked, NONE)}
                for name, filters in sized_filters(SIZE).items():
                    runs[name] = lambda asked=question, narrowed=filters: search(asked, narrowed)
                for name, run in runs.items():
                    used = _processor_seconds(run)
                    if place >= WARM_UP:
                        taken.setdefault(name, []).append(used)
            update = _update(library, made, Path(folder))
    median = {name: statistics.median(times) for name, times in taken.items()}
    plain = median.pop("no filter")
    return {
        "Kilde to bm25s": plain / median.pop("bm25s"),
        **{f"{name} filter to none": used / plain for name, used in median.items()},
        "an update to a search": update / plain,
    }


def _update(library: object, made: Synthetic, folder: Path) -> float:
    """Processor seconds, the median, of changing a document."""
    text = "\n\n".join(passage.text for passage in made.passages(DOCUMENT))
    file = folder / "updated.txt"
    taken = []
    for number in range(UPDATES + 1):
        file.write_text(f"Version {number}.\n\n{text}", encoding="utf-8")
        taken.append(_processor_seconds(lambda: add(library, file, "updated", path=file.name)))
    return statistics.median(taken[1:])


def _processor_seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began
