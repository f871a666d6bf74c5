"""LlamaIndex's plugs: its embeddings in Kilde, Kilde's embedding and retrieval in it (docs/llama-index.md).

The one module that imports LlamaIndex's interfaces; importing it takes a second, which no question waits for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from index.library import Library
from index.neural import NeuralEmbedding, Purpose
from index.records import Filters, Hit
from index.subwords import SubwordEmbedding


class LlamaIndexBackend:
    """Any LlamaIndex embedding as a backend."""

    def __init__(self, embedding: BaseEmbedding) -> None:
        self._embedding = embedding

    def rows(self, texts: Sequence[str], purpose: Purpose) -> Sequence[Sequence[float]]:
        """The embedding's own vectors; whether a question is embedded otherwise than a passage is its affair."""
        if purpose == "question":
            return [self._embedding.get_query_embedding(text) for text in texts]
        return self._embedding.get_text_embedding_batch(list(texts))

    def close(self) -> None:
        """Nothing: a LlamaIndex embedding has no end."""


def from_llama_index(embedding: BaseEmbedding, name: str = "") -> NeuralEmbedding:
    """A LlamaIndex embedding for `open_library(embedding=…)`.

    Args:
        name: has to change whenever the vectors do; by default the class and the model's name.
    """
    return NeuralEmbedding(
        name or f"llama-index:{embedding.class_name()}:{embedding.model_name}", LlamaIndexBackend(embedding)
    )


class KildeSubwordEmbedding(BaseEmbedding):
    """Kilde's hashed subwords as a LlamaIndex embedding: no model, no network, 1,024 dimensions."""

    model_name: str = SubwordEmbedding.name

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex keeps it."""
        return "KildeSubwordEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = SubwordEmbedding().embed(texts).tolist()
        return rows

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class KildeRetriever(BaseRetriever):
    """Kilde's retrieval as a LlamaIndex retriever. Safe to use from several threads.

    Args:
        library: an opened library.
        limit: how many nodes a query gets at most.
        language: of the queries; detected from each where it is None.
        filters: what may be found.
    """

    def __init__(
        self,
        library: Library,
        *,
        limit: int = 10,
        language: str | None = None,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._library = library
        self._limit = limit
        self._language = language
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = query_bundle.query_str
        language = self._language or self._library.detector.detect(query).language
        hits = self._library.retriever.search(query, language=language, limit=self._limit, filters=self._filters)
        titles = {name: info.title for name, info in self._library.record.info(_documents(hits)).items()}
        return [
            NodeWithScore(node=to_node(hit, titles.get(hit.passage.document_id, "")), score=hit.score) for hit in hits
        ]


def to_node(hit: Hit, title: str = "") -> TextNode:
    """A hit as a node: its text is the passage word for word, its offsets point into the stored document."""
    passage = hit.passage
    metadata: dict[str, Any] = {
        "document": passage.document_id,
        "title": title,
        "language": passage.language,
        "speaker": passage.speaker.name,
        "role": passage.speaker.role,
        "start": passage.start,
        "end": passage.end,
        "context": passage.context,
    }
    hidden = ["document", "start", "end"]
    return TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata=metadata,
        # Names and languages help a model that reads the node; numbers do not, and none of it belongs in a vector.
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=list(metadata),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.document_id)},
    )


def _documents(hits: Sequence[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.passage.document_id for hit in hits))
