"""A reranker over HTTP: `POST /rerank`, as Cohere, Jina, Voyage, vLLM, LiteLLM and Infinity have it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.errors import InvalidData
from index.reranking import Reranker

if TYPE_CHECKING:
    from openai import OpenAI

TIMEOUT_SECONDS = 3.0
"""It is asked once: there is an order already, so nobody waits longer for a better one."""
NO_KEY = "none"
"""What is sent to servers that want no key; the SDK insists on one."""


class ApiJudge:
    """One model of one server. Nothing is imported or connected before the first question."""

    def __init__(self, model: str, base_url: str, api_key: str) -> None:
        self._model = model
        self._base_url = base_url
        self._api_key = api_key or NO_KEY
        self._lock = threading.Lock()
        self._client: OpenAI | None = None

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """The server's scores in the order of the passages, whatever order it sends them in."""
        body = {"model": self._model, "query": question, "documents": list(passages), "top_n": len(passages)}
        found = self._opened().post("/rerank", cast_to=object, body=body)
        listed = found.get("results", found.get("data")) if isinstance(found, dict) else None
        if not isinstance(listed, list):
            raise InvalidData("expected an object with a list of results, found none")
        scores = {one["index"]: float(one["relevance_score"]) for one in listed}
        return [scores[place] for place in range(len(passages))]

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _opened(self) -> OpenAI:
        # Imported here: the SDK takes half a second. It knows nothing of /rerank, but how to ask, time out and fail.
        from openai import OpenAI

        with self._lock:
            if self._client is None:
                self._client = OpenAI(
                    api_key=self._api_key, base_url=self._base_url, timeout=TIMEOUT_SECONDS, max_retries=0
                )
            return self._client


def api_reranker(model: str, *, base_url: str, api_key: str = "") -> Reranker:
    """The reranker of a model by its name at a server."""
    return Reranker(f"api:{model}", ApiJudge(model, base_url, api_key))
