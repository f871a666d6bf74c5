"""A build on a Ray cluster makes the same index as one without, whatever happens to its workers."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import build
from index.errors import IndexUnavailable, InvalidData
from index.library import Library
from tests.index.making import opened, write_texts

DOCUMENTS = 240
"""Fifteen tasks, so that workers can be killed in the middle of them."""


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
def expected(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    with opened(tmp_path_factory.mktemp("without")) as library:
        build(library, texts)
        return everything(library)


def everything(library: Library) -> dict[str, object]:
    """All that an index is made of, and what a search in it finds."""
    record = library.record
    vectors = list(record.vectors(library.embedding.name))
    return {
        "versions": record.details(),
        "passages": [passage for batch in record.all_passages() for passage in batch],
        "vectors": [(batch.ids, batch.vectors.tobytes()) for batch in vectors],
        "indexed": library.lexical.count(),
        "found": [
            (hit.passage.id, round(hit.score, 6))
            for question in ("Hva koster et hus i byen?", "books about the sea")
            for hit in library.retriever.search(question, language="nb")
        ],
    }


def worker_processes() -> list[int]:
    """The processes of Ray's workers that are at a task."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "ray::work" in line]


def killing(times: int, killed: list[int]) -> Callable[[], None]:
    """Kill so many workers in the middle of a task, one after the other."""

    def kill() -> None:
        until = time.monotonic() + 240
        while len(killed) < times and time.monotonic() < until:
            if found := worker_processes():
                os.kill(found[0], signal.SIGKILL)
                killed.append(found[0])
                time.sleep(0.5)
            time.sleep(0.05)

    return kill


def test_ray_makes_the_same_index_though_workers_are_killed(
    texts: Path, expected: dict[str, object], tmp_path: Path
) -> None:
    """With workers killed in the middle of their tasks every document is there, once, and nothing differs."""
    killed: list[int] = []
    killer = threading.Thread(target=killing(3, killed))
    with opened(tmp_path) as library:
        killer.start()
        report = build(library, texts, ray="local")
        killer.join()
        assert (report.added, report.skipped) == (DOCUMENTS, ())
        assert everything(library) == expected
    assert len(killed) == 3


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
