"""Socket Mode: the same listeners, through a WebSocket server of the tests' own."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any, cast

import pytest
from pydantic import SecretStr

from service.assistant import Assistant
from service.command_line.slack import SlackRefused, check_tokens, checked_token, run
from service.settings import InvalidSettings, Settings
from service.slack.app import Slack, open_slack
from tests.service.slack.conftest import Bench
from tests.service.slack.fake_assistant import FakeAssistant
from tests.service.slack.fake_slack import FakeSlack, until

pytestmark = pytest.mark.anyio


def bot_on(bench: Bench, **settings: Any) -> tuple[Slack, FakeAssistant]:
    """The bot as `kilde slack` opens it: with tokens, without a signing secret."""
    assistant = FakeAssistant(bench.folder)
    chosen = bench.settings() | {"slack_signing_secret": SecretStr("")} | settings
    return open_slack(cast(Assistant, assistant), Settings(_env_file=None, **chosen)), assistant


async def send(slack: FakeSlack, envelope: str, kind: str, payload: dict[str, Any]) -> None:
    """Send an envelope and wait until it is acknowledged."""
    message = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": False}
    await slack.sockets[-1].send_json(message)
    await until(lambda: envelope in slack.acknowledged)


def mention(event_id: str = "Ev1", ts: str = "1.1") -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": event_id,
        "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
        "event": {"type": "app_mention", "user": "U1", "text": "<@UBOT> ROI?", "channel": "C1", "ts": ts},
    }


async def test_mentions_and_commands_by_socket(bench: Bench) -> None:
    """Envelopes are acknowledged and answered, repeats once; a lost connection is made anew; stopping is orderly."""
    bot, assistant = bot_on(bench)
    running = asyncio.create_task(run(bot, "xapp-1"))
    await until(lambda: bench.slack.sockets)
    await send(bench.slack, "e1", "events_api", mention())
    await send(bench.slack, "e2", "events_api", mention())
    command = {
        "command": "/ask",
        "text": "ROI?",
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "trigger_id": "t1",
        "response_url": f"{bench.slack.url}/response/asker",
    }
    await send(bench.slack, "e3", "slash_commands", command)
    await until(lambda: not bot.answers.busy)
    assert sorted(message.by for message in bench.slack.messages.values()) == ["ephemeral", "stream"]
    await bench.slack.sockets[-1].send_json({"type": "disconnect", "reason": "warning"})
    await until(lambda: len(bench.slack.sockets) == 2)
    await send(bench.slack, "e4", "events_api", mention("Ev2", "1.2"))
    await until(lambda: not bot.answers.busy)
    assert len(bench.slack.messages) == 3
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 20)
    assert len(assistant.asked) == 3
    assistant.close()


@pytest.mark.parametrize(
    ("app_token", "bot_token", "named"),
    [("xapp-wrong", "xoxb-1", "APP_TOKEN.*invalid_auth"), ("xapp-1", "xoxb-wrong", "BOT_TOKEN.*invalid_auth")],
)
async def test_wrong_tokens_are_named(bench: Bench, app_token: str, bot_token: str, named: str) -> None:
    """A token that Slack refuses ends the command with its name, not with tries for ever, and without its value."""
    bot, assistant = bot_on(bench, slack_bot_token=SecretStr(bot_token))
    with pytest.raises(SlackRefused, match=named) as raised:
        await run(bot, app_token)
    assert "wrong" not in str(raised.value)
    assistant.close()


async def test_a_slack_that_cannot_be_reached_is_named(bench: Bench) -> None:
    """A wrong address or no network ends the command with one line."""
    bot, assistant = bot_on(bench, slack_api_url="http://127.0.0.1:9/api/")
    bot.bolt.client.retry_handlers.clear()
    with pytest.raises(SlackRefused, match=r"http://127\.0\.0\.1:9/api/"):
        await check_tokens(bot, "xapp-1")
    assistant.close()


@pytest.mark.parametrize(
    ("bot_token", "app_token", "found"),
    [
        ("", "xapp-1", "BOT_TOKEN.*found none"),
        ("xoxb-1", "", "APP_TOKEN.*found none"),
        ("xoxb-1", "xoxb-2", "another text"),
    ],
)
async def test_missing_tokens_are_named(bot_token: str, app_token: str, found: str) -> None:
    """Without both tokens the command says which one is missing."""
    settings = Settings(_env_file=None, slack_bot_token=SecretStr(bot_token), slack_app_token=SecretStr(app_token))
    with pytest.raises(InvalidSettings, match=found):
        checked_token(settings)
