"""Where the real parts are built and put together; everything else is handed what it needs."""

from __future__ import annotations

from index.embedding import Embedding
from index.library import open_library
from index.reranking import Reranker
from service.aids import make_aids
from service.assistant import Assistant
from service.conversations import Conversations
from service.cues import load_cues
from service.settings import Settings


def open_assistant(settings: Settings) -> Assistant:
    """Open the record and the indexes under the data directory and everything that answers from them.

    Raises:
        IndexUnavailable: the data directory cannot be used; the message says what to do.
        MissingExtra: a local model is set, and its library is not installed.
    """
    library = open_library(
        settings.data_dir,
        max_tokens=settings.max_passage_tokens,
        max_bytes=settings.max_document_bytes,
        database_url=settings.database_url.get_secret_value() or None,
        chroma_url=settings.chroma_url,
        vector_index_above=settings.vector_index_above,
        index_url=settings.index_url,
        index_api_key=settings.index_api_key.get_secret_value(),
        embedding=embedding_of(settings),
        reranker=_reranker(settings),
    )
    model = None
    if settings.llm_model:
        # Imported here: the SDK takes half a second, which those who have no model need not wait for.
        from service.model.opening import open_model

        model = open_model(settings, library)
    aids = make_aids(settings, library.analyzer.words, model.translator if model else None)
    return Assistant(library, Conversations(library.record), settings, load_cues(), aids, model)


def embedding_of(settings: Settings) -> Embedding | None:
    """What makes the vectors, None for the library's own; a model is not asked yet."""
    kind, _, model = settings.embedding.partition(":")
    if kind == "openai":
        from index.openai_embedding import openai_embedding

        return openai_embedding(
            model,
            base_url=settings.embedding_base_url,
            api_key=settings.embedding_api_key.get_secret_value(),
            dimensions=settings.embedding_dimensions,
        )
    if kind == "local":
        from index.local_embedding import local_embedding

        return local_embedding(model)
    return None


def _reranker(settings: Settings) -> Reranker | None:
    """What puts the best passages into its own order, if anything does; a model is not asked yet."""
    kind, _, model = settings.reranker.partition(":")
    if kind == "api":
        from index.api_reranking import api_reranker

        return api_reranker(
            model, base_url=settings.reranker_base_url, api_key=settings.reranker_api_key.get_secret_value()
        )
    if kind == "local":
        from index.local_reranking import local_reranker

        return local_reranker(model)
    return None
