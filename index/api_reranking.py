"""A reranker over HTTP: `POST /rerank`, as Cohere, Jina, Voyage, vLLM, LiteLLM and Infinity have it."""

from __future__ import annotations

from collections.abc import Sequence

from index.api_client import ApiClient
from index.errors import InvalidData
from index.reranking import Reranker

TIMEOUT_SECONDS = 3.0
"""It is asked once: there is an order already, so nobody waits longer for a better one."""


class ApiJudge:
    """One model of one server. Nothing is imported or connected before the first question."""

    def __init__(self, model: str, base_url: str, api_key: str) -> None:
        self._model = model
        # The SDK knows nothing of /rerank, but how to ask, time out and fail.
        self._client = ApiClient(base_url, api_key, timeout_seconds=TIMEOUT_SECONDS, retries=0)

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """The server's scores in the order of the passages, whatever order it sends them in."""
        body = {"model": self._model, "query": question, "documents": list(passages), "top_n": len(passages)}
        found = self._client.opened().post("/rerank", cast_to=object, body=body)
        listed = found.get("results", found.get("data")) if isinstance(found, dict) else None
        if not isinstance(listed, list):
            raise InvalidData("expected an object with a list of results, found none")
        scores = {one["index"]: float(one["relevance_score"]) for one in listed}
        return [scores[place] for place in range(len(passages))]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def api_reranker(model: str, *, base_url: str, api_key: str = "") -> Reranker:
    """The reranker of a model by its name at a server."""
    return Reranker(f"api:{model}", ApiJudge(model, base_url, api_key))
