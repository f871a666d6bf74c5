"""Measures retrieval at one size, in a process of its own: `python -m benchmarks.scale SIZE FOLDER`, figures as JSON.

The corpus is made up (`benchmarks.synthetic`) and loaded straight into the record and the lexical index, because what
is measured is searching; a folder that holds it already is used again. Times of questions are the processor's, which
other work on the machine disturbs less than the clock's.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import insert

from benchmarks.synthetic import DOCUMENT, Question, Synthetic, document_id, speaker_name
from index import rows
from index.analysis import Analyzer
from index.lexical import LexicalIndex
from index.lexicon import load_lexicon
from index.pool import TwoLegs
from index.record import Record
from index.records import Document, Filters, Passage
from index.retrieve import Retriever
from index.schema import documents, now, passages
from index.subwords import SubwordEmbedding

LIMIT = 20
QUESTIONS = 400
WARM_UP = 40
BATCH = 5_000
UPDATES = 5
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
    """What was measured at one size. Bytes a passage; `rate` is passages a second of one core's time."""

    size: int
    times: dict[str, Times]
    memory: float
    disk: float
    rate: float | None
    first_answer_seconds: float
    update_seconds: float
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


def load(folder: Path, size: int, made: Synthetic, analyzer: Analyzer) -> float | None:
    """Fill an empty folder; passages a second of processor time, None where it was full already."""
    done = folder / "size"
    if done.is_file() and done.read_text() == str(size):
        return None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    record = Record.open(folder / "record.sqlite3")
    lexical = LexicalIndex(folder / "lexical", analyzer)
    indexing = 0.0
    for batch in _batches(made.passages(size), BATCH):
        _store(record, batch)
        began = time.process_time()
        lexical.add(batch)
        indexing += time.process_time() - began
    began = time.process_time()
    lexical.commit()
    indexing += time.process_time() - began
    record.close()
    done.write_text(str(size))
    return round(size / indexing)


def open_search(folder: Path, size: int, made: Synthetic, analyzer: Analyzer) -> tuple[Search, LexicalIndex]:
    """The product's own search over a corpus, which is made where it is missing, and the index behind it."""
    load(folder, size, made, analyzer)
    record = Record.open(folder / "record.sqlite3")
    lexical = LexicalIndex(folder / "lexical", analyzer)
    retriever = Retriever(record, TwoLegs(lexical, None, SubwordEmbedding()), analyzer)

    def search(question: Question, filters: Filters) -> list[str]:
        hits = retriever.search(question.text, language=question.language, limit=LIMIT, filters=filters)
        return [hit.passage.id for hit in hits]

    return search, lexical


def measure(folder: Path, size: int, count: int) -> Scale:
    """Everything about one size."""
    analyzer = Analyzer(load_lexicon())
    made = Synthetic(analyzer.lexicon)
    rate = load(folder, size, made, analyzer)
    questions = made.questions(size, count + WARM_UP)
    analyzer = Analyzer(analyzer.lexicon)
    before = _resident()
    began = time.perf_counter()
    search, lexical = open_search(folder, size, made, analyzer)
    search(questions[0], NONE)
    first = time.perf_counter() - began
    for question in questions[:WARM_UP]:
        search(question, NONE)
    asked = questions[WARM_UP:]
    times = {name: time_questions(search, asked, filters) for name, filters in _filters(size).items()}
    memory = (_resident() - before) / size
    update, busy, alone = _update(lexical, next(made.passages(size)), lambda: search(asked[0], NONE), search, asked)
    return Scale(
        size=size,
        times=times,
        memory=round(memory),
        disk=round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / size),
        rate=rate,
        first_answer_seconds=round(first, 3),
        update_seconds=round(update, 3),
        p95_while_updating=round(busy, 3),
        p95_alone=round(alone, 3),
    )


def _filters(size: int) -> dict[str, Filters]:
    return {
        "no filter": NONE,
        "language": Filters(languages=frozenset({"sv"})),
        "speaker": Filters(speakers=frozenset({speaker_name(0)})),
        "document": Filters(documents=frozenset({document_id(size // DOCUMENT // 2)})),
    }


def _update(
    lexical: LexicalIndex, passage: Passage, look: Callable[[], object], search: Search, asked: Sequence[Question]
) -> tuple[float, float, float]:
    """Median seconds until a changed document is found, and p95 by the clock of questions meanwhile and before."""
    alone = _percentile(list(islice(_clocked(search, asked), len(asked))))
    stop, during = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            for taken in _clocked(search, asked):
                during.append(taken)
                if stop.is_set():
                    break

    asking = threading.Thread(target=ask)
    asking.start()
    seconds = []
    for _ in range(UPDATES):
        time.sleep(0.3)
        began = time.perf_counter()
        lexical.remove([passage.document_id])
        lexical.add([dataclasses.replace(passage)])
        lexical.commit()
        look()
        seconds.append(time.perf_counter() - began)
    stop.set()
    asking.join()
    return statistics.median(seconds), _percentile(during), alone


def _clocked(search: Search, asked: Sequence[Question]) -> Iterator[float]:
    for question in asked:
        began = time.perf_counter()
        search(question, NONE)
        yield (time.perf_counter() - began) * 1000


def _percentile(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=100)[94]


def _store(record: Record, batch: Sequence[Passage]) -> None:
    """Put whole documents into the record, many a transaction; as a build does it, but for vectors and segments."""
    by_document: dict[str, list[Passage]] = {}
    for passage in batch:
        by_document.setdefault(passage.document_id, []).append(passage)
    with record.write() as connection:
        for name, found in by_document.items():
            document = Document(name, "", "", name, name, found[0].language, found[0].speaker.name)
            row = rows.document_row(document) | {"passages": len(found), "origin": "added", "preparation": ""}
            connection.execute(insert(documents), [row | {"source": None, "stored": now()}])
            connection.execute(insert(passages), rows.passage_rows(found))


def _batches(found: Iterator[Passage], size: int) -> Iterator[list[Passage]]:
    while batch := list(islice(found, size)):
        yield batch


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
