"""What the load benchmark makes of its figures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.load import around
from benchmarks.load_report import DOCUMENT, FIGURES, Figures, Times, table, write
from tests.conftest import ROOT

QUICK, SLOW = Times(100, 10.0, 20.0, 30.0, 40.0), Times(100, 12.0, 45.0, 60.0, 80.0)
FOUND = Figures(
    when="2026-01-31",
    machine="2 processor cores",
    passages=100_000,
    workers=2,
    clients=8,
    seconds=600,
    indexed_seconds=300,
    disk_megabytes=900,
    idle_search=QUICK,
    idle_noop=QUICK,
    limit_rate=40.0,
    limit_search=SLOW,
    limit_chat=SLOW,
    noop_rate=400.0,
    half_rate=20.0,
    half_search=SLOW,
    half_chat=SLOW,
    half_noop=QUICK,
    memory_started=800,
    memory_quarter=900,
    memory_end=910,
    requests=30_000,
    wrong={},
)


def test_a_run_without_fault_has_none() -> None:
    """A tail of four and a half medians, and memory that grew by a hundredth, are as they should be."""
    assert FOUND.faults() == []
    assert FOUND.tail == pytest.approx(4.5)


def test_each_fault_is_said() -> None:
    """A long tail, memory that grows, and answers that were none."""
    slow = replace(FOUND, half_search=replace(SLOW, p95=51.0), memory_end=960, wrong={"/chat: 503": 2})
    assert len(slow.faults()) == 3


def test_memory_is_the_median_of_several_looks() -> None:
    """Of a tenth of them, those before the point in time that is meant; of few looks the last one."""
    held = [100.0] * 15 + [200.0, 210.0, 900.0, 220.0, 230.0] * 2 + [300.0] * 75
    assert around(held, 0.25) == 220.0
    assert around(held, 1.0) == 300.0
    assert around([1.0, 2.0], 1.0) == 2.0


def test_the_figures_are_put_into_the_documentation(tmp_path: Path) -> None:
    """The table takes the former one's place, whatever that was, and nothing else changes."""
    (tmp_path / FIGURES).parent.mkdir(parents=True)
    (tmp_path / DOCUMENT).write_text("# Before\n<!-- load -->\n| old |\n<!-- /load -->\nAfter.\n", encoding="utf-8")
    for _ in range(2):
        write(FOUND, tmp_path)
        expected = f"# Before\n<!-- load -->\n{table(FOUND)}<!-- /load -->\nAfter.\n"
        assert (tmp_path / DOCUMENT).read_text(encoding="utf-8") == expected
    assert json.loads((tmp_path / FIGURES).read_text(encoding="utf-8"))["tail"] == pytest.approx(4.5)


def test_the_documentation_has_a_place_for_them() -> None:
    """One pair of marks, so that a run can write."""
    text = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    assert (text.count("<!-- load -->"), text.count("<!-- /load -->")) == (1, 1)
