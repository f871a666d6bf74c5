"""What people install instead, on the same made-up passages and questions: each is a search that returns passage ids.

Whatever is not installed is left out, and the reason is reported: nothing is downloaded by a benchmark.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.scale import LIMIT, Search
from benchmarks.synthetic import Question
from benchmarks.systems import MINILM
from index.records import Filters, Passage
from index.subwords import SubwordEmbedding

CHROMA_BATCH = 5_000
FETCHED = 100
"""Candidates that each of two retrievers gives to their fusion."""
SAMPLE = 60
"""Passages that a stand-in embeds; what it would take for all is reckoned from them."""
Peer = Callable[[Sequence[Passage], Path], Search]


class Absent(Exception):
    """A peer that cannot be measured on this machine, and why."""


def bm25s(passages: Sequence[Passage], _: Path) -> Search:
    """bm25s with its English defaults."""
    _need("bm25s")
    import bm25s

    index = bm25s.BM25()
    index.index(_tokens([passage.text for passage in passages]), show_progress=False)

    def search(question: Question, _: Filters) -> list[str]:
        found, _scores = index.retrieve(_tokens(question.text, ids=False), k=LIMIT, show_progress=False)
        return [passages[int(place)].id for place in found[0]]

    return search


def _tokens(texts: str | list[str], *, ids: bool = True) -> object:
    import bm25s

    return bm25s.tokenize(texts, stopwords="en", show_progress=False, return_ids=ids)


def chroma_where(passages: Sequence[Passage], folder: Path) -> Search:
    """One Chroma collection with our subword vectors, and filters as Chroma's `where`."""
    import chromadb

    client = chromadb.PersistentClient(str(folder / "chroma"))
    collection = client.get_or_create_collection("all", embedding_function=None)
    embedding = SubwordEmbedding()
    for start in range(0, len(passages), CHROMA_BATCH):
        some = passages[start : start + CHROMA_BATCH]
        collection.add(
            ids=[passage.id for passage in some],
            embeddings=embedding.embed([passage.text for passage in some]),
            metadatas=[
                {"language": one.language, "speaker": str(one.speaker.name), "document": one.document_id}
                for one in some
            ],
        )

    def search(question: Question, filters: Filters) -> list[str]:
        where = {
            name: next(iter(values))
            for name, values in (
                ("language", filters.languages),
                ("speaker", filters.speakers),
                ("document", filters.documents),
            )
            if values
        }
        vectors = embedding.embed([question.text])
        found = collection.query(query_embeddings=vectors, n_results=LIMIT, where=where or None, include=[])
        return list(found["ids"][0])

    return search


def llama_index_bm25(passages: Sequence[Passage], _: Path) -> Search:
    """LlamaIndex's BM25Retriever."""
    retriever = _bm25_retriever(passages, LIMIT)
    return lambda question, _: [found.node.node_id for found in retriever.retrieve(question.text)]


def llama_index_fusion(passages: Sequence[Passage], _: Path) -> Search:
    """LlamaIndex's QueryFusionRetriever over its BM25Retriever and its vector index, with our vectors."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever

    from index.llama_index import KildeSubwordEmbedding

    nodes = list(_nodes(passages))
    vectors = VectorStoreIndex(nodes, embed_model=KildeSubwordEmbedding()).as_retriever(similarity_top_k=FETCHED)
    retriever = QueryFusionRetriever(
        [vectors, _bm25_retriever(passages, FETCHED)],
        llm=MockLLM(),
        similarity_top_k=LIMIT,
        num_queries=1,
        mode="reciprocal_rerank",
        use_async=False,
    )
    return lambda question, _: [found.node.node_id for found in retriever.retrieve(question.text)]


def _bm25_retriever(passages: Sequence[Passage], limit: int) -> object:
    _need("llama_index.retrievers.bm25", "llama-index-retrievers-bm25")
    from llama_index.retrievers.bm25 import BM25Retriever

    return BM25Retriever.from_defaults(nodes=list(_nodes(passages)), similarity_top_k=limit)


def _nodes(passages: Sequence[Passage]) -> Iterator[object]:
    from llama_index.core.schema import TextNode

    return (TextNode(id_=passage.id, text=passage.text) for passage in passages)


def minilm(passages: Sequence[Passage], _: Path) -> Search:
    """The model that Chroma installs by default, compared with every passage."""
    if not MINILM.is_file():
        raise Absent("the model is not on this machine, and nothing is downloaded")
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    model = ONNXMiniLM_L6_V2()
    matrix = np.array(model([passage.text for passage in passages]), dtype=np.float32)

    def search(question: Question, _: Filters) -> list[str]:
        scores = matrix @ np.array(model([question.text])[0], dtype=np.float32)
        return [passages[place].id for place in np.argsort(-scores)[:LIMIT]]

    return search


def stand_in_minilm(passages: Sequence[Passage], folder: Path) -> Search:
    """A model of MiniLM's size with random weights: its times are MiniLM's, its hits are nothing.

    SAMPLE passages are embedded, and stand for all: each takes as long as any other, being padded to 256 tokens.
    """
    _need("onnx")
    from benchmarks import stand_in

    texts = [passage.text for passage in passages]
    model = stand_in.embedding(stand_in.build(folder / "stand-in", texts))
    sample = np.array(model(texts[:SAMPLE]), dtype=np.float32)
    matrix = np.tile(sample, (-(-len(passages) // len(sample)), 1))[: len(passages)]

    def search(question: Question, _: Filters) -> list[str]:
        scores = matrix @ np.array(model([question.text])[0], dtype=np.float32)
        return [passages[place].id for place in np.argsort(-scores)[:LIMIT]]

    return search


def haystack(passages: Sequence[Passage], _: Path) -> Search:
    """Haystack's in-memory BM25 and embedding retrievers, joined by reciprocal ranks, with our vectors."""
    _need("haystack", "haystack-ai")
    os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    embedding = SubwordEmbedding()
    vectors = embedding.embed([passage.text for passage in passages])
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(
        [
            Document(id=passage.id, content=passage.text, embedding=vector.tolist())
            for passage, vector in zip(passages, vectors, strict=True)
        ]
    )
    words, near = InMemoryBM25Retriever(store, top_k=FETCHED), InMemoryEmbeddingRetriever(store, top_k=FETCHED)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=LIMIT)

    def search(question: Question, _: Filters) -> list[str]:
        vector = embedding.embed([question.text])[0].tolist()
        both = [words.run(question.text)["documents"], near.run(vector)["documents"]]
        return [document.id for document in joiner.run(both)["documents"]]

    return search


STAND_IN = "a model of MiniLM's size, random weights"
PEERS: dict[str, Peer] = {
    "bm25s": bm25s,
    "Chroma, `where`": chroma_where,
    "LlamaIndex BM25Retriever": llama_index_bm25,
    "LlamaIndex QueryFusionRetriever": llama_index_fusion,
    "Haystack in-memory hybrid": haystack,
    "MiniLM, exact": minilm,
    STAND_IN: stand_in_minilm,
}


def _need(module: str, package: str = "") -> None:
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise Absent(f'not installed; install it with: python -m pip install "{package or module}"')
