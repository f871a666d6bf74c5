"""`kilde serve`."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from service import logs
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.command_line.main import one_line_errors
from service.command_line.progress import build_when_needed
from service.command_line.running import announced
from service.heap import share_heap
from service.settings import InvalidSettings, Settings, read_settings
from service.slack.configured import answers_requests

if TYPE_CHECKING:
    from service.http.heartbeat import Heartbeat
    from service.http.sharing_socket import Shares
    from service.slack.app import Slack


@click.command()
@click.option("--host", help="The address to listen on; KILDE_HOST otherwise.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on; KILDE_PORT otherwise.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer; KILDE_WORKERS otherwise.")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the chat page and the HTTP interface."""
    settings = read_settings()
    logs.configure(settings.log_format)
    address = host or settings.host, port or settings.port
    count = workers or settings.workers
    check_address(*address)
    if settings.database_url.get_secret_value():
        from service.http.waiting import wait_for_record

        wait_for_record(settings, *address)
    with announced(*address):
        if count == 1:
            work(settings, *address)
        else:
            serve_with_workers(settings, *address, count)


@contextmanager
def explained(host: str, port: int) -> Iterator[None]:
    """Say in one line that an address cannot be listened on. Raises InvalidSettings."""
    try:
        yield
    except OSError as error:
        raise InvalidSettings(
            f"expected to listen on {host}, port {port}, and cannot: {error.strerror or error}"
        ) from None


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, before anything is built. Raises InvalidSettings."""
    with explained(host, port):
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the service does: what has just ended does not hold it.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)


def serve_with_workers(settings: Settings, host: str, port: int, count: int) -> None:
    """Build the index where that is needed, in a process of its own, and then serve in several."""
    from multiprocessing import get_context

    from service.http.workers import Workers

    building = get_context("spawn").Process(target=build_first, args=(settings, host))
    building.start()
    building.join()
    if building.exitcode != 0:
        sys.exit(building.exitcode or 1)
    with explained(host, port):  # Somebody may have taken it meanwhile.
        told = Workers(work, settings, host, port, count).run()
    if not told:
        sys.exit(1)


def build_first(settings: Settings, host: str) -> None:
    """Bring the index up to the folder of documents."""
    from service.http.opening import open_access

    logs.configure(settings.log_format)
    share_heap()
    with one_line_errors(), open_assistant(settings) as assistant:
        open_access(settings, assistant.library.record, host)  # Refused once, not by each worker.
        build_when_needed(assistant, settings)


def work(
    settings: Settings,
    host: str,
    port: int,
    listening: socket.socket | None = None,
    heartbeat: Heartbeat | None = None,
    shares: Shares | None = None,
    place: int = 0,
) -> None:
    """Serve in this process: on an address, or on a socket that is already listened on.

    `heartbeat` shows that it lives; `shares` are the connections of every worker on the socket, at `place` this one's.
    """
    from service.http.app import create_app
    from service.http.bounds import Bounds
    from service.http.draining import Draining
    from service.http.opening import open_access
    from service.http.origins import parse_origins
    from service.http.server import Server, config_of
    from service.http.sharing_socket import SharedSocket
    from service.http.traces import open_provider

    logs.configure(settings.log_format)
    share_heap()
    draining = Draining()
    traces = open_provider(settings.traces_url) if settings.traces_url else None
    with open_assistant(settings) as assistant:
        access = open_access(settings, assistant.library.record, host)
        if listening is None:
            build_when_needed(assistant, settings)
        # Now, not when the first visitor waits for it.
        assistant.warm_up()
        bot = slack_bot(assistant, settings)
        bounds = Bounds(settings.max_body_bytes, settings.max_document_bytes, response_seconds(settings))
        assistant.watch.replies.append(partial(logs.note_reply, questions=settings.log_questions))
        origins = parse_origins(settings.allowed_origins)
        app = create_app(assistant, origins, bot, settings.public_url, bounds, access, draining, traces)
        config = config_of(app, settings, host, port, shared=shares is not None)
        if listening is None or shares is None:
            Server(config, draining, settings, heartbeat).run(None)
        else:
            server = Server(config, draining, settings, heartbeat, partial(shares.note, place))
            server.run([SharedSocket.of(listening, shares, place)])


def response_seconds(settings: Settings) -> float:
    """How long a response may be in coming: never less than a model may take, and what surrounds it."""
    return max(settings.response_timeout_seconds, settings.llm_timeout_seconds + 10)


def slack_bot(assistant: Assistant, settings: Settings) -> Slack | None:
    """The bot, where the settings have one; its libraries are not loaded where they have none."""
    if not answers_requests(settings):
        return None
    from service.slack.app import open_slack

    return open_slack(assistant, settings)
