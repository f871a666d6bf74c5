"""Every embedding keeps the same promises, whoever makes its vectors."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import onnx_model
from index.embedding import Embedding, embed_question
from index.errors import EmbeddingUnavailable, MissingExtra
from index.llama_index import LlamaIndexBackend, from_llama_index
from index.local_embedding import LocalBackend, local_embedding
from index.neural import MAX_BYTES, MAX_TEXT_BYTES, MAX_TEXTS, NeuralEmbedding, Purpose, batches
from index.openai_embedding import openai_embedding
from index.subwords import SubwordEmbedding
from tests.index.embedding_server import KEY, Server, serving
from tests.index.making import letters
from tests.index.tiny_models import build_embedding

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


KINDS = ["subword", "openai", "openai with dimensions", "local", "llama-index"]


@pytest.fixture(params=KINDS)
def embedding(request: pytest.FixtureRequest, tmp_path: Path) -> Embedding:
    made: dict[str, Callable[[], Embedding]] = {
        "subword": SubwordEmbedding,
        "openai": lambda: openai_embedding("m", base_url=request.getfixturevalue("server").url, api_key=KEY),
        "openai with dimensions": lambda: openai_embedding(
            "m", base_url=request.getfixturevalue("server").url, dimensions=20
        ),
        "llama-index": of_llama_index,
        "local": lambda: local_embedding(str(build_embedding(tmp_path / "tiny"))),
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
    ("name", "prompts", "question", "passage"),
    [
        ("multilingual-e5-small", {}, "query: q", "passage: p"),
        ("multilingual-e5-large-instruct", {"query": "Find: "}, "Find: q", "p"),
        ("bge-m3", {}, "q", "p"),
        ("arctic", {"query": "query: ", "document": ""}, "query: q", "p"),
    ],
)
def test_prefixes(tmp_path: Path, name: str, prompts: dict[str, str], question: str, passage: str) -> None:
    """E5 models get the prefixes that they were trained with; the others the prompts in their own configuration."""
    folder = build_embedding(tmp_path / name)
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    embedding, plain = local_embedding(str(folder)), local_embedding(str(build_embedding(tmp_path / "plain")))
    np.testing.assert_allclose(embedding.embed_question("q"), plain.embed_question(question), atol=1e-6)
    np.testing.assert_allclose(embedding.embed(["p"]), plain.embed([passage]), atol=1e-6)


def test_pooling_is_the_models_own(tmp_path: Path) -> None:
    """A model that stands for a text by its first token is read so; one whose way is not known is refused."""
    first = local_embedding(str(build_embedding(tmp_path / "first", pooling="cls_token")))
    assert int(first.embed(["bread"])[0].argmax()) == 1
    other = local_embedding(str(build_embedding(tmp_path / "other", pooling="lasttoken")))
    with pytest.raises(EmbeddingUnavailable, match="found lasttoken"):
        other.embed(["bread"])


@pytest.mark.parametrize("fault", ["no model", "no tokenizer", "Dense"])
def test_model_that_cannot_be_used(tmp_path: Path, fault: str) -> None:
    """A model without its files, or with a layer that is not run here, is refused in a line that says so."""
    folder = build_embedding(tmp_path / "tiny", module=fault if fault == "Dense" else "Normalize")
    if fault != "Dense":
        (folder / ("onnx/model.onnx" if fault == "no model" else "tokenizer.json")).unlink()
    with pytest.raises(EmbeddingUnavailable, match="Dense" if fault == "Dense" else "expected tokenizer.json and"):
        local_embedding(str(folder)).embed(["bread"])


def test_missing_library_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a library that it takes the error says how to install it."""
    monkeypatch.setattr(onnx_model, "LIBRARIES", ("tokenizers", "not_there_at_all"))
    with pytest.raises(MissingExtra, match=r"not_there_at_all.*pip install 'kilde\[local\]'"):
        LocalBackend("intfloat/multilingual-e5-small")


def test_llama_index_is_asked_for_questions_as_questions() -> None:
    """A LlamaIndex embedding gets questions by its query method and passages in batches."""
    from llama_index.core import MockEmbedding

    backend = LlamaIndexBackend(MockEmbedding(embed_dim=4))
    assert np.shape(backend.rows(["a", "b"], "passage")) == (2, 4)
    assert np.shape(backend.rows(["a"], "question")) == (1, 4)
