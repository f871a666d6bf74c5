"""A real browser, the real service over the shipped documents, and a scripted one for troubles and foreign pages."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from service.assistant import Assistant
from service.http.app import create_app
from tests.widget import scripted

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",  # the tests run as root in CI; every page is ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MILLISECONDS = 15_000


@dataclass(frozen=True, slots=True)
class Served:
    """An application on a port of the loopback address."""

    app: FastAPI
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def foreign_url(self) -> str:
        """The same server under another name, which to a browser is another origin."""
        return f"http://localhost:{self.port}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(app: FastAPI, port: int) -> Iterator[Served]:
    """Serve from a thread until the fixture ends."""
    # Without lifespan: the shared assistant is closed by its own fixture.
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Served(app, port)
    server.should_exit = True
    server.force_exit = True
    thread.join(10)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the package; closed before other packages' tests may want an event loop of their own."""
    if not CHROMIUM:
        pytest.skip("no Chromium: apt-get install chromium, or name one in CHROMIUM")
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def service(seeds_assistant: Assistant) -> Iterator[Served]:
    """The real service."""
    yield from serve(create_app(seeds_assistant), free_port())


@pytest.fixture(scope="package")
def stage() -> Iterator[Served]:
    """The scripted service, which lets pages of its other name ask."""
    port = free_port()
    yield from serve(scripted.create((f"http://localhost:{port}",)), port)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile in English."""
    made = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    made.set_default_timeout(TIMEOUT_MILLISECONDS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may fail: no uncaught error, nothing that a policy refused."""
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    yield made
    assert faults == []


@pytest.fixture
def axe() -> str:
    """The source of axe-core."""
    return str(AXE_SCRIPT)
