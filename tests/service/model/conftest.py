"""A small library of its own, a scripted model, and the service over both."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openai  # noqa: F401  loading it belongs to no test's time-out
import pytest
import uvicorn
from fastapi import FastAPI

from index.build import build
from index.library import Library, open_library
from service.aids import make_aids
from service.assistant import Assistant
from service.conversations import Conversations
from service.cues import load_cues
from service.http.app import create_app
from service.model.opening import Model, open_model
from service.settings import Settings
from tests.service.model.scripted import Refuse, ScriptedModel

TIMEOUT_SECONDS = 25.0
"""More than any answer takes here, also on a machine that is busy with other tests, and less than a test may take."""
CORPUS = Path(__file__).parent / "corpus"
"""Nine short texts in six languages on two topics, with names and numbers that a model may get wrong."""


@pytest.fixture(scope="package")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A real library over the corpus; tests do not change what it has indexed."""
    with open_library(tmp_path_factory.mktemp("data")) as opened:
        build(opened, CORPUS)
        yield opened


@pytest.fixture
def scripted() -> Iterator[ScriptedModel]:
    """A model server; tests set its `script`."""
    with ScriptedModel(lambda _: Refuse(500)) as server:
        yield server


@pytest.fixture
def settings(scripted: ScriptedModel, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        llm_model="scripted",
        llm_base_url=scripted.url,
        llm_timeout_seconds=TIMEOUT_SECONDS,
        gloss=False,
    )


@pytest.fixture
def model(settings: Settings, library: Library) -> Iterator[Model]:
    opened = open_model(settings, library)
    yield opened
    opened.client.close()


@pytest.fixture
def assistant(library: Library, settings: Settings, model: Model) -> Assistant:
    """An assistant with the scripted model."""
    return make_assistant(library, settings, model)


@pytest.fixture
def plain_assistant(library: Library, settings: Settings) -> Assistant:
    """The same without a model."""
    return make_assistant(library, settings)


@pytest.fixture
def hurried_assistant(library: Library, settings: Settings, model: Model) -> Assistant:
    """An assistant whose model has one second."""
    return make_assistant(library, settings, replace(model, seconds=1.0))


@pytest.fixture
def service(assistant: Assistant) -> Iterator[str]:
    """The address of the running service with the scripted model."""
    with Serving(create_app(assistant)) as address:
        yield address


def make_assistant(library: Library, settings: Settings, model: Model | None = None) -> Assistant:
    aids = make_aids(settings, library.analyzer.words)
    return Assistant(library, Conversations(library.record), settings, load_cues(), aids, model)


class Serving:
    """Serves an application on loopback from a thread."""

    def __init__(self, app: FastAPI) -> None:
        # Without lifespan: the library is closed by its own fixture.
        config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()
