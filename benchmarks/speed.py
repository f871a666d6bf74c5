"""Speed at several sizes and beside peers: `python -m benchmarks.speed [--sizes N …]`; `make bench` runs it.

Every measurement runs in a process of its own. With `--page` the figures are written into docs/performance.md and kept
beside it; `--check` measures `benchmarks.quick` and holds it to what is kept: ratios within one run, never times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import edge, quick, starting
from benchmarks.page import tables, write_page

KEPT = Path("docs/performance.json")
SIZES = (1_000, 10_000)
PEERS_SIZE = 2_000
BUILT_SIZES = (20_000, 100_000)
"""Paragraphs of the builds that are measured from end to end; some half as many passages. The start is a fifth
of the smaller one; the larger one is left out where only small sizes are measured."""
WORSE = 1.5
"""A ratio may be so many times the one that is kept before the check fails."""
STARTS = 5
ATTEMPTS = 3
SEEDS = Path("seeds")


def run(sizes: Sequence[int], peers_size: int, folder: Path) -> dict[str, Any]:
    """All figures as they are kept: by size, of builds, beside peers, and of starting."""
    builds = BUILT_SIZES if max(sizes, default=0) >= SIZES[-1] else BUILT_SIZES[:1]
    return {
        "machine": machine(),
        "sizes": [_child("benchmarks.scale", str(size), str(folder / str(size))) for size in sizes],
        "building": [_built(folder, size) for size in builds],
        "peers_size": peers_size,
        "peers": _child("benchmarks.beside", str(peers_size)) if peers_size else [],
        "start": dict(zip(("kilde ask", "import chromadb"), starting.seconds(STARTS), strict=True)),
        "edge": [asdict(route) for route in edge.measure(SEEDS)],
        "check": quick.measure(SEEDS),
    }


def _built(folder: Path, size: int) -> dict[str, Any]:
    """A build into a folder of its own: one that is there already would have nothing to build."""
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
        found: dict[str, Any] = _child("benchmarks.building", str(size), str(Path(own) / "built"))
        return found


def machine() -> str:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000_000
    python = platform.python_version()
    return f"{os.cpu_count()} cores of {model}, {memory} GB, {platform.system()}, Python {python}"


def worse(found: Mapping[str, float], kept: Mapping[str, float]) -> list[str]:
    """The ratios that are more than WORSE times the kept ones, in words; what is not kept is not held to anything."""
    return [
        f"{name}: {ratio:.2f}, kept {kept[name]:.2f}"
        for name, ratio in found.items()
        if name in kept and ratio > WORSE * kept[name]
    ]


def check(kept: Mapping[str, float], measure: Callable[[], Mapping[str, float]]) -> list[str]:
    """What became worse by half, in words, in each of ATTEMPTS measurements: once may be the machine."""
    found: dict[str, float] = {}
    for _ in range(ATTEMPTS):
        for name, ratio in measure().items():
            found[name] = min(ratio, found.get(name, ratio))
        if not (failed := worse(found, kept)):
            break
    for name, ratio in found.items():
        print(f"{name}: {ratio:.2f}, kept {kept.get(name, float('nan')):.2f}")
    return failed


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
    parser.add_argument(
        "--check", action="store_true", help=f"only that, and fail where a ratio is half worse than in {KEPT}"
    )
    options = parser.parse_args(arguments)
    if options.check:
        kept = json.loads(KEPT.read_text(encoding="utf-8"))["check"]
        failed = check(kept, lambda: quick.measure(SEEDS))
        for line in failed:
            print(f"worse by half: {line}", file=sys.stderr)
        return 1 if failed else 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kept_in = options.folder or Path(folder)
        kept_in.mkdir(parents=True, exist_ok=True)
        figures = run(options.sizes, options.peers, kept_in)
    if options.page:
        KEPT.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_page(figures)
    else:
        print(tables(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
