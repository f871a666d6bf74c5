"""The vector index on a Chroma server: a real one, on loopback."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from index import served
from index.adding import add
from index.library import Library
from index.served import SharedIndex
from index.vectors import VectorIndex
from service.http.chroma_run import answers, end, free_port, start_server
from tests.index.making import built, find, opened, write_texts
from tests.postgresql import Server

Running = tuple[str, subprocess.Popen[bytes]]

pytestmark = pytest.mark.timeout(900)
"""Several processes are started, each of which loads the lexicon; the machine may be busy."""


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    process = start_server(folder, port)
    if not answers(process, port):
        end(process)
        raise AssertionError("the Chroma server does not answer")
    return process


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[Running]:
    """An empty server, and its address."""
    port = free_port()
    process = serve(tmp_path / "chroma", port)
    yield f"http://127.0.0.1:{port}", process
    end(process)


def nearest(library: Library) -> list[str]:
    found = library.vectors.search(library.embedding.embed(["the train leaves the station"])[0], (), 1000)
    return [name for near in found.values() for name, _ in near]


def names(url: str) -> set[str]:
    """The collections on a server."""
    place = "api/v2/tenants/default_tenant/databases/default_database/collections"
    return {collection["name"] for collection in httpx.get(f"{url}/{place}").json()}


def test_the_index_is_written_to_the_server_and_searched_there(chroma: Running, tmp_path: Path) -> None:
    """Everything is found, no folder is written, a second process finds the same, and a new version takes its place."""
    url, _ = chroma
    library, _ = built(tmp_path, chroma_url=url)
    with library:
        library.warm_up()
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert nearest(library)[0].startswith("trains:")
        assert not list((tmp_path / "data" / "derived").glob("vectors-*"))
        former = names(url)
        assert {name.rpartition("-")[2] for name in former} == {"en", "sv"}
        with opened(tmp_path, chroma_url=url) as other:
            other.warm_up()
            assert nearest(other) == nearest(library)
            with other.writing() as upkeep:
                leg = upkeep.manifest().vectors
                assert leg is not None
                upkeep.bring_up_to_date(suspect=[leg.folder])
        assert not names(url) & former
        assert nearest(library)[0].startswith("trains:")
        assert not library.vectors.failed


def test_a_server_that_is_away_takes_no_answer_away(chroma: Running, tmp_path: Path) -> None:
    """Questions are answered while it is down, and after it has come back empty the index is written again."""
    url, process = chroma
    library, _ = built(tmp_path, chroma_url=url)
    with library:
        library.warm_up()
        before = nearest(library)
        process.kill()
        process.wait()
        assert sorted(nearest(library)) == sorted(before)
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert library.conditions()["vectors"] != "ok"
        back = serve(tmp_path / "another", int(url.rpartition(":")[2]))
        try:
            deadline = time.monotonic() + 120
            while library.conditions()["vectors"] != "ok":
                assert find(library, "Who kneads the dough?")[0] == "bread"
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert nearest(library)[0].startswith("trains:")
            assert names(url)
        finally:
            end(back)


def test_replicas_share_one_index(chroma: Running, tmp_path: Path, postgresql_server: Server) -> None:
    """What one replica has written to the server the other takes up, and nobody's index is taken away in use."""
    url, _ = chroma
    shared = {"chroma_url": url, "database_url": postgresql_server.new_database()}
    one, _ = built(tmp_path / "one", **shared)
    with one, opened(tmp_path / "two", **shared) as two:
        one.warm_up()
        two.warm_up()
        place = one.upkeep.manifest().vectors
        assert place is not None
        assert two.upkeep.manifest().vectors == place
        former = names(url)
        assert len(former) == 2
        snow = write_texts(tmp_path / "more", snow="Snow\n\nSnow falls in the mountains.\n") / "snow.txt"
        add(two, snow, "snow", path="snow.txt")
        with one.writing() as upkeep:
            upkeep.bring_up_to_date(suspect=[place.folder])
        assert not names(url) & former
        # The other one's is gone: it compares vectors one by one until it has the new one, which it does not replace.
        assert nearest(two)[0].startswith("trains:")
        until(lambda: two.upkeep.manifest().vectors == one.upkeep.manifest().vectors)
        until(lambda: two.conditions()["vectors"] == "ok")
        assert nearest(two) == nearest(one)
        assert not one.vectors.failed


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 120
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def rounded(found: dict[str, list[tuple[str, float]]]) -> dict[str, list[tuple[str, float]]]:
    """A server sends decimal numbers, which are not the ones that it has to the last digit."""
    return {language: [(name, round(cosine, 5)) for name, cosine in near] for language, near in found.items()}


def test_a_shared_index_is_searched_where_it_is_served_and_else_here(tmp_path: Path) -> None:
    """With the server, without it, and with it again, the result is the same."""
    library, _ = built(tmp_path)
    vector = library.embedding.embed(["the train leaves the station"])[0]
    derived = tmp_path / "data" / "derived"
    library.close()
    expected = VectorIndex(derived / "vectors-1").search(vector, (), 10)
    port = free_port()
    process = serve(derived / "vectors-1", port)
    served.announce(derived, "vectors-1", f"http://127.0.0.1:{port}")
    index = SharedIndex(derived, "vectors-1")
    try:
        assert rounded(index.search(vector, (), 10)) == rounded(expected)
        process.kill()
        process.wait()
        assert index.search(vector, (), 10) == expected
    finally:
        index.close()
        end(process)
    served.withdraw(derived)
    assert served.address_of(derived, "vectors-1") is None
