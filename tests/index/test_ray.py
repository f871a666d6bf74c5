"""A build on a Ray cluster makes the same index as one without, whatever happens to its workers."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from index.build import build
from index.errors import IndexUnavailable, InvalidData
from tests.drills.ray_build import Killer
from tests.drills.whole import Whole, whole
from tests.index.making import opened, write_texts

DOCUMENTS = 160
"""Ten tasks, so that workers can be killed in the middle of them."""
KILLS = 4
QUESTIONS = ("Hva koster et hus i byen?", "books about the sea")


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.making.FILES_A_TASK", 16)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = ["brød", "hav", "tog", "skog", "by", "vinter", "sommer", "bok", "vei", "hus", "penger", "kunde"]
    choose = random.Random(7)  # noqa: S311 - not for secrets
    made = {
        f"d{number:03}": " ".join(f"{' '.join(choose.choices(words, k=9)).capitalize()}." for _ in range(6))
        for number in range(DOCUMENTS)
    }
    return write_texts(tmp_path_factory.mktemp("ray") / "texts", **made)


@pytest.fixture(scope="module")
def expected(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    with opened(tmp_path_factory.mktemp("without")) as library:
        build(library, texts)
        return whole(library, QUESTIONS)


def test_ray_makes_the_same_index_though_workers_are_killed(texts: Path, expected: Whole, tmp_path: Path) -> None:
    """With workers killed in the middle of their tasks every document is there, once, and nothing differs."""
    with opened(tmp_path) as library:
        with Killer(KILLS) as killer:
            report = build(library, texts, ray="local")
        assert (report.added, report.skipped) == (DOCUMENTS, ())
        assert whole(library, QUESTIONS) == expected
    assert len(killer.killed) == KILLS


def test_cluster_that_is_not_there_is_one_line(texts: Path, tmp_path: Path) -> None:
    """An address without a cluster is named, and nothing is indexed."""
    with opened(tmp_path) as library:
        with pytest.raises(IndexUnavailable, match=r"the Ray cluster at 127\.0\.0\.1:1 cannot be reached"):
            build(library, texts, ray="127.0.0.1:1")
        assert library.record.documents() == []


def test_missing_ray_is_named(texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Ray the message says what to install."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with opened(tmp_path) as library, pytest.raises(IndexUnavailable, match=r"install kilde\[ray\]"):
        build(library, texts, ray="local")


def test_ray_is_only_imported_for_a_build_on_it() -> None:
    """Nothing else imports Ray."""
    code = "import sys, index.build, service.command_line.index, service.http.app; sys.exit('ray' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_other_embedding_is_refused(texts: Path, tmp_path: Path) -> None:
    """Workers embed with the default only: with another embedding a build on Ray says so."""

    class Other:
        name, dimensions = "other", 4

        def embed(self, texts: list[str]) -> object:
            raise AssertionError(texts)

    with opened(tmp_path, embedding=Other()) as library, pytest.raises(InvalidData, match="found other"):
        build(library, texts, ray="local")
