"""A build on a Ray cluster of two workers, some of which are killed, beside a build without.

`nice python -m tests.drills.ray_build --documents 100000 --kills 10` runs it at length; tests/index/test_ray.py runs
a little of it. Both indexes are compared: every version, passage, vector and row, and what searches find.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.build import build
from index.library import Library, open_library
from index.sentences import sentences as split
from tests.conftest import SEEDS

QUESTIONS = (
    *("what do the authors think about ROI?", "Hvad siger de om kundeservice?", "Hva mener forfatterne om tillit?"),
    *("Vad är poängen med sociala medier?", "Kva seier tekstane om innovasjon?"),
)


@dataclass(frozen=True, slots=True)
class Whole:
    """All that an index is made of, as one digest of each part, and what searches in it find."""

    documents: int
    versions: str
    passages: str
    vectors: str
    indexed: int
    found: tuple[tuple[str, float], ...]


def whole(library: Library, questions: Sequence[str] = QUESTIONS) -> Whole:
    """Read everything of an index."""
    record = library.record
    versions, passages, vectors = (hashlib.sha256() for _ in range(3))
    details = record.details()
    for name in sorted(details):
        versions.update(repr((name, details[name])).encode())
    for batch in record.all_passages():
        for passage in batch:
            passages.update(repr(passage).encode())
    for rows in record.vectors(library.embedding.name):
        vectors.update(repr(rows.ids).encode() + rows.vectors.tobytes())
    found = tuple(
        (hit.passage.id, round(hit.score, 6))
        for question in questions
        for hit in library.retriever.search(question, language=library.detector.detect(question).language)
    )
    digests = [one.hexdigest() for one in (versions, passages, vectors)]
    return Whole(len(details), digests[0], digests[1], digests[2], library.lexical.count(), found)


class Killer:
    """Kills workers in the middle of their tasks, so many, one after the other; `killed` are those it did."""

    def __init__(self, times: int, pause_seconds: float = 0.1) -> None:
        self.killed: list[int] = []
        self._times = times
        self._pause_seconds = pause_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._kill, name="killer")

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _kill(self) -> None:
        while len(self.killed) < self._times and not self._stop.wait(self._pause_seconds):
            if found := [pid for pid in at_work() if pid not in self.killed]:
                os.kill(found[0], signal.SIGKILL)
                self.killed.append(found[0])


def at_work() -> list[int]:
    """The processes of Ray's workers that are at a task."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "ray::work" in line]


def write_documents(folder: Path, count: int, seed: int = 7) -> Path:
    """Write so many documents of one or two sentences of the shipped texts, each of one text's."""
    choose = random.Random(seed)  # noqa: S311  # not for secrets
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    sentences = []
    for text in texts:
        spans = split(text, 0, len(text), "da")
        sentences.append([" ".join(text[span.start : span.end].split()) for span in spans])
    for number in range(count):
        some = sentences[number % len(sentences)]
        place = folder / f"{number // 1000:03}"
        place.mkdir(parents=True, exist_ok=True)
        said = " ".join(choose.choices(some, k=choose.randint(1, 2)))
        (place / f"d{number:06}.txt").write_text(f"Number {number}\n\n{said}\n", encoding="utf-8")
    return folder


def main() -> None:
    """Build twice, compare, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--pause", type=float, default=20.0, help="seconds between kills")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = write_documents(folder / "texts", given.documents)
        seconds = []
        results = []
        killed: list[int] = []
        for which in ("without", "with"):
            began = time.monotonic()
            # Without a vector index of its own, which would be written from the vectors that are compared here anyway.
            with open_library(folder / which, vector_index_above=10 * given.documents) as library:
                if which == "with":
                    with Killer(given.kills, given.pause) as killer:
                        report = build(library, texts, ray="local")
                    killed = killer.killed
                else:
                    report = build(library, texts, workers=os.cpu_count() or 1)
                seconds.append(time.monotonic() - began)
                results.append(whole(library))
                print(f"{which} Ray: {report.added} documents, {results[-1].indexed} passages, {seconds[-1]:.0f} s")
    print(f"{len(killed)} workers killed; load of the machine {os.getloadavg()[0]:.1f}")
    same = results[0] == results[1]
    print("the indexes are the same" if same else f"the indexes differ:\n{results[0]}\n{results[1]}")
    raise SystemExit(0 if same and len(killed) == given.kills else 1)


if __name__ == "__main__":
    main()
