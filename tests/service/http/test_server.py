"""What a process of the service sets up for itself."""

from __future__ import annotations

import subprocess
import sys

# Eight threads take memory at once, in pieces too small to be mapped one by one, and keep it. A heap of glibc's for
# another thread than the first begins at a multiple of 64 MB, has no name, and is followed by what it may grow into, up
# to the next multiple; a large piece that was mapped by itself may also begin there.
SCRIPT = """
import sys, threading
from service.heap import share_heap

if sys.argv[1] == "shared":
    assert share_heap()
together, kept = threading.Barrier(8), []

def take():
    together.wait()
    kept.extend(bytearray(60_000) for _ in range(100))
    together.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
heaps, former = 0, None
for line in open("/proc/self/maps"):
    span, rights, *_, name = (line.split() + [""])[:6]
    start, end = (int(bound, 16) for bound in span.split("-"))
    heaps += not name and rights == "---p" and former == start and end % (1 << 26) == 0
    former = end if not name and rights == "rw-p" and start % (1 << 26) == 0 else None
print(heaps)
"""


def heaps(how: str) -> int:
    """How many heaps for single threads a process has whose threads take memory."""
    found = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
    return int(found.stdout)


def test_threads_take_memory_from_one_heap() -> None:
    """Where each has a heap of its own otherwise."""
    assert heaps("each its own") > 0
    assert heaps("shared") == 0
