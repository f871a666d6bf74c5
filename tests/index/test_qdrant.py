"""The Qdrant collection: what is written is found by either leg, and every trouble of the server is one line."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexUnavailable
from index.qdrant.client import Connection
from index.qdrant.collection import Passages, Point, State
from index.qdrant.place import Place, parse
from index.qdrant.searching import Search
from index.records import Filters


@pytest.fixture
def passages(tmp_path: Path) -> Iterator[Passages]:
    connection = Connection(parse(f"qdrant://{tmp_path}"))
    opened = Passages(connection)
    opened.create("c", 4)
    yield opened
    connection.close()


@pytest.fixture
def search(passages: Passages) -> Search:
    return Search(passages.connection, "c")


def point(name: str, language: str = "sv", *, terms: dict[int, float] | None = None, axis: int = 0) -> Point:
    """A passage of document `name` up to its colon, whose vector points along an axis."""
    terms = terms or {1: 1.0}
    return Point(
        id=name,
        document_id=name.split(":")[0],
        language=language,
        speaker="Åse",
        hashes=list(terms),
        weights=list(terms.values()),
        vector=np.eye(4, dtype=np.float32)[axis].tolist(),
        packed=name.encode(),
    )


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("qdrant://host", Place("http://host:6333", "kilde")),
        ("qdrants://host:1234/texts?shards=3&replicas=2", Place("https://host:1234", "texts", 3, 2)),
        ("qdrant:///var/lib/kilde", Place("", "kilde", folder="/var/lib/kilde")),
    ],
)
def test_url_says_where(url: str, place: Place) -> None:
    """A URL names the server or folder, the collection, its shards and its replicas."""
    assert parse(url) == place


@pytest.mark.parametrize("url", ["http://host", "qdrant://host?shards=0", "qdrant://host?shards=x", "qdrant://h?a=1"])
def test_malformed_url_is_refused(url: str) -> None:
    """A URL that means nothing is refused, and the message shows one that does."""
    with pytest.raises(IndexUnavailable, match=r"qdrant://HOST:6333/kilde\?shards=3&replicas=2"):
        parse(url)


def test_refused_url_does_not_show_a_password() -> None:
    """What is found is shown without a name and a password."""
    with pytest.raises(IndexUnavailable) as caught:
        parse("redis://me:secret@host/x")
    assert "secret" not in str(caught.value)


def test_terms_find_passages_by_the_product_of_weights(passages: Passages, search: Search) -> None:
    """The leg of words ranks by the sum of the products of the terms' weights, each language by itself."""
    passages.put(
        "c",
        [
            point("a:1", terms={1: 1.0, 2: 0.5}),
            point("a:2", terms={1: 2.0}),
            point("a:3", terms={3: 9.0}),
            point("b:1", "en", terms={1: 1.0}),
        ],
    )
    found = search.best({"sv": ([(1, 1.0), (2, 4.0)], 10), "en": ([(2, 1.0)], 10)}, Filters())
    assert [(one.id, one.score, one.packed) for one in found["sv"]] == [("a:1", 3.0, b"a:1"), ("a:2", 2.0, b"a:2")]
    assert [one.id for one in found["en"]] == []


def test_vectors_find_the_nearest(passages: Passages, search: Search) -> None:
    """The leg of vectors ranks by cosine, and a filter for documents or speakers holds."""
    passages.put("c", [point("a:1", axis=0), point("b:1", axis=1)])
    vector = np.array([0.9, 0.1, 0, 0], dtype=np.float32)
    found = search.nearest(vector, ["sv", "en"], 10, Filters())
    assert [one.id for one in found["sv"]] == ["a:1", "b:1"]
    assert found["sv"][0].score == pytest.approx(0.9 / np.hypot(0.9, 0.1))
    assert not found["en"]
    only = search.nearest(vector, ["sv"], 10, Filters(documents=frozenset({"b"}), speakers=frozenset({"åse"})))
    assert [one.id for one in only["sv"]] == ["b:1"]
    assert not search.nearest(vector, ["sv"], 10, Filters(speakers=frozenset({"Per"})))["sv"]


def test_writing_twice_writes_once(passages: Passages) -> None:
    """A batch that is written again after an interruption leaves each passage once."""
    points = [point(f"a:{number}") for number in range(300)]
    passages.put("c", points[:200])
    passages.put("c", points)
    assert passages.count("c") == 300


def test_former_version_is_removed(passages: Passages) -> None:
    """Of the documents that are named only the passages that are kept stay; other documents are not touched."""
    passages.put("c", [point("a:old"), point("a:new"), point("b:1"), point("c:1")])
    passages.remove_others("c", ["a", "b"], keep=["a:new"])
    assert sorted(name for name, _, _ in passages.packed_of("c", ["a", "b", "c"])) == ["a:new", "c:1"]


def test_state_names_the_present_collection(passages: Passages) -> None:
    """A new collection takes the place of the former one at once, and the former one goes."""
    assert passages.state() is None
    first, second = passages.new_name(), passages.new_name()
    for name in (first, second):
        passages.create(name, 4)
    passages.set_state(State(first, "record", 1, "settings"))
    passages.keep_statistics({"sv": b"\x00\xff"})
    passages.set_state(State(second, "record", 2, "settings"))
    assert passages.state() == State(second, "record", 2, "settings")
    assert passages.statistics("sv") == b"\x00\xff"
    assert passages.statistics("en") is None
    with pytest.raises(IndexUnavailable, match="not found"):
        passages.count(first)


@contextmanager
def answering(status: int, body: object) -> Iterator[str]:
    """A server on loopback that answers everything with this; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"qdrant://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_nobody_there_is_one_line() -> None:
    """An address where no server is says that it cannot be reached."""
    with pytest.raises(IndexUnavailable, match=r"http://127.0.0.1:1 cannot be reached .* is it running\?"):
        Connection(parse("qdrant://127.0.0.1:1"))


def test_old_server_is_refused() -> None:
    """A server that is too old is refused with both versions."""
    old = pytest.raises(IndexUnavailable, match=r"expected Qdrant 1\.10 or newer .* found 1\.7\.4")
    with answering(200, {"title": "qdrant", "version": "1.7.4"}) as url, old:
        Connection(parse(url))


@pytest.mark.parametrize(("status", "word"), [(500, "500"), (403, "403"), (507, "507")])
def test_refusing_server_is_one_line(status: int, word: str) -> None:
    """A server that fails, refuses the key or is full gives one line."""
    with answering(status, {"status": {"error": "no"}}) as url, pytest.raises(IndexUnavailable, match=word) as caught:
        Connection(parse(url))
    assert "\n" not in str(caught.value)


def test_something_else_there_is_one_line() -> None:
    """A server that is no Qdrant gives one line."""
    with answering(200, {"hello": "world"}) as url, pytest.raises(IndexUnavailable, match="cannot be") as caught:
        Connection(parse(url))
    assert "\n" not in str(caught.value)
