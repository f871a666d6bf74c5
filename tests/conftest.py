"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from index.build import build
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.settings import Settings
from tests import postgresql

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"

# A busy machine makes no test fail: what is claimed is what comes out, not how fast.
hypothesis.settings.register_profile("kilde", deadline=None)
hypothesis.settings.load_profile("kilde")


@pytest.fixture(scope="session")
def seeds_assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A real assistant over the shipped documents; tests may ask it anything but not change what it has indexed."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), seeds=SEEDS, llm_model="")
    with open_assistant(settings) as assistant:
        build(assistant.library, settings.seeds)
        yield assistant


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A real PostgreSQL server, one for all tests; each takes a database of its own."""
    with postgresql.server() as running:
        yield running


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be absent: a test that was skipped there has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and session.exitstatus == pytest.ExitCode.OK:
        for report in skipped:
            reporter.write_line(f"skipped in CI: {report.nodeid}: {report.longrepr}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
