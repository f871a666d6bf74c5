"""Another model embeds behind the scenes, and what it has made is used when it is complete, never before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import embedder, repairs
from index.adding import add
from index.build import build
from index.library import Library
from index.neural import NeuralEmbedding
from index.openai_embedding import openai_embedding
from tests.index.embedding_server import Server, serving
from tests.index.making import TEXTS, built, find, opened, write_texts


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as state:
        yield state


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """One passage a request, and no waiting between two tries."""
    monkeypatch.setattr(embedder, "MAX_TEXTS", 1)
    monkeypatch.setattr(repairs, "RETRY_SECONDS", 0.05)


def model(server: Server, name: str = "m") -> NeuralEmbedding:
    return openai_embedding(name, base_url=server.url, retries=0)


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends, "it did not come about in 20 s"
        time.sleep(0.01)


def condition(library: Library) -> str:
    return library.conditions()["vectors"]


def cosines(library: Library, question: str = "Who kneads the dough?") -> list[float]:
    """The vector leg's part in each hit."""
    return [hit.legs["vectors"] for hit in library.retriever.search(question, language="en")]


def test_a_new_library_is_embedded_by_its_build(tmp_path: Path, server: Server) -> None:
    """A build asks the model for every passage once, and questions find by its vectors."""
    library, report = built(tmp_path, embedding=model(server))
    with library:
        assert report.unembedded is None
        assert condition(library) == "ok"
        assert len({text for body in server.asked for text in body["input"]}) == report.passages == len(server.asked)
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert server.asked[-1]["input"] == ["Who kneads the dough?"]
        # By the letters of the alphabet all texts are much alike; by subwords they are not.
        assert min(cosines(library)) > 0.6


def test_another_model_takes_over_when_it_is_complete(tmp_path: Path, server: Server) -> None:
    """While a model embeds, words answer alone; then its vectors are used at once, in every open library."""
    built(tmp_path)[0].close()
    server.gate.clear()
    with opened(tmp_path, embedding=model(server)) as library:
        words_alone = cosines(library)
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert server.asked == []
        assert condition(library).startswith("openai:m has made 0 of")
        assert condition(library).endswith("search goes on by words")
        server.gate.set()
        wait_until(lambda: condition(library) == "ok")
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert cosines(library) != words_alone
    asked = len(server.asked)
    with opened(tmp_path, embedding=model(server)) as library:
        assert condition(library) == "ok"
    assert len(server.asked) == asked


def test_interrupted_embedding_goes_on_where_it_was(tmp_path: Path, server: Server) -> None:
    """What a model has made before the process ended is not asked for again."""
    built(tmp_path)[0].close()
    server.troubles.extend(["", "", 500])
    server.always = 500
    with opened(tmp_path, embedding=model(server)) as library:
        wait_until(lambda: len(server.asked) > 3)
        assert condition(library).startswith("openai:m has made 2 of")
        assert "status 500" in condition(library)
        assert find(library, "Who kneads the dough?")[0] == "bread"
    server.always = None
    before = [body["input"] for body in server.asked[:2]]
    del server.asked[:]
    with opened(tmp_path, embedding=model(server)) as library:
        wait_until(lambda: condition(library) == "ok")
        total = sum(library.record.count().values())
    assert len(server.asked) == total - 2
    assert not any(texts in before for texts in [body["input"] for body in server.asked])


def test_failing_model_keeps_nothing_from_being_found(tmp_path: Path, server: Server) -> None:
    """When the model fails, a build keeps its documents, says why, and words find them; later the vectors follow."""
    server.always = 401
    library, report = built(tmp_path, embedding=model(server))
    with library:
        assert report.added == len(TEXTS)
        assert "status 401" in str(report.unembedded)
        assert find(library, "Vem kommer hem med torsk?", "sv")[0] == "sea"
        assert "status 401" in condition(library)
        server.always = None
        wait_until(lambda: condition(library) == "ok")


def test_uploads_come_in_while_a_build_embeds(tmp_path: Path, server: Server) -> None:
    """A model may take hours over a folder: a document that is added meanwhile is stored, and embedded in the end."""
    upload = tmp_path / "upload.txt"
    upload.write_text("Guests\n\nThe engine driver polishes the whistle.\n", encoding="utf-8")
    outcomes: list[str] = []
    with opened(tmp_path, embedding=model(server)) as library, opened(tmp_path, embedding=model(server)) as other:

        def progress(_: int, __: int, what: str) -> None:
            if what == "Embedding" and not outcomes:
                outcomes.append(add(other, upload, "guest", path="guest.txt", timeout_seconds=60))

        report = build(library, write_texts(tmp_path / "texts"), progress=progress)
        assert outcomes == ["added"]
        assert report.unembedded is None
        assert condition(library) == "ok"
        assert not library.upkeep.embedder.lacks_vectors()
        assert find(library, "Who polishes the whistle?")[0] == "guest"


def test_question_without_a_vector_is_answered_by_words(tmp_path: Path, server: Server) -> None:
    """A complete index whose model is down answers as without one, and says so until the model is back."""
    library, _ = built(tmp_path, embedding=model(server))
    with library:
        server.always = 503
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert "status 503" in condition(library)
        server.always = None
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert condition(library) == "ok"


def test_added_documents_are_found_by_their_vectors(tmp_path: Path, server: Server) -> None:
    """A document that comes later is embedded alone, and other open libraries see its vectors without a restart."""
    library, _ = built(tmp_path, embedding=model(server))
    with library, opened(tmp_path, embedding=model(server)) as other:
        other.warm_up()
        asked = len(server.asked)
        write_texts(tmp_path / "texts", **TEXTS, wood="Wood\n\nThe carpenter planes the board until it is smooth.\n")
        build(library, tmp_path / "texts")
        assert len(server.asked) == asked + 1
        for each in (library, other):
            vector = each.embedding.embed(["The carpenter planes the board until it is smooth."])[0]
            assert each.vectors.search(vector, ["en"], 1)["en"][0][0].startswith("wood:")
            assert condition(each) == "ok"


def test_vectors_of_another_length_are_never_compared(tmp_path: Path, server: Server) -> None:
    """When a server sends vectors of another length under the same name, words answer, and nothing breaks."""
    built(tmp_path, embedding=model(server))[0].close()
    server.always = "short"
    with opened(tmp_path, embedding=model(server)) as library:
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert "expected vectors of 26 dimensions from openai:m, found 5" in condition(library)
