"""Embeddings over OpenAI's API, and over every server that is compatible with it."""

from __future__ import annotations

from collections.abc import Sequence

from index.api_client import ApiClient
from index.neural import NeuralEmbedding, Purpose

OPENAI_URL = "https://api.openai.com/v1"
RETRIES = 5
"""Of a batch of passages: the SDK waits as long as Retry-After says, else 0.5, 1, 2, 4, 8 s with jitter."""
TIMEOUT_SECONDS = 60.0
QUESTION_TIMEOUT_SECONDS = 3.0
"""A question is asked once: by words it is answered in milliseconds, so nobody waits longer for its vector."""


class OpenAIBackend:
    """One model of one server. Nothing is imported or connected before the first text."""

    def __init__(self, model: str, base_url: str, api_key: str, dimensions: int, retries: int) -> None:
        self._model = model
        self._dimensions = dimensions
        self._client = ApiClient(base_url, api_key, timeout_seconds=TIMEOUT_SECONDS, retries=retries)

    def rows(self, texts: Sequence[str], purpose: Purpose) -> Sequence[Sequence[float]]:
        """The server's vectors, in the order of the texts, whatever order it sends them in."""
        import openai

        client = self._client.opened()
        if purpose == "question":
            client = client.with_options(max_retries=0, timeout=QUESTION_TIMEOUT_SECONDS)
        found = client.embeddings.create(
            model=self._model,
            input=list(texts),
            dimensions=self._dimensions or openai.omit,
            # Said outright: left out, the SDK asks for base64, which not every compatible server has.
            encoding_format="float",
        )
        return [one.embedding for one in sorted(found.data, key=lambda one: one.index)]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def openai_embedding(
    model: str, *, base_url: str = OPENAI_URL, api_key: str = "", dimensions: int = 0, retries: int = RETRIES
) -> NeuralEmbedding:
    """The embedding of a model by its name, asked for vectors of `dimensions`, or of the model's own where that is 0.

    The name of a model stands for its vectors, wherever it is served: a move to another address embeds nothing anew.
    """
    name = f"openai:{model}@{dimensions}" if dimensions else f"openai:{model}"
    return NeuralEmbedding(name, OpenAIBackend(model, base_url, api_key, dimensions, retries), dimensions)
