"""Measures retrieval at one size, in a process of its own: `python -m benchmarks.scale SIZE FOLDER`, figures as JSON.

The corpus is made up (`benchmarks.synthetic`, `benchmarks.corpus`); a folder that holds it already is used again. Times
of questions are the processor's, which other work on the machine disturbs less than the clock's; those of an update and
of the questions asked meanwhile are the clock's, because that is what is waited for. Threads take turns as they do in
the service (`settle`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.corpus import open_corpus
from benchmarks.synthetic import DOCUMENT, Question, Synthetic, document_id, speaker_name
from index.adding import add, remove_documents
from index.analysis import Analyzer
from index.lexicon import load_lexicon
from index.library import Library
from index.records import Filters
from service.http.server import settle

LIMIT = 20
QUESTIONS = 400
WARM_UP = 40
UPDATES = 16
PAUSE_SECONDS = 0.3
"""Between two updates."""
STARTING_SECONDS = 5.0
UPDATED = "updated"
"""The id of the document that is changed again and again, of as many passages as the others."""
NONE = Filters()


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds a question; `recall` is the share of questions whose passage is among the hits."""

    p50: float
    p95: float
    p99: float
    per_second: float
    recall: float | None


@dataclass(frozen=True, slots=True)
class Scale:
    """What was measured at one size. Bytes a passage; `rate` is passages a second of one core's time.

    `update_seconds` is the median from the beginning of an update to the first search that finds it, `update_longest`
    the longest; the p95 are milliseconds by the clock.
    """

    size: int
    times: dict[str, Times]
    memory: float
    disk: float
    rate: float | None
    first_answer_seconds: float
    open_seconds: float
    update_seconds: float
    update_longest: float
    p95_while_updating: float
    p95_alone: float


Search = Callable[[Question, Filters], Sequence[str]]


def time_questions(search: Search, questions: Sequence[Question], filters: Filters = NONE) -> Times:
    """Ask every question once; the filter decides whether its passage could be found at all."""
    taken, found = [], 0
    for question in questions:
        began = time.process_time()
        ids = search(question, filters)
        taken.append((time.process_time() - began) * 1000)
        found += question.gold in ids
    return summed_up(taken, found if filters == NONE else None)


def summed_up(taken: Sequence[float], found: int | None) -> Times:
    """The percentiles of these milliseconds; `found` is how many questions found their passage, if they could."""
    cuts = statistics.quantiles(taken, n=100)
    return Times(
        p50=round(cuts[49], 3),
        p95=round(cuts[94], 3),
        p99=round(cuts[98], 3),
        per_second=round(1000 / statistics.fmean(taken), 1),
        recall=None if found is None else round(found / len(taken), 4),
    )


def open_search(folder: Path, size: int, made: Synthetic, analyzer: Analyzer) -> tuple[Search, Library]:
    """The product's own search over a corpus, which is made where it is missing, and the library behind it."""
    library, _ = open_corpus(folder, size, made, analyzer)
    return searching(library), library


def searching(library: Library) -> Search:
    """A library's search, as a benchmark calls it."""

    def search(question: Question, filters: Filters) -> list[str]:
        hits = library.retriever.search(question.text, language=question.language, limit=LIMIT, filters=filters)
        return [hit.passage.id for hit in hits]

    return search


def measure(folder: Path, size: int, count: int) -> Scale:
    """Everything about one size."""
    analyzer = Analyzer(load_lexicon())
    made = Synthetic(analyzer.lexicon)
    library, rate = open_corpus(folder, size, made, analyzer)
    library.close()
    questions = made.questions(size, count + WARM_UP)
    analyzer = Analyzer(analyzer.lexicon)
    before = _resident()
    began = time.perf_counter()
    search, library = open_search(folder, size, made, analyzer)
    opened = time.perf_counter() - began
    search(questions[0], NONE)
    first = time.perf_counter() - began
    for question in questions[:WARM_UP]:
        search(question, NONE)
    library.warm_up()
    settle()
    asked = questions[WARM_UP:]
    with library:
        times = {name: time_questions(search, asked, filters) for name, filters in sized_filters(size).items()}
        memory = (_resident() - before) / size
        updates, busy, alone = _update(library, made, asked)
    return Scale(
        size=size,
        times=times,
        memory=round(memory),
        disk=round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / size),
        rate=rate,
        first_answer_seconds=round(first, 3),
        open_seconds=round(opened, 3),
        update_seconds=round(statistics.median(updates), 3),
        update_longest=round(max(updates), 3),
        p95_while_updating=round(busy, 3),
        p95_alone=round(alone, 3),
    )


def sized_filters(size: int) -> dict[str, Filters]:
    """What a corpus of that size is asked with, by name."""
    return {
        "no filter": NONE,
        "language": Filters(languages=frozenset({"sv"})),
        "speaker": Filters(speakers=frozenset({speaker_name(0)})),
        "document": Filters(documents=frozenset({document_id(size // DOCUMENT // 2)})),
    }


def _update(library: Library, made: Synthetic, asked: Sequence[Question]) -> tuple[list[float], float, float]:
    """Seconds until a changed document is found, and p95 of questions meanwhile and without updates."""
    search, taken, stop = searching(library), _Taken(), threading.Event()

    def ask() -> None:
        while not stop.is_set():
            for milliseconds in _clocked(search, asked):
                taken.now.append(milliseconds)
                if stop.is_set():
                    break

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        seconds = list(_updates(library, made, taken))
    finally:
        stop.set()
        asking.join()
    return seconds, _percentile(taken.during), _percentile(taken.alone)


@dataclass(slots=True)
class _Taken:
    """Milliseconds of questions without and during updates, and where those of the present ones go."""

    alone: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)
    now: list[float] = field(default_factory=list)


def _updates(library: Library, made: Synthetic, times: _Taken) -> Iterator[float]:
    """Replace a document again and again, as an upload does, with as many pauses.

    The first time does not count: it is added, not replaced, and the process that takes in documents starts with it.
    """
    texts = [passage.text for passage in made.passages(DOCUMENT)]
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{UPDATED}.txt"
        for number in range(UPDATES + 1):
            if number:
                times.now = times.alone
                _wait(times.alone)
            mark = f"Zqx{'abcdefghijklmnopq'[number]}vk"
            file.write_text("\n\n".join([f"{mark} {texts[0]}", *texts[1:]]), encoding="utf-8")
            times.now = times.during if number else []
            began = time.perf_counter()
            add(library, file, UPDATED, path=file.name)
            while not any(mark in hit.passage.text for hit in library.retriever.search(mark, language="en", limit=3)):
                time.sleep(0.001)
            taken = time.perf_counter() - began
            times.now = []
            if number:
                yield taken
            else:
                time.sleep(STARTING_SECONDS)
        remove_documents(library, [UPDATED])


def _wait(alone: Sequence[float]) -> None:
    """Until some questions more have been asked without an update."""
    until, end = len(alone) + 20, time.perf_counter() + PAUSE_SECONDS
    while len(alone) < until or time.perf_counter() < end:
        time.sleep(0.01)


def _clocked(search: Search, asked: Sequence[Question]) -> Iterator[float]:
    for question in asked:
        began = time.perf_counter()
        search(question, NONE)
        yield (time.perf_counter() - began) * 1000


def _percentile(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=100)[94]


def _resident() -> int:
    """Bytes of this process in memory: its own and those of files that it has mapped and touched."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def main() -> None:
    """Measure one size and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    options = parser.parse_args()
    print(json.dumps(asdict(measure(options.folder, options.size, options.questions))))


if __name__ == "__main__":
    main()
