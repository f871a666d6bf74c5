"""A service whose processes are killed loses nothing that it has acknowledged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.drills.kills import drill

pytestmark = pytest.mark.timeout(900)
"""Several processes are started, each of which loads the lexicon; the machine may be busy."""


def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    """Kills of workers, of the Chroma server or of everything, during uploads and questions: DRILL_KILLS, or four."""
    tally = drill(tmp_path, kills=int(os.environ.get("DRILL_KILLS", "4")), seed=4)
    assert tally.uploads > 0
    assert tally.answers > 0
