"""Measures a build from end to end: `python -m benchmarks.building PASSAGES FOLDER`, figures as JSON.

Made-up documents (`benchmarks.synthetic`) are written as text files, a paragraph for each made-up passage, and built
into an empty data folder with two processes, as `kilde index build` does it: read, cleaned, segmented, cut, embedded,
analysed, stored and indexed. Short paragraphs become one passage together, so there are fewer passages in the end.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import resource
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.synthetic import Synthetic
    from index.build import BuildReport

# What is measured is imported where it is used: the processes of a build import this module, as they do the `kilde`
# command, which imports no more.
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Built:
    """A build of so many files; `passages` are those that were cut, of `words` on average.

    `seconds` and `per_second` are by the clock, from opening the empty data folder to the end, the processes' start
    included; `processor_ms` is what all processes took for a passage. `again_seconds` is a build with nothing changed.
    """

    files: int
    passages: int
    words: float
    seconds: float
    per_second: float
    processor_ms: float
    again_seconds: float


def write_documents(folder: Path, size: int, made: Synthetic) -> Iterator[str]:
    """Write documents of `size` paragraphs in all as text files, and return their texts."""
    folder.mkdir(parents=True)
    for name, passages in groupby(made.passages(size), key=lambda passage: passage.document_id):
        paragraphs = [passage.text for passage in passages]
        title = " ".join(paragraphs[0].rstrip(".").split()[:5]).capitalize()
        text = "\n\n".join((title, *paragraphs)) + "\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        yield text


def measure(folder: Path, size: int) -> Built:
    """Write documents of `size` paragraphs into a folder that is not there yet, and build them twice."""
    from benchmarks.synthetic import Synthetic
    from index.lexicon import load_lexicon
    from service.command_line.main import GARBAGE_AFTER

    texts = list(write_documents(folder / "texts", size, Synthetic(load_lexicon())))
    from service.heap import share_heap

    _import_builder()
    share_heap()
    gc.collect()
    gc.set_threshold(GARBAGE_AFTER)  # As the command does.
    processor, began = _processor_seconds(), time.perf_counter()
    report = _build(folder)
    seconds = time.perf_counter() - began
    for process in multiprocessing.active_children():
        process.join()  # What a process took is known when it has ended.
    processor = _processor_seconds() - processor
    began = time.perf_counter()
    _build(folder)
    return Built(
        files=report.added,
        passages=report.passages,
        words=round(sum(len(text.split()) for text in texts) / report.passages, 1),
        seconds=round(seconds, 2),
        per_second=round(report.passages / seconds),
        processor_ms=round(processor * 1000 / report.passages, 2),
        again_seconds=round(time.perf_counter() - began, 2),
    )


def _import_builder() -> None:
    """Import what builds before the clock runs."""
    import index.build
    import index.library  # noqa: F401 - for what it imports


def _build(folder: Path) -> BuildReport:
    from index.build import build
    from index.chunk import MAX_TOKENS
    from index.library import open_library
    from index.load import MAX_BYTES
    from index.making import crew_ahead

    texts, data = folder / "texts", folder / "data"
    # As `kilde index build` does.
    begun = crew_ahead(texts, data, workers=WORKERS, max_tokens=MAX_TOKENS, max_bytes=MAX_BYTES)
    with begun or nullcontext() as crew, open_library(data) as library:
        return build(library, texts, workers=WORKERS, crew=crew)


def _processor_seconds() -> float:
    """What this process and those that it started and that have ended took of the processor."""
    taken = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in taken)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=int)
    parser.add_argument("folder", type=Path, help="a folder that is not there yet")
    options = parser.parse_args()
    print(json.dumps(asdict(measure(options.folder, options.passages))))


if __name__ == "__main__":
    main()
