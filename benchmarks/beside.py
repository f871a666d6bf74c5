"""Kilde beside its peers on one made-up corpus: `python -m benchmarks.beside SIZE [FOLDER]`, figures as JSON."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers import PEERS, SAMPLE, STAND_IN, Absent
from benchmarks.scale import NONE, Search, Times, open_search, summed_up
from benchmarks.synthetic import Question, Synthetic
from index.analysis import Analyzer
from index.lexicon import load_lexicon
from index.records import Filters, Passage

KILDE = "Kilde"
QUESTIONS, WARM_UP = 100, 10
BY_LANGUAGE = Filters(languages=frozenset({"sv"}))
FILTERING = (KILDE, "Chroma, `where`")
"""Those that can be asked for one language only."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One system's figures, or why it has none. `build_seconds` are the processor's."""

    name: str
    reason: str = ""
    same_language: Times | None = None
    across: Times | None = None
    filtered: Times | None = None
    build_seconds: float = 0.0


def measure(size: int, folder: Path) -> list[Beside]:
    """Kilde and every peer that is installed."""
    analyzer = Analyzer(load_lexicon())
    made = Synthetic(analyzer.lexicon)
    passages = list(made.passages(size))
    questions = made.questions(size, QUESTIONS + WARM_UP)

    def kilde(_: Sequence[Passage], at: Path) -> Search:
        return open_search(at / "kilde", size, made, analyzer)[0]

    built = [_build(name, build, passages, folder) for name, build in {KILDE: kilde, **PEERS}.items()]
    searches = {name: search for name, search, _, _ in built if search}
    for question in questions[:WARM_UP]:
        for search in searches.values():
            search(question, NONE)
    asked = questions[WARM_UP:]
    same = _in_turns(searches, [question for question in asked if not question.across], NONE)
    across = _in_turns(searches, [question for question in asked if question.across], NONE)
    filtering = {name: search for name, search in searches.items() if name in FILTERING}
    filtered = _in_turns(filtering, asked, BY_LANGUAGE)
    return [
        Beside(name, reason, same.get(name), across.get(name), filtered.get(name), seconds)
        for name, _, reason, seconds in built
    ]


def _build(
    name: str, build: Callable[[Sequence[Passage], Path], Search], passages: Sequence[Passage], folder: Path
) -> tuple[str, Search | None, str, float]:
    """(name, search, why there is none, seconds)."""
    began = time.process_time()
    try:
        search = build(passages, folder)
    except Absent as absent:
        return name, None, str(absent), 0.0
    seconds = time.process_time() - began
    if name == STAND_IN:
        seconds *= len(passages) / min(SAMPLE, len(passages))
    return name, search, "", round(seconds, 2)


def _in_turns(searches: Mapping[str, Search], questions: Sequence[Question], filters: Filters) -> dict[str, Times]:
    """Every question is put to one after the other, so that what else the machine does meets all of them alike."""
    taken: dict[str, list[float]] = {name: [] for name in searches}
    found = dict.fromkeys(searches, 0)
    for question in questions:
        for name, search in searches.items():
            began = time.process_time()
            ids = search(question, filters)
            taken[name].append((time.process_time() - began) * 1000)
            found[name] += question.gold in ids
    return {
        name: summed_up(taken[name], found[name] if filters == NONE and name != STAND_IN else None) for name in searches
    }


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("folder", type=Path, nargs="?")
    options = parser.parse_args()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = measure(options.size, options.folder or Path(folder))
    json.dump([dataclasses.asdict(one) for one in found], sys.stdout)


if __name__ == "__main__":
    main()
