"""An index on Qdrant: where it is, what it survives, and every trouble of the server as one line."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.adding import add, remove_documents
from index.build import build
from index.errors import IndexUnavailable
from index.library import Library
from index.openai_embedding import openai_embedding
from index.qdrant import client, upkeep
from index.qdrant.client import Connection
from index.qdrant.place import Place, parse
from index.qdrant.statistics import counted, of_payload, payloads, total
from index.qdrant.upkeep import QdrantUpkeep
from tests.index.embedding_server import serving
from tests.index.making import find, opened, shared_analyzer, write_texts
from tests.loopback import Reply, answering
from tests.qdrant_server import QdrantServer, qdrant_server

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def server() -> Iterator[QdrantServer]:
    with qdrant_server() as found:
        yield found


@pytest.fixture
def library(server: QdrantServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library of three texts on a server, which is asked again at once after a failure."""
    monkeypatch.setattr(client, "LEAVE_ALONE_SECONDS", 0.0)
    with opened(tmp_path, index_url=server.url) as found:
        build(found, write_texts(tmp_path / "texts"))
        yield found


def put(library: Library, name: str, text: str) -> str:
    file = library.data_dir / f"{name}.txt"
    file.write_text(text, encoding="utf-8")
    return add(library, file, name, path=f"{name}.txt")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("qdrant://host", Place("http://host:6333")),
        ("qdrants://host:1234?name=texts&shards=3&replicas=2", Place("https://host:1234", "texts", 3, 2)),
        ("qdrant:///var/lib/kilde", Place("", folder="/var/lib/kilde")),
    ],
)
def test_url_says_where(url: str, place: Place) -> None:
    """A URL names the server or folder, the collections, their shards and replicas."""
    assert parse(url) == place


@pytest.mark.parametrize(
    "url",
    ["http://host", "qdrant://host?shards=0", "qdrant://host?shards=x", "qdrant://h?a=1", "qdrant://h/x", "qdrant:"],
)
def test_malformed_url_is_refused(url: str) -> None:
    """A URL that means nothing is refused, and the message shows one that does."""
    with pytest.raises(IndexUnavailable, match=r"qdrant://HOST:6333\?name=kilde&shards=3&replicas=2"):
        parse(url)


def test_refused_url_does_not_show_a_password() -> None:
    """What is found is shown without a name and a password."""
    with pytest.raises(IndexUnavailable) as caught:
        parse("redis://me:secret@host/x")
    assert "secret" not in str(caught.value)


def ask(url: str) -> None:
    with Connection(parse(url.replace("http://", "qdrant://"))).asking() as found:
        found.get_collections()


def test_nobody_there_is_one_line() -> None:
    """An address where no server is says that it cannot be reached."""
    with pytest.raises(IndexUnavailable, match=r"http://127.0.0.1:1 cannot be reached; is it running\?"):
        ask("qdrant://127.0.0.1:1")


def test_old_server_is_refused(server: QdrantServer) -> None:
    """A server that is too old is refused with both versions."""
    server.version = "1.7.4"
    with pytest.raises(IndexUnavailable, match=r"expected Qdrant 1\.10 or newer .* found 1\.7\.4"):
        ask(server.url)


@pytest.mark.parametrize(
    ("status", "said", "word"),
    [
        (500, "internal", "status 500: internal"),
        (403, "forbidden", "KILDE_INDEX_API_KEY"),
        (507, "No space left on device", "No space left"),
    ],
)
def test_refusing_server_is_one_line(server: QdrantServer, status: int, said: str, word: str) -> None:
    """A server that fails, refuses the key or is full gives one line with what it said."""
    server.status, server.said = status, said
    with pytest.raises(IndexUnavailable, match=word) as caught:
        ask(server.url)
    assert "\n" not in str(caught.value)


def test_something_else_there_is_one_line() -> None:
    """A server that is no Qdrant gives one line."""
    with (
        answering(lambda _: Reply(200, json.dumps({"hello": "world"}).encode())) as url,
        pytest.raises(IndexUnavailable, match="is it another service") as caught,
    ):
        ask(url)
    assert "\n" not in str(caught.value)


def test_slow_server_is_given_up_and_left_alone_for_a_moment(server: QdrantServer) -> None:
    """A request that takes too long fails with how long it was waited for, and the next ones fail at once."""
    server.delay_seconds = 3
    connection = Connection(parse(server.url), timeout_seconds=1)
    for _ in range(2):
        with pytest.raises(IndexUnavailable, match="did not answer within 1 s"), connection.asking() as found:
            found.get_collections()
    assert len(server.requests) == 1


def test_server_that_cuts_its_answer_off_is_one_line(library: Library, server: QdrantServer) -> None:
    """A connection that ends in the middle of an answer fails that search only."""
    server.cut = True
    with pytest.raises(IndexUnavailable, match=r"Qdrant at .* cannot be reached"):
        find(library, "Who kneads the dough?")
    server.cut = False
    assert find(library, "Who kneads the dough?")[0] == "bread"


def test_server_away_at_the_start_is_waited_for(
    server: QdrantServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library opens while Qdrant is away, says so, and answers when it is there."""
    monkeypatch.setattr(client, "LEAVE_ALONE_SECONDS", 0.0)
    server.stop()
    with opened(tmp_path, index_url=server.url) as library:
        with pytest.raises(IndexUnavailable, match="is it running"):
            find(library, "Who kneads the dough?")
        assert "is it running" in library.conditions()["lexical"]
        report = build(library, write_texts(tmp_path / "texts"))
        assert report.added == 3
        assert "is it running" in (report.unindexed or "")
        server.start()
        assert library.look_after()
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert library.conditions() == {"record": "ok", "lexical": "ok", "vectors": "ok"}


def test_what_is_stored_while_the_server_is_away_is_found_when_it_is_back(
    library: Library, server: QdrantServer
) -> None:
    """The record takes documents without Qdrant; nothing of them is lost, and nothing is doubled."""
    server.stop()
    assert put(library, "wombat", "The wombat sleeps in its burrow.") == "added"
    assert put(library, "bread", "The giraffe eats leaves from the acacia.") == "replaced"
    assert remove_documents(library, ["sea"]) == []
    server.start()
    assert library.look_after()
    assert find(library, "Where does the wombat sleep?")[0] == "wombat"
    assert find(library, "Who eats leaves?")[0] == "bread"
    assert library.lexical.count() == sum(library.record.count().values())
    assert not library.look_after()


@pytest.mark.parametrize(
    ("status", "said"), [(507, "No space left on device"), (403, "read only"), (500, "WAL is full")]
)
def test_full_or_read_only_server_goes_on_being_searched(
    library: Library, server: QdrantServer, status: int, said: str
) -> None:
    """Where nothing can be written, what is there is found, and what was stored meanwhile is found later."""
    server.status, server.said, server.only_writes = status, said, True
    assert put(library, "wombat", "The wombat sleeps in its burrow.") == "added"
    assert find(library, "Who kneads the dough?")[0] == "bread"
    with pytest.raises(IndexUnavailable, match="Qdrant at"):
        library.look_after()
    server.status = 0
    assert library.look_after()
    assert find(library, "Where does the wombat sleep?")[0] == "wombat"


def test_lost_collection_is_written_anew(library: Library, server: QdrantServer) -> None:
    """A collection that is gone is written again from the record."""
    for name in server.names():
        server.drop(name)
    assert "lexical" in library.conditions()
    assert library.conditions()["lexical"] != "ok"
    assert library.look_after()
    assert find(library, "Who kneads the dough?")[0] == "bread"
    assert library.conditions()["lexical"] == "ok"


def test_missing_passages_are_noticed_by_a_build(library: Library, server: QdrantServer, tmp_path: Path) -> None:
    """A collection that holds fewer passages than the record is written anew by the next build, the old one removed."""
    kept = library.upkeep
    assert isinstance(kept, QdrantUpkeep)
    state = kept.states.read()
    assert state is not None
    passages = library.record.passages_of(["bread"])
    kept.collections.remove(state.collection, [passage.id for passage in passages])
    build(library, tmp_path / "texts")
    assert find(library, "Who kneads the dough?")[0] == "bread"
    assert len(server.names()) == 2


def test_one_request_a_question(library: Library, server: QdrantServer) -> None:
    """A question costs one request, whatever languages and legs it is asked of."""
    find(library, "Who kneads the dough?")
    server.requests.clear()
    find(library, "Who kneads the dough in the morning?")
    assert [path.rpartition("/points")[2] for path in server.requests] == ["/query/batch"]


def test_two_records_keep_apart(library: Library, server: QdrantServer, tmp_path: Path) -> None:
    """Two records at the same address have collections of their own, and a build removes only its own."""
    with opened(tmp_path / "other", index_url=server.url) as other:
        build(other, write_texts(tmp_path / "other" / "texts", kiwi="The kiwi lays a large egg."))
        assert find(other, "Who lays an egg?") == ["kiwi"]
        assert "kiwi" not in find(library, "Who lays an egg?")
    build(library, tmp_path / "texts")
    assert len(server.names()) == 3


def test_vectors_of_a_model_are_made_behind_the_scenes(server: QdrantServer, tmp_path: Path) -> None:
    """What is added is found by words at once, and by the model's vectors when the service has asked for them."""
    with serving() as asked:
        embedding = openai_embedding("m", base_url=asked.url, retries=0)
        with opened(tmp_path, embedding=embedding, index_url=server.url) as library:
            assert build(library, write_texts(tmp_path / "texts")).unembedded is None
            assert library.conditions()["vectors"] == "ok"
            hits = library.retriever.search("Who kneads the dough?", language="en")
            assert min(hit.legs["vectors"] for hit in hits) > 0.6  # By letters of the alphabet all are much alike.
            put(library, "wombat", "The wombat sleeps in its burrow.")
            assert "has made 3 of 4 vectors" in library.conditions()["vectors"]
            assert find(library, "Where does the wombat sleep?")[0] == "wombat"
            assert library.look_after()
            assert library.conditions()["vectors"] == "ok"
            assert not library.look_after()
            asked.always = 500
            assert find(library, "Where does the wombat sleep?")[0] == "wombat"


class Crash(BaseException):
    """Nothing may catch it, as nothing catches a kill."""


@pytest.mark.parametrize("step", ["put", "record", "noted"])
def test_an_interrupted_exchange_leaves_one_version(
    library: Library, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever step a crash comes after, the document is found in the version that the record has, and only in that."""
    put(library, "wombat", "The wombat sleeps in its burrow.")
    kept = library.upkeep
    assert isinstance(kept, QdrantUpkeep)

    def crash(*_: object, **__: object) -> None:
        raise Crash

    target, name = {
        "put": (type(library.record), "replace_all"),
        "record": (QdrantUpkeep, "settle"),
        "noted": (type(kept.collections), "remove"),
    }[step]
    monkeypatch.setattr(target, name, crash)
    with pytest.raises(Crash):
        put(library, "wombat", "The giraffe eats leaves from the acacia.")
    monkeypatch.undo()
    hits = library.retriever.search("Who sleeps in a burrow or eats leaves from the acacia?", language="en")
    texts = {hit.passage.text for hit in hits if hit.passage.document_id == "wombat"}
    assert texts == {
        "The wombat sleeps in its burrow." if step == "put" else "The giraffe eats leaves from the acacia."
    }
    assert library.look_after()
    assert library.lexical.count() == sum(library.record.count().values())
    state = kept.states.read()
    assert state is not None
    assert kept.collections.count(state.collection) == library.lexical.count()
    for word, version in (("burrow", "put"), ("acacia", "record or noted")):
        term = library.analyzer.question(word, "en").terms[0]
        assert library.lexical.document_frequency(term) == (step in version), word
    assert not library.look_after()


def test_statistics_add_up() -> None:
    """Statistics are the same counted at once or as a sum of parts, and what is taken away leaves nothing."""
    entries = _scored("The baker kneads.", "The baker sleeps.")
    one, other = counted(entries[:1]), counted(entries[1:])
    both = counted(entries)["en"]
    summed = total([(one, 1), (other, 1)])["en"]
    assert summed.hashes.tolist() == both.hashes.tolist()
    assert summed.counts.tolist() == both.counts.tolist()
    assert (summed.passages, summed.length) == (2, both.length)
    assert total([(one, 1), (other, 1), (one, -1), (other, -1)]) == {}
    stored = total((of_payload(payload), 1) for payload in payloads({"en": both}))["en"]
    assert stored.hashes.tolist() == both.hashes.tolist()


def test_statistics_are_summed_up(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many changes there are, few parts are kept, and they say the same."""
    monkeypatch.setattr(upkeep, "MAX_PARTS", 3)
    kept = library.upkeep
    assert isinstance(kept, QdrantUpkeep)
    for number in range(5):
        put(library, "wombat", f"The wombat number {number} sleeps.")
    state = kept.states.read()
    assert state is not None
    assert len(state.parts) <= 4
    assert library.lexical.count() == sum(library.record.count().values())
    term = library.analyzer.question("wombat", "en").terms[0]
    assert library.lexical.document_frequency(term) == 1


def _scored(*texts: str) -> list[tuple[str, bytes]]:
    from index.packing import Packing
    from index.qdrant.points import points
    from tests.index.analysing import passage

    passages = [passage(f"d{number}", "en", text) for number, text in enumerate(texts)]
    return [(one.language, one.scored) for one in points(passages, Packing(shared_analyzer()).entries(passages), None)]


def _build_slowly(folder: str, url: str) -> None:
    """Build in a process of its own that notes every passage."""
    upkeep.NOTED_EVERY = upkeep.PASSAGES_AT_ONCE = 1
    with opened(Path(folder), index_url=url):
        os._exit(0)


def test_a_killed_first_build_goes_on_where_it_was(server: QdrantServer, tmp_path: Path) -> None:
    """After a kill the next build writes what is missing, and what it has is the same as without."""
    texts = {f"d{number}": f"The animal number {number} sleeps in burrow {number}." for number in range(40)}
    with opened(tmp_path) as library:
        build(library, write_texts(tmp_path / "texts", **texts))
    process = multiprocessing.get_context("spawn").Process(target=_build_slowly, args=(str(tmp_path), server.url))
    process.start()
    while sum("PUT" in one and "/points" in one for one in server.requests) < 40 and process.is_alive():
        time.sleep(0.01)
    process.kill()
    process.join()
    written = sum("PUT" in one and "/points" in one for one in server.requests)
    assert len(server.names()) == 2
    with opened(tmp_path, index_url=server.url) as library:
        assert find(library, "Which animal sleeps in burrow 7?")[0] == "d7"
        assert library.lexical.count() == 40
        assert library.conditions()["lexical"] == "ok"
    assert len(server.names()) == 2
    assert written > 40 // 3
