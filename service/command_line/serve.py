"""`kilde serve`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.command_line.progress import build_when_needed
from service.settings import Settings, read_settings
from service.slack.configured import answers_requests

if TYPE_CHECKING:
    from service.slack.app import Slack


@click.command()
@click.option("--host", help="The address to listen on; KILDE_HOST otherwise.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on; KILDE_PORT otherwise.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the chat page and the HTTP interface."""
    from service import logs
    from service.http.app import create_app
    from service.http.bounds import Bounds
    from service.http.draining import Draining
    from service.http.opening import open_access
    from service.http.origins import parse_origins
    from service.http.server import Server, config_of
    from service.http.traces import open_provider

    settings = read_settings()
    listening = host or settings.host
    logs.configure(settings.log_format)
    draining = Draining()
    traces = open_provider(settings.traces_url) if settings.traces_url else None
    with open_assistant(settings) as assistant:
        access = open_access(settings, assistant.library.record, listening)
        build_when_needed(assistant, settings)
        # Now, not when the first visitor waits for it.
        assistant.warm_up()
        bot = slack_bot(assistant, settings)
        bounds = Bounds(settings.max_body_bytes, settings.max_document_bytes, response_seconds(settings))
        assistant.watch.replies.append(partial(logs.note_reply, questions=settings.log_questions))
        origins = parse_origins(settings.allowed_origins)
        app = create_app(assistant, origins, bot, settings.public_url, bounds, access, draining, traces)
        Server(config_of(app, settings, listening, port or settings.port), draining, settings).run()


def response_seconds(settings: Settings) -> float:
    """How long a response may be in coming: never less than a model may take, and what surrounds it."""
    return max(settings.response_timeout_seconds, settings.llm_timeout_seconds + 10)


def slack_bot(assistant: Assistant, settings: Settings) -> Slack | None:
    """The bot, where the settings have one; its libraries are not loaded where they have none."""
    if not answers_requests(settings):
        return None
    from service.slack.app import open_slack

    return open_slack(assistant, settings)
