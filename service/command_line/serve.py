"""`kilde serve`."""

from __future__ import annotations

import click

from service.bootstrap import open_assistant
from service.command_line.progress import build_when_needed
from service.settings import read_settings


@click.command()
@click.option("--host", help="The address to listen on; KILDE_HOST otherwise.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on; KILDE_PORT otherwise.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the chat page and the HTTP interface."""
    import uvicorn

    from service.http.app import create_app
    from service.http.origins import parse_origins

    settings = read_settings()
    with open_assistant(settings) as assistant:
        build_when_needed(assistant, settings)
        app = create_app(assistant, parse_origins(settings.allowed_origins))
        uvicorn.run(app, host=host or settings.host, port=port or settings.port)
