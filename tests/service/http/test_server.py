"""What a process of the service sets up for itself."""

from __future__ import annotations

import subprocess
import sys

from tests.drills.running import heaps_of_threads

# Eight threads take memory at once, in pieces too small to be mapped one by one, and keep it.
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
print("taken", flush=True)
sys.stdin.read()
"""


def heaps(how: str) -> int:
    """How many heaps for single threads a process has whose threads take memory."""
    command = [sys.executable, "-c", SCRIPT, how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        found = heaps_of_threads(process.pid)
        process.communicate()
    assert process.returncode == 0
    return found


def test_threads_take_memory_from_one_heap() -> None:
    """Where each has a heap of its own otherwise."""
    assert heaps("each its own") > 0
    assert heaps("shared") == 0
