"""The suite that measures speed: what it compares, and the page that it writes."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import page, speed
from benchmarks.beside import measure
from benchmarks.peers import PEERS, Absent

TIMES = {"p50": 2.0, "p95": 3.0, "p99": 4.0, "per_second": 400.0, "recall": 1.0}
FIGURES: dict[str, Any] = {
    "machine": "2 cores",
    "sizes": [
        {
            "size": size,
            "times": dict.fromkeys(("no filter", "language", "speaker", "document"), TIMES),
            "memory": 2000,
            "disk": 2000,
            "rate": None,
            "first_answer_seconds": 1.0,
            "update_seconds": 0.5,
            "p95_while_updating": 5.0,
            "p95_alone": 4.0,
        }
        for size in (1000, 10_000)
    ],
    "peers_size": 1000,
    "peers": [
        {"name": name, "reason": "", "same_language": TIMES, "across": TIMES, "filtered": None, "build_seconds": 1.0}
        for name in ("Kilde", "bm25s")
    ]
    + [{"name": "MiniLM, exact", "reason": "not here"}],
    "start": {"import chromadb": 1.0, "kilde ask": 1.4},
}


def test_only_a_ratio_that_is_half_worse_fails() -> None:
    """A slower machine changes every time and no ratio; a filter that became dear is named."""
    slower = copy.deepcopy(FIGURES)
    for peer in slower["peers"][:2]:
        peer["same_language"] = {**TIMES, "p50": 20.0}
    assert speed.worse(slower, FIGURES) == []
    slower["sizes"][0]["times"]["speaker"] = {**TIMES, "p50": 3.1}
    assert speed.worse(slower, FIGURES) == ["speaker filter to none at 1000: 1.55, kept 1.00"]


def test_what_is_not_in_the_kept_figures_is_not_held_to_them() -> None:
    """Another size, or a peer that was not installed, is no failure."""
    assert speed.worse(FIGURES, {**FIGURES, "sizes": [], "peers": [], "start": {}}) == []


def test_the_page_has_the_figures_in_the_place_of_the_former_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands around the figures stays; writing twice is writing once."""
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(page, "PLOT", tmp_path / "plot.svg")
    page.PAGE.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n", encoding="utf-8")
    page.write_page(FIGURES)
    page.write_page(FIGURES)
    text = page.PAGE.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert text.count("| 10,000 | speaker | 2.0 |") == 1
    assert "left out: not here" in text
    assert "<polyline" in page.PLOT.read_text(encoding="utf-8")


def test_the_kept_figures_are_those_of_the_page() -> None:
    """Nobody has changed a table by hand."""
    kept = json.loads(speed.KEPT.read_text(encoding="utf-8"))
    assert page.tables(kept) in page.PAGE.read_text(encoding="utf-8")


def test_kilde_and_its_peers_answer_the_same_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gives figures or the reason for having none."""

    def absent(*_: object) -> Any:
        raise Absent("not installed")

    some = {"bm25s": PEERS["bm25s"], "Chroma, `where`": PEERS["Chroma, `where`"], "another": absent}
    monkeypatch.setattr("benchmarks.beside.PEERS", some)
    found = {one.name: one for one in measure(300, tmp_path)}
    assert found["another"].reason == "not installed"
    kilde, chroma = found["Kilde"], found["Chroma, `where`"]
    assert kilde.across is not None
    assert kilde.across.recall is not None
    assert kilde.across.recall > 0.9
    assert chroma.filtered is not None
    assert found["bm25s"].same_language is not None
