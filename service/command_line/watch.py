"""Following the folder of documents: a build whenever something in it has changed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from watchfiles import Change, watch

from index.build import BuildReport
from index.errors import KildeError
from index.load import SUFFIXES
from index.sources import FILE_NAME
from service.assistant import Assistant
from service.command_line.progress import build_with_progress
from service.settings import Settings

QUIET_MILLISECONDS = 1000
"""Changes this close together are one build: editors and copies write a file in several steps."""


def matters(_: Change, path: str) -> bool:
    """Whether a change can matter: to a document, `sources.toml`, or a folder, which moves with all that it holds."""
    name = Path(path)
    if name.name.startswith("."):
        return False
    return name.name == FILE_NAME or not name.suffix or name.suffix.lower() in SUFFIXES


def follow(assistant: Assistant, settings: Settings, tell: Callable[[BuildReport], None]) -> None:
    """Build after every change, until interrupted; a build that fails is told in a line, and the next one is tried.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    click.echo(f"following {settings.seeds}; Ctrl-C ends it", err=True)
    with _interrupted() as ended:
        for _ in watch(settings.seeds, watch_filter=matters, debounce=QUIET_MILLISECONDS, stop_event=ended):
            try:
                # Looked at first, so that what is only touched is not reported.
                if assistant.needs_build(settings.seeds):
                    tell(build_with_progress(assistant, settings))
            except KildeError as error:
                click.echo(f"kilde: {error}", err=True)
    raise KeyboardInterrupt


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    """Have Ctrl-C set an event besides: the exception is lost where it meets a finaliser, and nothing would end."""
    ended = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        ended.set()
        signal.default_int_handler(number, frame)

    former = signal.signal(signal.SIGINT, note)
    try:
        yield ended
    finally:
        signal.signal(signal.SIGINT, former)
