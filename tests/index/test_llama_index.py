"""LlamaIndex pipelines can use Kilde's retrieval and its embedding."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from index.llama_index import KildeRetriever, KildeSubwordEmbedding
from index.records import Filters
from index.subwords import SubwordEmbedding
from tests.index.making import built

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with built(tmp_path_factory.mktemp("llama"))[0] as library:
        yield library


def test_nodes_are_passages_word_for_word(library: Library) -> None:
    """Nodes come best first, with the passage's text, its place in the stored document, its speaker and language."""
    found = KildeRetriever(library, limit=3).retrieve("Vem kommer hem med torsk?")
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    node = found[0].node
    meta = node.metadata
    assert (meta["document"], meta["language"], meta["role"]) == ("sea", "sv", "author")
    assert "speaker" in meta
    assert library.record.text_slices([(meta["document"], meta["start"], meta["end"])]) == [node.get_content()]
    assert node.ref_doc_id == "sea"


def test_filters_limit_and_language(library: Library) -> None:
    """A retriever keeps to its filters, its limit and its language, also when it is awaited."""
    retriever = KildeRetriever(library, limit=1, language="en", filters=Filters(documents=frozenset({"trains"})))
    found = asyncio.run(retriever.aretrieve("Who kneads the dough when the train leaves?"))
    assert [one.node.metadata["document"] for one in found] == ["trains"]


def test_subwords_are_a_llama_index_embedding() -> None:
    """The vectors are the same as Kilde's own."""
    embedding = KildeSubwordEmbedding()
    own = SubwordEmbedding().embed(["tillit", "tillid"])
    np.testing.assert_allclose(embedding.get_text_embedding_batch(["tillit", "tillid"]), own)
    np.testing.assert_allclose(embedding.get_query_embedding("tillit"), own[0])


@pytest.mark.parametrize("number", range(3))
def test_examples_of_the_page_run(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example of docs/llama-index.md runs as it stands."""
    examples = EXAMPLE.findall((ROOT / "docs/llama-index.md").read_text(encoding="utf-8"))
    assert len(examples) == 3
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    exec(compile(examples[number], "docs/llama-index.md", "exec"), {})  # noqa: S102 - our own page
