"""The client of the model's API, over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from service.model import client as client_module
from service.model import trouble as trouble_module
from service.model.client import Message, ModelClient
from service.model.trouble import ModelTrouble
from tests.service.model.scripted import Act, Hang, Raw, Refuse, Say, ScriptedModel

ASKED = [Message("system", "Be brief."), Message("user", "Hello?")]


@pytest.fixture
def client(scripted: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelClient]:
    monkeypatch.setattr(trouble_module, "FIRST_PAUSE_SECONDS", 0.01)
    made = ModelClient("scripted", scripted.url, "key")
    yield made
    made.close()


def ask(client: ModelClient, seconds: float = 30.0) -> str:
    return "".join(client.stream(ASKED, max_tokens=50, seconds=seconds, stopped=lambda: False))


def play(scripted: ScriptedModel, *acts: Act) -> None:
    following = iter(acts)
    scripted.script = lambda _: next(following)


def test_the_pieces_are_the_answer(client: ModelClient, scripted: ScriptedModel) -> None:
    """Model, messages, token limit and key are sent; what comes back is given piece by piece."""
    play(scripted, Say(["Hel", "lo."]))
    assert ask(client) == "Hello."
    body = scripted.requests[0]
    assert (body["model"], body["max_tokens"], body["stream"]) == ("scripted", 50, True)
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert scripted.headers[0]["authorization"] == "Bearer key"


def test_azure_is_asked_by_its_own_paths(scripted: ScriptedModel) -> None:
    """With an api-version, the deployment is in the path and the key in Azure's header."""
    play(scripted, Say(["Yes."]))
    azure = ModelClient("mine", scripted.url.removesuffix("/v1"), "secret", "2024-10-21")
    assert ask(azure) == "Yes."
    azure.close()
    assert scripted.paths == ["/openai/deployments/mine/chat/completions?api-version=2024-10-21"]
    assert scripted.headers[0]["api-key"] == "secret"
    assert "max_completion_tokens" in scripted.requests[0]


@pytest.mark.parametrize(
    ("acts", "kind", "calls"),
    [
        ([Refuse(401)], "refused", 1),
        ([Refuse(404)], "refused", 1),
        ([Refuse(500)] * 3, "failing", 3),
        ([Refuse(429)] * 3, "busy", 3),
        ([Refuse(429, {"retry-after": "60"})], "busy", 1),
        ([Say(["Half an ans"], finish=None)], "disconnected", 1),
        ([Say([], finish=None)] * 3, "disconnected", 3),
        ([Say([])], "empty", 1),
        ([Raw(b"<html>Bad gateway</html>", "text/html")], "malformed", 1),
        ([Raw(b"data: {not json\n\n")], "malformed", 1),
        ([Raw(b'data: {"choices": [{"delta": null}]}\n\n')], "malformed", 1),
        ([Raw(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n')], "malformed", 1),
        ([Raw(b'data: {"error": {"message": "overloaded"}}\n\n')], "failing", 1),
    ],
)
def test_every_trouble_has_its_name(
    client: ModelClient, scripted: ScriptedModel, acts: list[Act], kind: str, calls: int
) -> None:
    """What cannot pass is not tried again, what may is tried three times; too long a pause is not waited for."""
    play(scripted, *acts)
    with pytest.raises(ModelTrouble) as trouble:
        ask(client)
    assert trouble.value.kind == kind
    assert len(scripted.requests) == calls


def test_what_passes_is_waited_for(client: ModelClient, scripted: ScriptedModel) -> None:
    """An overloaded server is asked again after as long as it says."""
    play(scripted, Refuse(503), Refuse(429, {"retry-after": "0.1"}), Say(["Here."]))
    assert ask(client) == "Here."


def test_nobody_listening_is_unreachable() -> None:
    """A server that is not there is named so."""
    client = ModelClient("x", "http://127.0.0.1:9/v1", "")
    with pytest.raises(ModelTrouble, match="unreachable"):
        ask(client, seconds=0.3)
    client.close()


@pytest.mark.parametrize("act", [Hang(60), Say(["a"] * 600, pause_seconds=0.1)])
def test_the_time_limit_is_hard(client: ModelClient, scripted: ScriptedModel, act: Act) -> None:
    """A server that says nothing, and one that goes on and on, end at the limit."""
    play(scripted, act)
    began = time.monotonic()
    with pytest.raises(ModelTrouble, match="timeout"):
        ask(client, seconds=0.4)
    assert time.monotonic() - began < 30


def test_a_caller_that_stops_ends_the_call(client: ModelClient, scripted: ScriptedModel) -> None:
    """Once nobody waits any more, the connection to the server is closed."""
    play(scripted, Say(["a"] * 800, pause_seconds=0.05))
    pieces: list[str] = []
    for piece in client.stream(ASKED, max_tokens=50, seconds=30, stopped=lambda: len(pieces) >= 3):
        pieces.append(piece)  # noqa: PERF402 - `stopped` looks at the list as it grows
    assert len(pieces) == 3
    assert scripted.left.acquire(timeout=20)


def test_after_five_failures_the_model_is_left_alone(client: ModelClient, scripted: ScriptedModel) -> None:
    """The circuit opens: the sixth call makes no request."""
    scripted.script = lambda _: Refuse(401)
    for _ in range(5):
        with pytest.raises(ModelTrouble, match="refused"):
            ask(client)
    with pytest.raises(ModelTrouble, match="paused"):
        ask(client)
    assert len(scripted.requests) == 5


def test_after_the_pause_the_model_is_tried_again(scripted: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call tries whether it answers again; if it does, all go through."""
    monkeypatch.setattr(client_module, "PAUSE_SECONDS", 0.2)
    client = ModelClient("scripted", scripted.url, "key")
    scripted.script = lambda _: Refuse(401)
    for _ in range(6):
        with pytest.raises(ModelTrouble):
            ask(client)
    time.sleep(0.3)
    scripted.script = lambda _: Say(["Back."])
    assert [ask(client), ask(client)] == ["Back.", "Back."]
    client.close()


def test_failures_are_logged_without_what_was_said(
    client: ModelClient, scripted: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the trouble and the status, and neither the key, the question nor the provider's message."""
    play(scripted, Refuse(401))
    with pytest.raises(ModelTrouble):
        ask(client)
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name == client_module.__name__)
    assert "refused (AuthenticationError, 401)" in logged
    assert "secret" not in caplog.text
    assert "Hello?" not in caplog.text


def test_callers_that_leave_do_not_open_the_circuit(client: ModelClient, scripted: ScriptedModel) -> None:
    """Giving up a call is no failure of the server."""
    scripted.script = lambda _: Say(["a"] * 50, pause_seconds=0.01)
    for _ in range(7):
        for _ in client.stream(ASKED, max_tokens=50, seconds=30, stopped=lambda: False):
            break
    scripted.script = lambda _: Say(["Still here."])
    assert ask(client) == "Still here."
