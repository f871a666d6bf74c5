"""A build on a Ray cluster of two workers, some of which are killed, beside a build without.

`nice python -m tests.drills.ray_build --documents 100000 --kills 10` runs it at length; tests/index/test_ray.py runs
a little of it. Both indexes are compared: every version, passage, vector and row, and what searches find.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from index.build import build
from index.library import open_library
from tests.drills.whole import whole, write_documents


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
                print(f"{which} Ray: {report.added} documents, {report.passages} passages, {seconds[-1]:.0f} s")
    print(f"{len(killed)} workers killed; load of the machine {os.getloadavg()[0]:.1f}")
    same = results[0] == results[1]
    print("the indexes are the same" if same else f"the indexes differ:\n{results[0]}\n{results[1]}")
    raise SystemExit(0 if same and len(killed) == given.kills else 1)


if __name__ == "__main__":
    main()
