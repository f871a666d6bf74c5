"""`kilde slack`: the bot by Socket Mode, which needs no address that Slack can reach."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING, Any

import click

from index.errors import KildeError
from service.bootstrap import open_assistant
from service.command_line.progress import build_when_needed
from service.settings import InvalidSettings, Settings, read_settings

if TYPE_CHECKING:
    from service.slack.app import Slack


class SlackRefused(KildeError):
    """Slack does not let the bot in, or cannot be reached."""


@click.command()
@click.option(
    "--manifest",
    type=click.Choice(["socket", "http"]),
    help="Print the app's manifest for Socket Mode or for KILDE_PUBLIC_URL, to be pasted into Slack, and end.",
)
def slack(manifest: str | None) -> None:
    """Answer in Slack by Socket Mode, until interrupted."""
    settings = read_settings()
    if manifest is not None:
        click.echo(json.dumps(made_manifest(manifest, settings), indent=2, ensure_ascii=False))
        return
    token = checked_token(settings)
    with open_assistant(settings) as assistant:
        build_when_needed(assistant, settings)
        from service.slack.app import open_slack

        asyncio.run(run(open_slack(assistant, settings), token))


def made_manifest(kind: str, settings: Settings) -> dict[str, Any]:
    """The manifest to paste. Raises InvalidSettings when Slack is to reach an address that is not known."""
    from service.slack.manifest import manifest, socket_mode_manifest

    if kind == "socket":
        return socket_mode_manifest()
    if not settings.public_url:
        raise InvalidSettings(
            "KILDE_PUBLIC_URL: expected the address that Slack reaches this service under, found none"
        )
    return manifest(settings.public_url)


def checked_token(settings: Settings) -> str:
    """The app-level token. Raises InvalidSettings where it, or the workspace's, is missing."""
    from service.slack.configured import has_workspace

    if not has_workspace(settings):
        raise InvalidSettings("KILDE_SLACK_BOT_TOKEN: expected a bot token (xoxb-…), found none; see docs/slack.md")
    token = settings.slack_app_token.get_secret_value()
    if not token.startswith("xapp-"):
        found = "another text" if token else "none"
        raise InvalidSettings(
            f"KILDE_SLACK_APP_TOKEN: expected an app-level token (xapp-…), found {found}; see docs/slack.md"
        )
    return token


async def run(bot: Slack, app_token: str) -> None:
    """Connect, answer until SIGINT or SIGTERM, then finish or hand over what is begun.

    Raises:
        SlackRefused: Slack does not accept a token, or cannot be reached.
    """
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await bot.start()
    try:
        await check_tokens(bot, app_token)
        handler = AsyncSocketModeHandler(bot.bolt, app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # the SDK's own
        click.echo("Connected to Slack. Ctrl-C ends it.", err=True)
        await stopped.wait()
        await handler.close_async()  # type: ignore[no-untyped-call]  # the SDK's own
    finally:
        await bot.stop()


async def check_tokens(bot: Slack, app_token: str) -> None:
    """Try both tokens before the SDK does, which would try a wrong one for ever."""
    from service.slack.client import error_code
    from service.slack.deliver import TROUBLES

    client = bot.bolt.client
    name = "KILDE_SLACK_APP_TOKEN"
    try:
        await client.apps_connections_open(app_token=app_token)
        found = await bot.answers.workspaces.find(None, None)
        if found is not None:
            name = "KILDE_SLACK_BOT_TOKEN"
            await client.auth_test(token=found.bot_token)
    except TROUBLES as error:
        raise SlackRefused(
            f"{name}: expected Slack to accept it at {client.base_url}, found {error_code(error)}"
        ) from None
