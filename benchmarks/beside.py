"""Kilde beside its peers on one made-up corpus: `python -m benchmarks.beside SIZE [FOLDER]`, figures as JSON."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers import PEERS, Absent
from benchmarks.scale import NONE, Search, Times, open_search, time_questions
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

    return [_one(name, build, passages, questions, folder) for name, build in {KILDE: kilde, **PEERS}.items()]


def _one(
    name: str,
    build: Callable[[Sequence[Passage], Path], Search],
    passages: Sequence[Passage],
    questions: Sequence[Question],
    folder: Path,
) -> Beside:
    began = time.process_time()
    try:
        search = build(passages, folder)
    except Absent as absent:
        return Beside(name, reason=str(absent))
    built = time.process_time() - began
    asked = questions[WARM_UP:]
    for question in questions[:WARM_UP]:
        search(question, NONE)
    same = [question for question in asked if not question.across]
    across = [question for question in asked if question.across]
    return Beside(
        name=name,
        same_language=time_questions(search, same),
        across=time_questions(search, across),
        filtered=time_questions(search, same, BY_LANGUAGE) if name in FILTERING else None,
        build_seconds=round(built, 2),
    )


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
