"""Copying an index to another engine: nothing is embedded again, a kill loses nothing, and both are compared."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build
from index.copying import CopyDiffers, copy
from index.library import Library
from index.openai_embedding import openai_embedding
from index.qdrant import upkeep
from index.qdrant.upkeep import QdrantUpkeep
from tests.index.embedding_server import serving
from tests.index.making import find, opened, write_texts
from tests.qdrant_server import QdrantServer, qdrant_server

pytestmark = pytest.mark.timeout(600)

ANIMALS = 40


@pytest.fixture
def server() -> Iterator[QdrantServer]:
    with qdrant_server() as found:
        yield found


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of many small documents on this machine."""
    texts = {f"d{number}": f"The animal number {number} sleeps in burrow {number}." for number in range(ANIMALS)}
    with opened(tmp_path) as found:
        build(found, write_texts(tmp_path / "texts", **texts))
        yield found


def test_copy_to_qdrant_and_back(library: Library, server: QdrantServer, tmp_path: Path) -> None:
    """The copy holds and finds the same; the index that was copied is left as it was, and a copy back is the same."""
    before = sorted(path.name for path in (tmp_path / "data" / "derived").iterdir())
    report = copy(library, server.url)
    assert (report.passages, report.asked, report.same) == (ANIMALS, ANIMALS, ANIMALS)
    assert sorted(path.name for path in (tmp_path / "data" / "derived").iterdir()) == before
    with opened(tmp_path, index_url=server.url) as moved:
        assert not moved.look_after()
        assert find(moved, "Which animal sleeps in burrow 7?")[0] == "d7"
        assert copy(moved, "").same == ANIMALS


def test_nothing_is_embedded_again(server: QdrantServer, tmp_path: Path) -> None:
    """The vectors that a model has made are copied: it is asked for those of questions only."""
    with serving() as asked:
        embedding = openai_embedding("m", base_url=asked.url, retries=0)
        with opened(tmp_path, embedding=embedding) as library:
            build(library, write_texts(tmp_path / "texts"))
            asked.asked.clear()
            report = copy(library, server.url)
            assert report.same == report.asked == 3
            assert len(asked.asked) == 2 * report.asked
            assert all(len(body["input"]) == 1 for body in asked.asked)
        with opened(tmp_path, embedding=openai_embedding("m", base_url=asked.url), index_url=server.url) as moved:
            assert moved.conditions() == {"record": "ok", "lexical": "ok", "vectors": "ok"}
            assert find(moved, "Who kneads the dough?")[0] == "bread"


def test_what_changes_after_a_copy_is_caught_up(library: Library, server: QdrantServer, tmp_path: Path) -> None:
    """Whoever opens the copy later finds what was stored since."""
    copy(library, server.url)
    write_texts(tmp_path / "texts", kiwi="The kiwi lays a large egg.")
    build(library, tmp_path / "texts")
    with opened(tmp_path, index_url=server.url) as moved:
        assert find(moved, "Who lays an egg?")[0] == "kiwi"


def test_copy_that_lacks_something_is_refused(
    library: Library, server: QdrantServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy with other numbers of passages fails with both numbers."""
    monkeypatch.setattr(QdrantUpkeep, "_of_passages", lambda self, passages: [])
    with pytest.raises(CopyDiffers, match=f"expected {ANIMALS} passages in the copy, found 0"):
        copy(library, server.url)


def _copy_slowly(folder: str, url: str) -> None:
    """Copy in a process of its own that notes every passage."""
    upkeep.NOTED_EVERY = upkeep.PASSAGES_AT_ONCE = 1
    with opened(Path(folder)) as library:
        copy(library, url)
    os._exit(0)


def test_killed_copy_goes_on_where_it_was(library: Library, server: QdrantServer, tmp_path: Path) -> None:
    """After a kill in the middle the rest is copied, and no more than that."""
    process = multiprocessing.get_context("spawn").Process(target=_copy_slowly, args=(str(tmp_path), server.url))
    process.start()
    while _written(server) < ANIMALS // 2 and process.is_alive():
        time.sleep(0.01)
    process.kill()
    process.join()
    done = _written(server)
    assert ANIMALS // 2 <= done < ANIMALS
    collections = server.names()
    server.requests.clear()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(upkeep, "PASSAGES_AT_ONCE", 1)
        assert copy(library, server.url).same == ANIMALS
    assert _written(server) <= ANIMALS - done + 1
    assert server.names() == collections


def _written(server: QdrantServer) -> int:
    """How often passages were written."""
    return sum(one.startswith("PUT") and "-state" not in one and "/points" in one for one in list(server.requests))
