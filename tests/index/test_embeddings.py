"""Every embedding keeps the same promises, whoever makes its vectors."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from index.embedding import Embedding, embed_question
from index.errors import EmbeddingUnavailable, MissingExtra
from index.llama_index import LlamaIndexBackend, from_llama_index
from index.local_embedding import LocalBackend, local_embedding
from index.neural import MAX_BYTES, MAX_TEXT_BYTES, MAX_TEXTS, NeuralEmbedding, Purpose, batches
from index.openai_embedding import openai_embedding
from index.subwords import SubwordEmbedding
from tests.index.embedding_server import KEY, Server, serving
from tests.index.making import letters

TEXTS = [
    "The baker kneads the dough.",
    "Fiskarna ror ut på havet.",
    "The train leaves at noon.",
    "Ål, æg og røget laks, 12.",
]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as state:
        yield state


class FakeModel:
    """Stands for sentence_transformers.SentenceTransformer: the adapter's own logic is tested, not the library."""

    asked: list[tuple[str, list[str]]] = []  # noqa: RUF012 - emptied by the fixture, and the models are not ours to keep

    def __init__(self, name: str) -> None:
        self.name = name

    def encode(self, texts: list[str], *, show_progress_bar: bool) -> list[list[float]]:
        self.asked.append(("encode", texts))
        return [letters(text) for text in texts]

    def encode_query(self, texts: list[str], *, show_progress_bar: bool) -> list[list[float]]:
        self.asked.append(("encode_query", texts))
        return [letters(text) for text in texts]

    def encode_document(self, texts: list[str], *, show_progress_bar: bool) -> list[list[float]]:
        self.asked.append(("encode_document", texts))
        return [letters(text) for text in texts]


@pytest.fixture
def fake_library(monkeypatch: pytest.MonkeyPatch) -> type[FakeModel]:
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = FakeModel  # type: ignore[attr-defined] # a module made by hand
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setattr(FakeModel, "asked", [])
    return FakeModel


def of_llama_index() -> Embedding:
    from llama_index.core.embeddings import BaseEmbedding

    class Letters(BaseEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            return letters(text)

        def _get_query_embedding(self, query: str) -> list[float]:
            return letters(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return letters(query)

    return from_llama_index(Letters(model_name="letters"))


def build_tiny_model(folder: Path) -> Path:
    """A real model of sentence-transformers: a bag of a dozen words, without a download."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import BoW

    words = sorted({word.strip(".,").lower() for text in TEXTS for word in text.split()})
    SentenceTransformer(modules=[BoW(vocab=words)]).save(str(folder / "tiny"))
    return folder / "tiny"


KINDS = ["subword", "openai", "openai with dimensions", "local with a fake library", "llama-index"]
if find_spec("sentence_transformers"):
    KINDS.append("local")


@pytest.fixture(params=KINDS)
def embedding(request: pytest.FixtureRequest, tmp_path: Path) -> Embedding:
    made: dict[str, Callable[[], Embedding]] = {
        "subword": SubwordEmbedding,
        "openai": lambda: openai_embedding("m", base_url=request.getfixturevalue("server").url, api_key=KEY),
        "openai with dimensions": lambda: openai_embedding(
            "m", base_url=request.getfixturevalue("server").url, dimensions=20
        ),
        "local with a fake library": lambda: (
            request.getfixturevalue("fake_library") and local_embedding("intfloat/multilingual-e5-small")
        ),
        "llama-index": of_llama_index,
        "local": lambda: local_embedding(str(build_tiny_model(tmp_path))),
    }
    return made[request.param]()


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedding: Embedding) -> None:
    """Each text has a float32 row of length 1 that does not depend on the other texts."""
    vectors = embedding.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedding.dimensions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(embedding.embed(TEXTS[::-1])[::-1], vectors, atol=1e-6)


def test_no_text_and_blank_texts(embedding: Embedding) -> None:
    """No texts make no rows, and a blank text makes a row of zeros, without which nothing is near to it."""
    assert len(embedding.embed([])) == 0
    vectors = embedding.embed(["The train leaves.", " \n", ""])
    assert vectors.shape == (3, embedding.dimensions)
    assert not vectors[1:].any()


def test_more_texts_than_a_request_takes(embedding: Embedding) -> None:
    """Many texts, and one far too long for a model, each have their row."""
    texts = [f"{text} {number}" for number in range(80) for text in TEXTS]
    texts[7] = "dough " * 20_000
    vectors = embedding.embed(texts)
    assert len(vectors) == len(texts)
    np.testing.assert_allclose(vectors[-3:], embedding.embed(texts[-3:]), atol=1e-6)


def test_a_question_is_nearest_to_its_own_words(embedding: Embedding) -> None:
    """The vector of a question is comparable with those of the passages."""
    cosines = embedding.embed(TEXTS) @ embed_question(embedding, "the train leaves at noon")
    assert int(cosines.argmax()) == 2


def test_names_tell_embeddings_apart() -> None:
    """A model and a length of its vectors have a name of their own; an address has not."""
    one = openai_embedding("m", base_url="http://a.example/v1")
    assert one.name == openai_embedding("m", base_url="http://b.example/v1").name == "openai:m"
    assert openai_embedding("m", dimensions=256).name == "openai:m@256"


@pytest.mark.parametrize("trouble", [429, 500, 503])
def test_passages_are_asked_for_again(server: Server, trouble: int) -> None:
    """Where a server is too busy or fails for a moment, passages are asked for again, as soon as Retry-After says."""
    server.troubles.extend([trouble])
    vectors = openai_embedding("m", base_url=server.url, api_key=KEY).embed(TEXTS)
    assert len(vectors) == len(TEXTS)
    assert [body["input"] for body in server.asked] == [TEXTS, TEXTS]
    assert server.authorization == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (401, "AuthenticationError, status 401"),
        (500, "InternalServerError, status 500"),
        ("truncated", "found an error"),
        ("short", "expected vectors of 26 dimensions from openai:m, found 5"),
        ("fewer", "expected 4 rows"),
    ],
)
def test_what_cannot_be_used_is_said(
    server: Server, trouble: int | str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A refusal, a failure, half an answer, vectors of another length or too few end in one readable line, no key."""
    embedding = openai_embedding("m", base_url=server.url, api_key=KEY, retries=0)
    embedding.expect(26)
    server.always = trouble
    with caplog.at_level(logging.DEBUG), pytest.raises(EmbeddingUnavailable, match=said) as caught:
        embedding.embed(TEXTS)
    assert embedding.trouble == str(caught.value)
    assert KEY not in str(caught.value) + "".join(r.getMessage() for r in caplog.records if r.name.startswith("index"))
    assert KEY not in repr(embedding) + repr(vars(embedding))
    server.always = None
    embedding.embed(TEXTS)
    assert embedding.trouble is None


def test_nobody_waits_for_a_model_that_fails(server: Server) -> None:
    """A question is asked for once; after two failures the model is left alone for a while."""
    server.always, server.retry_after = 429, "30"
    embedding = openai_embedding("m", base_url=server.url)
    for _ in range(5):
        with pytest.raises(EmbeddingUnavailable, match="status 429"):
            embedding.embed_question("Who kneads the dough?")
    assert len(server.asked) == 2


def test_batches_keep_to_their_limits() -> None:
    """A request holds at most so many texts and bytes, and a long text is cut at the end of a character."""
    texts = ["å" * 5_000] * 300 + ["a"] * 300
    found = list(batches(texts))
    assert sum(map(len, found)) == len(texts)
    assert all(len(batch) <= MAX_TEXTS for batch in found)
    assert all(sum(len(text.encode()) for text in batch) <= MAX_BYTES for batch in found)
    assert found[0][0] == "å" * (MAX_TEXT_BYTES // 2)


def test_not_a_number_is_refused() -> None:
    """A vector with a part that is no number is an error, not a passage that is near to everything or nothing."""

    class Broken:
        def rows(self, texts: Sequence[str], purpose: Purpose) -> list[list[float]]:
            return [[float("nan"), 1.0] for _ in texts]

        def close(self) -> None:
            pass

    with pytest.raises(EmbeddingUnavailable, match="finite"):
        NeuralEmbedding("broken", Broken()).embed(["a"])


@pytest.mark.parametrize(
    ("name", "question", "passage"),
    [
        ("intfloat/multilingual-e5-small", ("encode", ["query: q"]), ("encode", ["passage: p"])),
        ("models/e5-base-v2", ("encode", ["query: q"]), ("encode", ["passage: p"])),
        ("intfloat/multilingual-e5-large-instruct", ("encode_query", ["q"]), ("encode_document", ["p"])),
        ("BAAI/bge-m3", ("encode_query", ["q"]), ("encode_document", ["p"])),
    ],
)
def test_prefixes(name: str, question: Any, passage: Any, fake_library: type[FakeModel]) -> None:
    """E5 models get the prefixes that they were trained with; the others' prompts are the library's affair."""
    embedding = local_embedding(name)
    embedding.embed_question("q")
    embedding.embed(["p"])
    assert fake_library.asked == [question, passage]


def test_missing_library_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sentence-transformers the error says how to install it."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtra, match=r"pip install 'kilde\[local\]'"):
        LocalBackend("intfloat/multilingual-e5-small")


def test_llama_index_is_asked_for_questions_as_questions() -> None:
    """A LlamaIndex embedding gets questions by its query method and passages in batches."""
    from llama_index.core import MockEmbedding

    backend = LlamaIndexBackend(MockEmbedding(embed_dim=4))
    assert np.shape(backend.rows(["a", "b"], "passage")) == (2, 4)
    assert np.shape(backend.rows(["a"], "question")) == (1, 4)
