"""A service that is told to stop finishes what it has begun."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import pytest

from tests.drills.running import Service
from tests.service.model.scripted import Hang, Say, ScriptedModel

QUESTION = "what do the authors think about ROI?"

pytestmark = pytest.mark.timeout(900)
"""Several processes are started, each of which loads the lexicon; the machine may be busy."""


def stream(service: Service, found: list[tuple[str, dict[str, object]]], began: threading.Event) -> None:
    """Ask for a streamed answer; `found` are its events."""
    with service.client.stream("POST", "/chat", json={"message": QUESTION, "stream": True}) as response:
        name = ""
        for line in response.iter_lines():
            if line.startswith("event:"):
                name = line.removeprefix("event:").strip()
            elif line.startswith("data:"):
                found.append((name, json.loads(line.removeprefix("data:"))))
                began.set()


def stopped_while_streaming(service: Service, status_while_draining: list[int]) -> list[tuple[str, dict[str, object]]]:
    """Stop the service while it streams an answer; return the answer's events."""
    found: list[tuple[str, dict[str, object]]] = []
    began = threading.Event()
    asking = threading.Thread(target=stream, args=(service, found, began))
    asking.start()
    assert began.wait(30)
    service.send(signal.SIGTERM)
    while not status_while_draining or status_while_draining[-1] == 200:
        status_while_draining.append(service.client.get("/readyz").status_code)
    asking.join(60)
    assert service.wait() == -signal.SIGTERM
    return found


def test_an_answer_that_was_begun_is_finished(tmp_path: Path) -> None:
    """A stream that was begun before SIGTERM ends with its whole answer, while /readyz already says 503."""
    pieces = ["ROI is spoken of ", "in the texts [1].", " More"]
    with (
        ScriptedModel(lambda _: Say(pieces, pause_seconds=0.5)) as model,
        Service(tmp_path / "data", llm_model="scripted", llm_base_url=model.url, drain_seconds="1") as service,
    ):
        states: list[int] = []
        found = stopped_while_streaming(service, states)
    assert states[-1] == 503
    assert (found[0][0], found[-1][0]) == ("start", "done")
    assert found[-1][1]["answered"] is True


def test_an_answer_that_takes_too_long_ends_with_an_event(tmp_path: Path) -> None:
    """When the time is over, the stream of an answer that still waits for a model ends with a problem document."""
    with (
        ScriptedModel(lambda _: Hang(60)) as model,
        Service(
            tmp_path / "data",
            llm_model="scripted",
            llm_base_url=model.url,
            llm_timeout_seconds="20",
            drain_seconds="0.5",
            shutdown_seconds="0.5",
        ) as service,
    ):
        found = stopped_while_streaming(service, [])
    assert [name for name, _ in found] == ["start", "error"]
    assert found[-1][1]["status"] == 503
