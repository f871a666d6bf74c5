"""`kilde serve` is killed while it answers, and started again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.service.model.conftest import CORPUS
from tests.service.model.prompted import number_of
from tests.service.model.scripted import Body, Say, ScriptedModel
from tests.widget.conftest import free_port
from tests.widget.talking import ask

FIRST_ANSWER_MILLISECONDS = 60_000
"""The first answer after a start loads what answers need; the machine may be busy."""
QUESTION = "What does Ingrid Solheim say about the community garden behind the old station?"


def halting(body: Body) -> Say:
    """The first sentence and the beginning of the second, which then takes longer than anybody waits."""
    first, second = sentences(body)
    return Say([f"{first} {second[:20]}", *second[20:]], pause_seconds=0.5)


def telling(body: Body) -> Say:
    """Both sentences."""
    return Say(sentences(body))


def sentences(body: Body) -> list[str]:
    """Two sentences that the passage bears out."""
    number = number_of(body, "Ingrid Solheim")
    return [
        f"Ingrid Solheim says that neighbours who grow vegetables together begin to trust each other [{number}].",
        f" The community garden has 42 beds and a waiting list of 310 people [{number}].",
    ]


@contextmanager
def serving(port: int, data: Path, model: str) -> Iterator[subprocess.Popen[bytes]]:
    """The real command in a process of its own, once it is ready."""
    settings = {"DATA_DIR": data, "SEEDS": CORPUS, "LLM_MODEL": "scripted", "LLM_BASE_URL": model}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("kilde"), "serve", "--port", str(port)],
        env={**os.environ, **{f"KILDE_{name}": str(value) for name, value in settings.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while not answers(f"http://127.0.0.1:{port}/readyz"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    """Whether the address answers with success."""
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - on this machine
    except OSError:
        return False
    return True


def test_the_service_is_killed_in_mid_answer_and_comes_back(page: Page, tmp_path: Path) -> None:
    """What had come stays, with a sentence; while it is down another one; then the answer comes in its place."""
    port = free_port()
    with ScriptedModel(halting) as model:
        with serving(port, tmp_path, model.url) as process:
            page.goto(f"http://127.0.0.1:{port}")
            turn = ask(page, QUESTION)
            expect(turn.locator(".prose")).to_contain_text(
                "begin to trust each other", timeout=FIRST_ANSWER_MILLISECONDS
            )
            process.kill()
            expect(turn.locator(".notice")).to_contain_text("connection broke before the answer was complete")
        turn.get_by_role("button", name="Try again").click()
        expect(turn.locator(".notice")).to_contain_text("The service cannot be reached just now.")
        model.script = telling
        with serving(port, tmp_path, model.url):
            turn.get_by_role("button", name="Try again").click()
            expect(turn.locator(".actions")).to_be_visible(timeout=FIRST_ANSWER_MILLISECONDS)
            expect(turn.locator(".prose")).to_contain_text("waiting list of 310 people")
