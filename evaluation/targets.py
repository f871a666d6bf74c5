"""What is evaluated: an assistant in this process, or a served one over HTTP. Both reply in the contract's JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from evaluation.errors import TargetFailed
from evaluation.records import SourceDocument
from evaluation.replies import RankedPassage, Reply, parse_passages, parse_reply, unlike_the_contract
from index.errors import KildeError
from index.records import Filters
from service.assistant import Assistant
from service.errors import UnknownDocument
from service.records import ChatRequest
from service.wire import PassageModel, PassagesModel, ReplyModel, SearchedModel

TIMEOUT_SECONDS = 120.0
"""A model that writes a long answer takes tens of seconds; two minutes without a byte is a failure."""
RETRIES = 2
RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A reply with the seconds until it was whole and, where it was streamed, until its first sentence."""

    reply: Reply
    seconds: float
    first_sentence_seconds: float | None = None


class Target(Protocol):
    """Something that answers. Safe to call from several threads; every method raises TargetFailed."""

    name: str

    def document(self, document_id: str) -> SourceDocument | None:
        """A document with its stored text, None where there is none of this id."""

    def ask(self, message: str, conversation_id: str | None) -> Asked:
        """Answer `message`, in a new conversation or in one that was begun before."""

    def search(self, query: str, limit: int) -> tuple[RankedPassage, ...]:
        """The passages nearest to `query`, best first."""


class InProcess:
    """An assistant in this process; what it replies goes through the same JSON as over HTTP."""

    def __init__(self, assistant: Assistant) -> None:
        self.name = "in process"
        self._assistant = assistant

    def document(self, document_id: str) -> SourceDocument | None:
        try:
            info, text = self._assistant.document(document_id)
        except UnknownDocument:
            return None
        return SourceDocument(info.id, info.title, info.language, text)

    def ask(self, message: str, conversation_id: str | None) -> Asked:
        began = time.perf_counter()
        try:
            reply = self._assistant.ask(ChatRequest(message, conversation_id))
        except KildeError as error:
            raise TargetFailed(str(error)) from error
        seconds = time.perf_counter() - began
        return Asked(parse_reply(ReplyModel.of(reply).model_dump(mode="json")), seconds)

    def search(self, query: str, limit: int) -> tuple[RankedPassage, ...]:
        try:
            found = self._assistant.searching.search(query, limit, Filters())
        except KildeError as error:
            raise TargetFailed(str(error)) from error
        passages = [PassageModel.of(hit, found.documents[hit.passage.document_id]) for hit in found.hits]
        searched = SearchedModel(text=query, language=found.language)
        return parse_passages(PassagesModel(query=searched, passages=passages).model_dump(mode="json"))


class NothingThere(TargetFailed):
    """What was asked for does not exist."""


class Served:
    """An instance of the service at `base_url`. With `stream` answers are read as server-sent events."""

    def __init__(
        self, base_url: str, *, api_key: str | None = None, stream: bool = False, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self.name = base_url.rstrip("/")
        self._stream = stream
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(base_url=self.name, timeout=timeout, headers=headers)

    def document(self, document_id: str) -> SourceDocument | None:
        try:
            record = self._send("GET", "/documents/" + quote(document_id, safe=""), None)
        except NothingThere:
            return None
        try:
            return SourceDocument(record["id"], record["title"], record["language"], record["text"])
        except (KeyError, TypeError) as error:
            raise unlike_the_contract("a reply of GET /documents/{id}", error) from None

    def ask(self, message: str, conversation_id: str | None) -> Asked:
        body = {"message": message, "conversation_id": conversation_id, "language": "auto", "stream": self._stream}
        began = time.perf_counter()
        if not self._stream:
            reply = self._send("POST", "/chat", body)
            return Asked(parse_reply(reply), time.perf_counter() - began)
        first: float | None = None
        try:
            with self._client.stream("POST", "/chat", json=body) as response:
                for event, data in server_sent_events(response):
                    if event == "sentence" and first is None:
                        first = time.perf_counter() - began
                    elif event == "error":
                        raise TargetFailed(f"expected an answer from {self.name}, found the event error: {data[:200]}")
                    elif event == "done":
                        return Asked(parse_reply(json.loads(data)), time.perf_counter() - began, first)
        except (httpx.HTTPError, ValueError) as error:
            raise TargetFailed(f"expected a stream from {self.name}, found {type(error).__name__}: {error}") from error
        raise TargetFailed(f"expected the event done from {self.name}, found the end of the stream")

    def search(self, query: str, limit: int) -> tuple[RankedPassage, ...]:
        return parse_passages(self._send("POST", "/search", {"query": query, "limit": limit}))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(self, method: str, path: str, body: object) -> Any:
        """One request; a connection that breaks and a busy server (429, 502, 503) are tried again, twice."""
        for attempt in range(RETRIES + 1):
            try:
                response = self._client.request(method, path, json=body, headers={"accept": "application/json"})
                if response.status_code in (429, 502, 503) and attempt < RETRIES:
                    time.sleep(RETRY_SECONDS * 2**attempt)
                    continue
                response.raise_for_status()
                return response.json()
            except httpx.TransportError as error:
                if attempt < RETRIES:
                    time.sleep(RETRY_SECONDS * 2**attempt)
                    continue
                raise TargetFailed(
                    f"expected a service at {self.name}, found {type(error).__name__}: {error}"
                ) from error
            except httpx.HTTPStatusError as error:
                if error.response.status_code == HTTPStatus.NOT_FOUND:
                    raise NothingThere(f"expected {method} {path} to work at {self.name}, found status 404") from error
                found = f"status {error.response.status_code}: {error.response.text[:200]}"
                raise TargetFailed(f"expected {method} {path} to work at {self.name}, found {found}") from error
            except ValueError as error:
                raise unlike_the_contract(f"JSON from {method} {path}", error) from error
        raise AssertionError("the last attempt returns or raises")


def server_sent_events(response: httpx.Response) -> Iterator[tuple[str, str]]:
    """The events of a stream as (name, data), in the WHATWG form; comments and unknown fields are skipped."""
    response.raise_for_status()
    event = "message"
    data: list[str] = []
    for line in response.iter_lines():
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield event, "\n".join(data)
            event, data = "message", []
        elif name == "event":
            event = value
        elif name == "data":
            data.append(value)
