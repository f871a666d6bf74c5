"""A folder of very many, very small files: all are there, and neither memory nor open files grow with their number."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import pytest

from index.build import build, folder_changed
from tests.index.making import find, opened

pytestmark = pytest.mark.timeout(900)
"""Thousands of files are read; the machine may be busy."""

FEW, MANY = 300, 2400


def write_notes(folder: Path, first: int, last: int) -> None:
    """Notes of one sentence, a hundred a subfolder; few words, because words are remembered, up to a bound."""
    for number in range(first, last):
        here = folder / f"{number // 100:03d}"
        here.mkdir(parents=True, exist_ok=True)
        about = number if number == MANY - 1 else number % 50
        (here / f"note{number}.txt").write_text(f"Note {about} is about the harbour.\n", encoding="utf-8")


def open_files() -> int:
    """How many files this process has open, on Linux."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc")
def test_many_small_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every one is found, six times as many take hardly more memory, and no file stays open."""
    monkeypatch.setattr("index.build.CATCH_UP_AFTER", 100)
    texts = tmp_path / "texts"
    with opened(tmp_path, vector_index_above=50_000) as library:
        write_notes(texts, 0, FEW)
        build(library, texts)
        files = open_files()
        peaks = []
        tracemalloc.start()
        try:
            for first, last in ((FEW, 2 * FEW), (2 * FEW, MANY)):
                write_notes(texts, first, last)
                tracemalloc.reset_peak()
                before = tracemalloc.get_traced_memory()[0]
                report = build(library, texts)
                assert (report.added, report.skipped) == (last - first, ())
                peaks.append(tracemalloc.get_traced_memory()[1] - before)
        finally:
            tracemalloc.stop()
        assert library.record.count_documents() == library.lexical.count() == MANY
        assert open_files() <= files + 8  # a few more segments of the index, not one a file
        # 300 files, then six times as many: a name and a hash of each are remembered, not what is made of it.
        assert peaks[1] < 2 * peaks[0]
        assert find(library, f"note {MANY - 1} about the harbour")[0] == f"note{MANY - 1}"
        assert not folder_changed(library, texts)
        assert build(library, texts).unchanged == MANY
