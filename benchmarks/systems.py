"""What is compared: BM25, MiniLM where it is installed, and this project's index, opened as the service opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.datasets import Pool, Query, Text
from index.analysis import Analyzer
from index.lexical import LexicalIndex
from index.pool import TwoLegs
from index.record import VectorBatch
from index.records import Passage, Speaker
from index.retrieve import Retriever
from index.sentences import sentences
from index.subwords import SubwordEmbedding
from index.vectors import VectorIndex, write

# A query → passage ids with scores, best first.
Search = Callable[[Query], Sequence[tuple[str, float]]]
MINILM = Path.home() / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2" / "onnx" / "model.onnx"


class Memory:
    """A record that holds passages in memory."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages = {passage.id: passage for passage in passages}

    def passages(self, ids: Sequence[str]) -> Mapping[str, Passage]:
        """The passages of these ids."""
        return {id_: self._passages[id_] for id_ in ids if id_ in self._passages}


def as_passage(text: Text) -> Passage:
    """A text of a set as the index takes it."""
    spans = tuple(sentences(text.text, 0, len(text.text), text.language))
    return Passage(
        id=text.id,
        document_id=text.id,
        start=0,
        end=len(text.text),
        text=text.text,
        language=text.language,
        speaker=Speaker(None, "author"),
        kind="paragraph",
        sentences=spans,
    )


def kilde(pool: Pool, analyzer: Analyzer, limit: int, folder: Path) -> Search:
    """This project's lexical index, vector index and retriever."""
    passages = [as_passage(text) for text in pool.passages]
    lexical = LexicalIndex(folder / "lexical", analyzer)
    lexical.add(passages)
    lexical.commit()
    embedding = SubwordEmbedding()
    vectors = embedding.embed([passage.text for passage in passages])
    languages = tuple(passage.language for passage in passages)
    batch = VectorBatch(tuple(passage.id for passage in passages), languages, vectors)
    write(folder / "vectors", [batch], {language: languages.count(language) for language in languages})
    retriever = Retriever(Memory(passages), TwoLegs(lexical, VectorIndex(folder / "vectors"), embedding), analyzer)

    def search(query: Query) -> list[tuple[str, float]]:
        hits = retriever.search(query.text, language=query.language, limit=limit)
        return [(hit.passage.id, hit.score) for hit in hits]

    return search


def bm25(pool: Pool, limit: int) -> Search:
    """bm25s with its English defaults, which is what people install."""
    import bm25s

    corpus = bm25s.tokenize([text.text for text in pool.passages], stopwords="en", show_progress=False)
    index = bm25s.BM25()
    index.index(corpus, show_progress=False)
    count = min(limit, len(pool.passages))

    def search(query: Query) -> list[tuple[str, float]]:
        tokens = bm25s.tokenize(query.text, stopwords="en", show_progress=False, return_ids=False)
        places, scores = index.retrieve(tokens, k=count, show_progress=False)
        return [(pool.passages[int(place)].id, float(score)) for place, score in zip(places[0], scores[0], strict=True)]

    return search


def minilm(pool: Pool, limit: int) -> Search:
    """The model that Chroma installs by default. Call only where MINILM is a file: it would download it."""
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    model = ONNXMiniLM_L6_V2()
    matrix = np.array(model([text.text for text in pool.passages]), dtype=np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)

    def search(query: Query) -> list[tuple[str, float]]:
        scores = matrix @ np.array(model([query.text])[0], dtype=np.float32)
        best = np.argsort(-scores)[:limit]
        return [(pool.passages[place].id, float(scores[place])) for place in best]

    return search
