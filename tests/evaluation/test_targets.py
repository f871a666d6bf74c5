"""The same assistant in process and over HTTP; and what a served instance may do wrong."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from evaluation import targets
from evaluation.ask import ask_all
from evaluation.errors import TargetFailed
from evaluation.questions import read_json_lines
from evaluation.replies import parse_passages, parse_reply
from evaluation.runs import RunInfo
from evaluation.scoring import read_run
from evaluation.targets import InProcess, Served, Target
from service.assistant import Assistant
from service.http.app import create_app
from tests.loopback import Reply, Request, answering

SHIPPED = Path(__file__).parents[2] / "evaluation" / "questions" / "seeds.jsonl"
TIMES = ("seconds", "first_sentence_seconds")

REPLY = {
    "conversation_id": "c1",
    "question": {"text": "Why?", "standalone": "Why?", "language": "en"},
    "answered": True,
    "language": "en",
    "mode": "extractive",
    "model": None,
    "answer": "“So.” [1]",
    "citations": [
        {
            "marker": 1,
            "document": {"id": "d", "title": "D"},
            "speaker": None,
            "language": "en",
            "quote": "So.",
            "start": 0,
            "end": 3,
            "score": 1.5,
        }
    ],
}


class Unclosed:
    """Keeps a borrowed assistant open when the application over it stops."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def __getattr__(self, name: str) -> object:
        return getattr(self._assistant, name)

    def close(self) -> None:
        """The fixture closes it."""


@contextmanager
def serving(assistant: Assistant) -> Iterator[str]:
    """The real application on a free port of loopback."""
    app = create_app(Unclosed(assistant))  # type: ignore[arg-type]  # it has everything that an assistant has
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def saying(*responses: tuple[int, str, str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server on loopback with these (status, content type, body) in order, the last one again and again."""
    seen: list[tuple[str, str]] = []

    def respond(request: Request) -> Reply:
        status, kind, body = responses[min(len(seen), len(responses) - 1)]
        seen.append((request.path, request.headers.get("authorization", "")))
        return Reply(status, body.encode(), {"content-type": kind})

    with answering(respond) as address:
        yield address, seen


@contextmanager
def served(url: str, **options: object) -> Iterator[Served]:
    """A target that is closed at the end."""
    target = Served(url, **options)  # type: ignore[arg-type]  # the options of Served
    try:
        yield target
    finally:
        target.close()


def scores_of(target: Target, folder: Path) -> dict[str, dict[str, float | None]]:
    """The scores of some questions of every kind, times left out."""
    questions = read_json_lines(SHIPPED).questions[::11]
    ask_all(target, questions, folder, RunInfo("run", "", "", "all", target.name, "", ""))
    run = read_run(folder)
    return {
        outcome.question.id: {
            name: value for name, value in run.scores[outcome.question.id].items() if name not in TIMES
        }
        for outcome in sorted(run.outcomes, key=lambda outcome: outcome.question.id)
    }


def test_a_served_instance_has_the_scores_of_the_same_assistant_in_process(
    seeds_assistant: Assistant, tmp_path: Path
) -> None:
    """Over HTTP, whole or streamed, every score of every question is the one in process."""
    expected = scores_of(InProcess(seeds_assistant), tmp_path / "in process")
    with serving(seeds_assistant) as url:
        with served(url) as target:
            assert scores_of(target, tmp_path / "served") == expected
        with served(url, stream=True) as target:
            assert scores_of(target, tmp_path / "streamed") == expected
            first = target.ask("Why did Kodak go under?", None)
            assert first.first_sentence_seconds is not None
            assert first.first_sentence_seconds <= first.seconds


def test_documents_are_the_same_over_http(seeds_assistant: Assistant) -> None:
    """Ids, titles, languages and every character of the texts; nothing where there is no document of an id."""
    here = InProcess(seeds_assistant)
    with serving(seeds_assistant) as url, served(url) as target:
        for document_id in [info.id for info in seeds_assistant.documents()] + ["none", "../documents", "å/b?c"]:
            assert target.document(document_id) == here.document(document_id)


def test_an_unknown_conversation_is_a_failure_of_the_target(seeds_assistant: Assistant) -> None:
    """In process and over HTTP alike."""
    with pytest.raises(TargetFailed, match="conversation"):
        InProcess(seeds_assistant).ask("Why?", "no such conversation")
    with serving(seeds_assistant) as url, served(url) as target, pytest.raises(TargetFailed, match="status 404"):
        target.ask("Why?", "no such conversation")


def test_the_key_is_sent() -> None:
    """As a bearer token."""
    with saying((200, "application/json", json.dumps(REPLY))) as (url, seen), served(url, api_key="key") as target:
        assert target.ask("Why?", None).reply.citations[0].score == 1.5
    assert seen == [("/chat", "Bearer key")]


def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice, after a pause; then its status is the reason."""
    monkeypatch.setattr(targets, "RETRY_SECONDS", 0.0)
    good = (200, "application/json", json.dumps(REPLY))
    with saying((503, "text/plain", ""), (429, "text/plain", ""), good) as (url, seen), served(url) as target:
        assert target.ask("Why?", None).reply.answered
        assert len(seen) == 3
    with saying((503, "text/plain", "too busy")) as (url, seen), served(url) as target:
        with pytest.raises(TargetFailed, match="found status 503: too busy"):
            target.ask("Why?", None)
        assert len(seen) == 3


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that cannot be made is one clear error."""
    monkeypatch.setattr(targets, "RETRY_SECONDS", 0.0)
    with saying((200, "text/plain", "")) as (url, _):
        pass
    with served(url) as target, pytest.raises(TargetFailed, match=f"expected a service at {url}, found ConnectError"):
        target.document("d")


@pytest.mark.parametrize(
    "body", ["no JSON", "[]", "{}", json.dumps({**REPLY, "citations": [{}]}), json.dumps({**REPLY, "answered": "yes"})]
)
def test_a_reply_that_breaks_the_contract_is_a_failure(body: str) -> None:
    """Not an answer with gaps."""
    with (
        saying((200, "application/json", body)) as (url, _),
        served(url) as target,
        pytest.raises(TargetFailed, match="expected"),
    ):
        target.ask("Why?", None)


def stream(*events: tuple[str, object]) -> tuple[int, str, str]:
    text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    return 200, "text/event-stream", f": ping\n\n{text}"


def test_a_stream_is_read_to_its_last_event() -> None:
    """The reply is the one of the event done; comments are skipped."""
    events = stream(("start", {}), ("sentence", {}), ("done", REPLY))
    with saying(events) as (url, _), served(url, stream=True) as target:
        asked = target.ask("Why?", None)
    assert asked.reply == parse_reply(REPLY)
    assert asked.first_sentence_seconds is not None


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (stream(("start", {}), ("error", {"detail": "gone"})), "found the event error"),
        (stream(("start", {})), "found the end of the stream"),
        (stream(("done", {})), "expected a reply of POST /chat in the contract's form"),
        ((500, "text/plain", ""), "expected a stream from"),
    ],
)
def test_a_stream_that_breaks_is_a_failure(response: tuple[int, str, str], message: str) -> None:
    """An error, an early end, a reply without its fields, a status: each is named."""
    with (
        saying(response) as (url, _),
        served(url, stream=True) as target,
        pytest.raises(TargetFailed, match=message),
    ):
        target.ask("Why?", None)


def test_what_a_target_says_of_itself_is_kept() -> None:
    """Confidence and tokens, where it states them."""
    reply = parse_reply({**REPLY, "confidence": 0.75, "usage": {"input_tokens": 12, "output_tokens": 3}})
    assert (reply.confidence, reply.input_tokens, reply.output_tokens) == (0.75, 12, 3)


def test_passages_that_break_the_contract_are_a_failure() -> None:
    """A passage without a document."""
    with pytest.raises(TargetFailed, match="POST /search"):
        parse_passages({"passages": [{"start": 0, "end": 1, "score": 0}]})
