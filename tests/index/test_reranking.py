"""A reranker puts the best passages into its order, and takes nothing away when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.api_reranking import api_reranker
from index.errors import MissingExtra
from index.local_reranking import local_reranker
from index.reranking import Reranker
from tests.index.embedding_server import KEY
from tests.index.making import built, write_texts
from tests.index.tiny_models import build_cross_encoder
from tests.loopback import Reply, Request, answering

PASSAGES = {5: "Nothing of the kind.", 7: "An axe in a box.", 8: "A fox ran."}


class Server:
    """`POST /rerank` on loopback: scores by the letter x, the best first. `always` is a status or a reply to send."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.authorization: set[str] = set()
        self.always: int | object = None

    def answer(self, body: dict[str, Any]) -> tuple[int, object]:
        self.asked.append(body)
        if isinstance(self.always, int):
            return self.always, {"error": {"message": f"no, {KEY}"}}
        if self.always is not None:
            return 200, self.always
        scored = [{"index": n, "relevance_score": text.count("x") / 10} for n, text in enumerate(body["documents"])]
        return 200, {"results": sorted(scored, key=lambda one: -one["relevance_score"])}


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    def respond(request: Request) -> Reply:
        state.authorization.add(request.headers["authorization"])
        status, reply = state.answer(json.loads(request.body)) if request.path == "/v1/rerank" else (404, {})
        return Reply(status, json.dumps(reply).encode())

    with answering(respond) as address:
        state.url = f"{address}/v1"
        yield state


@pytest.fixture(params=["api", "local"])
def reranker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reranker]:
    makers: dict[str, Callable[[], Reranker]] = {
        "api": lambda: api_reranker("m", base_url=request.getfixturevalue("server").url, api_key=KEY),
        "local": lambda: local_reranker(str(build_cross_encoder(tmp_path / "tiny"))),
    }
    made = makers[request.param]()
    yield made
    made.close()


def test_passages_come_back_in_the_models_order(reranker: Reranker) -> None:
    """Whoever reads them, the passages come back by their numbers, the best first."""
    assert reranker.rank("where?", PASSAGES) == [7, 8, 5]
    assert reranker.trouble is None
    assert reranker.rank("where?", {}) == []


def test_more_passages_than_a_batch(reranker: Reranker) -> None:
    """Many passages of different lengths are each scored by their own text."""
    passages = {number: "x" * (number % 7) + " word" * (number % 5) for number in range(40)}
    ranked = reranker.rank("where?", passages)
    assert sorted(ranked) == list(range(40))
    assert [number % 7 for number in ranked] == sorted((number % 7 for number in range(40)), reverse=True)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (503, "status 503"),
        ({"results": [{"index": 0, "relevance_score": 1}]}, "KeyError"),
        ({"results": [{"index": n, "relevance_score": "NaN"} for n in range(3)]}, "finite numbers"),
        ([], "a list of results"),
    ],
)
def test_failure_leaves_the_order_and_is_said(server: Server, reply: object, said: str) -> None:
    """A refusal, too few scores or none ends in one readable line, without the key; twice, and it is left alone."""
    server.always = reply
    reranker = api_reranker("m", base_url=server.url, api_key=KEY)
    for _ in range(4):
        assert reranker.rank("where?", PASSAGES) == []
    assert said in str(reranker.trouble)
    assert KEY not in str(reranker.trouble)
    assert len(server.asked) == 2
    assert server.authorization == {f"Bearer {KEY}"}


def test_a_model_that_is_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    """A model with several numbers for a pair says that one was expected."""
    reranker = local_reranker(str(build_cross_encoder(tmp_path / "tiny", outputs=3)))
    assert reranker.rank("where?", PASSAGES) == []
    assert "expected one number a pair" in str(reranker.trouble)


def test_missing_library_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a library that it takes the error says how to install it."""
    monkeypatch.setattr("index.onnx_model.LIBRARIES", ("not_there_at_all",))
    with pytest.raises(MissingExtra, match="pip install"):
        local_reranker("BAAI/bge-reranker-base")


def test_search_takes_the_rerankers_order(tmp_path: Path, server: Server) -> None:
    """The hits are in the model's order with falling scores; when it fails, in their own, and none is lost."""
    write_texts(
        tmp_path / "texts",
        plain="Bread\n\nThe baker kneads the dough for the bread.\n",
        marked="Bread\n\nSomebody else puts xxx into the dough.\n",
    )
    reranker = api_reranker("m", base_url=server.url)
    library, _ = built(tmp_path, reranker=reranker)
    with library:

        def found() -> list[str]:
            hits = library.retriever.search("Who kneads the dough for the bread?", language="en")
            scores = [hit.score for hit in hits]
            assert scores == sorted(scores, reverse=True)
            return [hit.passage.document_id for hit in hits]

        assert found()[0] == "marked"
        assert library.conditions()["reranker"] == "ok"
        server.always = 500
        assert found()[0] == "plain"
        assert set(found()) == {"plain", "marked"}
        assert "status 500" in library.conditions()["reranker"]
