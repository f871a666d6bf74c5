"""Speed at several sizes and beside peers: `python -m benchmarks.speed [--sizes N …]`; `make bench` runs it.

Every measurement runs in a process of its own. With `--page` the figures are written into docs/performance.md and kept
beside it; with `--check` they are held to the ones that are kept: ratios between systems in one run, never times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.page import write_page

KEPT = Path("docs/performance.json")
SIZES = (1_000, 10_000)
PEERS_SIZE = 2_000
PEERS_FOR_RATIO = ("bm25s", "Chroma, `where`", "LlamaIndex BM25Retriever")
WORSE = 1.5
"""A ratio may be so many times the one that is kept before the check fails."""
STARTS = 3
ASK = "from service.command_line import main; main()"


def run(sizes: Sequence[int], peers_size: int, folder: Path) -> dict[str, Any]:
    """All figures as they are kept: by size, beside peers, and of starting."""
    return {
        "machine": machine(),
        "sizes": [_child("benchmarks.scale", str(size), str(folder / str(size))) for size in sizes],
        "peers_size": peers_size,
        "peers": _child("benchmarks.beside", str(peers_size)) if peers_size else [],
        "start": starts(),
    }


def machine() -> str:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000_000
    python = platform.python_version()
    return f"{os.cpu_count()} cores of {model}, {memory} GB, {platform.system()}, Python {python}"


def starts() -> dict[str, float]:
    """Seconds of processor time, the least of some runs, until each command has ended; everything is indexed before."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "KILDE_DATA_DIR": folder, "KILDE_SEEDS": "seeds"}
        commands = {
            "import chromadb": [sys.executable, "-c", "import chromadb"],
            "kilde ask": [sys.executable, "-c", ASK, "ask", "what do the authors think about ROI?"],
        }
        subprocess.run(commands["kilde ask"], env=environment, check=True, capture_output=True)  # noqa: S603 - fixed
        return {name: min(_seconds(command, environment) for _ in range(STARTS)) for name, command in commands.items()}


def _seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603 - fixed commands
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2)


def ratios(figures: Mapping[str, Any]) -> dict[str, float]:
    """What is held to the kept figures; less is better, and every one compares two things of one run."""
    found: dict[str, float] = {}
    peers = {peer["name"]: peer for peer in figures["peers"] if not peer["reason"]}
    for name in PEERS_FOR_RATIO:
        if name in peers:
            found[f"Kilde to {name}"] = peers["Kilde"]["same_language"]["p50"] / peers[name]["same_language"]["p50"]
    for one in figures["sizes"]:
        for name in ("language", "speaker", "document"):
            times = one["times"]
            found[f"{name} filter to none at {one['size']}"] = times[name]["p50"] / times["no filter"]["p50"]
    if start := figures["start"]:
        found["kilde ask to import chromadb"] = start["kilde ask"] / start["import chromadb"]
    return found


def worse(figures: Mapping[str, Any], kept: Mapping[str, Any]) -> list[str]:
    """The ratios that are more than WORSE times the kept ones, in words."""
    known = ratios(kept)
    return [
        f"{name}: {ratio:.2f}, kept {known[name]:.2f}"
        for name, ratio in ratios(figures).items()
        if name in known and ratio > WORSE * known[name]
    ]


def _child(module: str, *arguments: str) -> Any:
    # One thread for numpy's own library: more would take other processes' time and count it as this one's.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own module
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the ratios, and write or check. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="*", type=int, default=list(SIZES), help="passages; up to 1000000")
    parser.add_argument("--peers", type=int, default=PEERS_SIZE, help="passages for the comparison; 0 for none")
    parser.add_argument("--folder", type=Path, help="keep the corpora here, for the next run")
    parser.add_argument("--page", action="store_true", help=f"write {KEPT} and the tables of docs/performance.md")
    parser.add_argument("--check", action="store_true", help=f"fail where a ratio is half worse than in {KEPT}")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        figures = run(options.sizes, options.peers, options.folder or Path(folder))
    for name, ratio in ratios(figures).items():
        print(f"{name}: {ratio:.2f}")
    if options.page:
        KEPT.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_page(figures)
    failed = worse(figures, json.loads(KEPT.read_text(encoding="utf-8"))) if options.check else []
    for line in failed:
        print(f"worse by half: {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
