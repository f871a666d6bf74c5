"""A service or a build whose processes are killed loses nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.drills import build_kills, kills

pytestmark = pytest.mark.timeout(900)
"""Several processes are started, each of which loads the lexicon; the machine may be busy."""


def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    """Kills of workers, of the Chroma server or of everything, during uploads and questions: DRILL_KILLS, or four."""
    tally = kills.drill(tmp_path, kills=int(os.environ.get("DRILL_KILLS", "4")), seed=4)
    assert tally.uploads > 0
    assert tally.answers > 0


def test_a_build_that_is_killed_goes_on(tmp_path: Path) -> None:
    """Kills of all processes of a build or of the first one: in the end the index is that of an undisturbed build."""
    tally = build_kills.drill(tmp_path, kills=3, documents=300, seed=3)
    assert tally.first > 0
