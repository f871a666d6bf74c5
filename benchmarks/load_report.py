"""What a run of `benchmarks.load` has found, as JSON and as the table in docs/operations.md."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

DOCUMENT = Path("docs/operations.md")
FIGURES = Path("docs/operations/load.json")
PLACE = re.compile(r"(?<=<!-- load -->\n).*?(?=<!-- /load -->)", re.DOTALL)
"""Where the table stands in the document."""
MAX_TAIL = 5.0
"""The 95th percentile at half of the limit as a multiple of the idle median."""
MAX_GROWTH = 0.05
"""What memory may grow by after the first quarter of the time at the limit, and still be called flat."""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds until the whole answer, and how many answers that is of."""

    count: int
    median: float
    p95: float
    p99: float
    slowest: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One run. Rates are answers a second, memory megabytes of all processes of the service without mapped files."""

    when: str
    machine: str
    passages: int
    workers: int
    clients: int
    seconds: float
    indexed_seconds: float
    disk_megabytes: float
    idle_search: Times
    idle_noop: Times
    limit_rate: float
    limit_search: Times
    limit_chat: Times
    noop_rate: float
    half_rate: float
    half_search: Times
    half_chat: Times
    half_noop: Times
    memory_started: float
    memory_quarter: float
    memory_end: float
    requests: int
    wrong: dict[str, int]

    @property
    def tail(self) -> float:
        """The 95th percentile of /search at half of the limit as a multiple of its idle median."""
        return self.half_search.p95 / self.idle_search.median

    @property
    def growth(self) -> float:
        """What memory grew by in the last three quarters of the time at the limit, as a share."""
        return self.memory_end / self.memory_quarter - 1

    def faults(self) -> list[str]:
        """What is not as it should be, in words."""
        found = [f"{count} times {what}" for what, count in sorted(self.wrong.items())]
        if self.tail > MAX_TAIL:
            found.append(f"p95 at half of the limit is {self.tail:.1f} times the idle median, more than {MAX_TAIL:g}")
        if self.growth > MAX_GROWTH:
            found.append(f"memory grew by {self.growth:.1%}")
        return found


def table(found: Figures) -> str:
    """The figures as Markdown."""
    wrong = ", ".join(f"{count} {what}" for what, count in sorted(found.wrong.items())) or "none"
    rows = [
        ("idle, `/search`: median, 95th percentile", _two(found.idle_search), _two(found.idle_noop)),
        (
            f"at the limit ({found.clients} clients, {found.seconds:g} s): answers a second",
            f"{found.limit_rate:.1f}",
            f"{found.noop_rate:.0f}",
        ),
        ("… `/search`: median, 95th percentile", _two(found.limit_search), ""),
        ("… `/chat`: median, 95th percentile", _two(found.limit_chat), ""),
        (
            f"at half of that ({found.half_rate:.1f} a second), `/search`: median, 95th percentile",
            _two(found.half_search),
            _two(found.half_noop),
        ),
        ("… `/chat`: median, 95th percentile", _two(found.half_chat), ""),
        ("… 95th percentile of `/search` as a multiple of its idle median", f"{found.tail:.1f}", ""),
        (
            "memory of all processes, without pages of mapped files: started, after a quarter of the time, at the end",
            f"{found.memory_started:.0f}, {found.memory_quarter:.0f}, {found.memory_end:.0f} MB",
            "",
        ),
        (f"not answered with 200, of {found.requests:,}", wrong, ""),
        ("disk, record and indexes", f"{found.disk_megabytes:.0f} MB", ""),
    ]
    head = (
        f"{found.passages:,} passages beside the shipped texts, {found.workers} workers, {found.machine}, "
        f"{found.when}; four `/search` to one `/chat`."
    )
    lines = [head, "", "| | Kilde | no-op |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def write(found: Figures, root: Path) -> None:
    """Put the figures into the documentation."""
    figures = json.dumps({**asdict(found), "tail": found.tail}, indent=1)
    (root / FIGURES).write_text(figures + "\n", encoding="utf-8")
    document = root / DOCUMENT
    text = document.read_text(encoding="utf-8")
    if not PLACE.search(text):
        raise SystemExit(f"expected <!-- load --> and <!-- /load --> in {document}, found none")
    document.write_text(PLACE.sub(lambda _: table(found), text), encoding="utf-8")


def _two(times: Times) -> str:
    return f"{times.median:.1f}, {times.p95:.1f} ms"
