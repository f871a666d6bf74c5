"""Two services over one record and one index answer as one, though one of them is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drills.replicas import drill
from tests.postgresql import Server

pytestmark = pytest.mark.timeout(900)
"""Several processes are started, each of which loads the lexicon; the machine may be busy."""


def test_two_services_answer_as_one(tmp_path: Path, postgresql_server: Server) -> None:
    """Conversations go on at either, nothing is lost, doubled or mixed up by a kill, and each event is answered."""
    tally = drill(tmp_path, postgresql_server.new_database(), requests=120, talks=24, kills=1)
    assert tally.requests == 120
    assert tally.repeated > 0
    assert tally.uploads > 0
    assert tally.events > 0
