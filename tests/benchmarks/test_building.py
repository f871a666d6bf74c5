"""A build from end to end, measured."""

from __future__ import annotations

from pathlib import Path

from benchmarks import building
from benchmarks.synthetic import DOCUMENT


def test_a_build_of_files_is_measured(tmp_path: Path) -> None:
    """Every document is a file, every file is built, and the figures make sense together."""
    found = building.measure(tmp_path / "here", 6 * DOCUMENT)
    assert found.files == 6
    assert len(list((tmp_path / "here" / "texts").iterdir())) == 6
    assert 6 < found.passages <= 6 * DOCUMENT
    assert found.words > 20
    assert found.per_second > 0
    assert found.processor_ms > 0
    assert found.again_seconds > 0
