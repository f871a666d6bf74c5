"""The real application with the bot, and a Slack of the tests' own that it talks to."""

from __future__ import annotations

import itertools
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier

from index.record import Record
from service.assistant import Assistant
from service.http.app import create_app
from service.records import Answer, ChatRequest
from service.settings import Settings
from service.slack.app import Slack, open_slack
from tests.service.slack.fake_assistant import FakeAssistant
from tests.service.slack.fake_slack import FakeSlack, Json, serve, until

SECRET = "signing-secret"  # noqa: S105  # the tests' own


@pytest.fixture
def anyio_backend() -> str:
    """Bolt and aiohttp are for asyncio."""
    return "asyncio"


@pytest.fixture(autouse=True)
def prompt_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's own waits are kept, but nobody adds a random second to them."""
    monkeypatch.setattr("slack_sdk.http_retry.builtin_async_handlers.random.random", lambda: 0.0)


@dataclass
class Workspace:
    """A workspace with the bot in it: sends what Slack would send, and sees what Slack would show."""

    slack: FakeSlack
    assistant: FakeAssistant
    bot: Slack
    http: httpx.AsyncClient
    team: str = "T1"
    _count: Any = field(default_factory=lambda: itertools.count(1))

    async def post(
        self,
        body: str,
        kind: str = "application/json",
        *,
        secret: str = SECRET,
        age: float = 0,
        path: str = "/slack/events",
    ) -> httpx.Response:
        """Send a body that Slack has signed."""
        timestamp = str(int(time.time() - age))
        signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
        headers = {"content-type": kind, "x-slack-request-timestamp": timestamp, "x-slack-signature": str(signature)}
        return await self.http.post("/slack/events", content=body.encode(), headers=headers)

    def envelope(self, event: Json, event_id: str | None = None) -> Json:
        """An event as the Events API wraps it."""
        return {
            "type": "event_callback",
            "team_id": self.team,
            "api_app_id": "A1",
            "event_id": event_id or f"Ev{next(self._count)}",
            "authorizations": [{"team_id": self.team, "user_id": "UBOT", "is_bot": True, "enterprise_id": None}],
            "event": event,
        }

    async def event(self, event: Json, event_id: str | None = None) -> httpx.Response:
        """Send an event."""
        return await self.post(json.dumps(self.envelope(event, event_id)))

    async def mention(self, text: str, channel: str = "C1", ts: str = "1.1", **more: Any) -> httpx.Response:
        """Somebody mentions the bot."""
        event_id = more.pop("event_id", None)
        return await self.event(
            {"type": "app_mention", "user": "U1", "text": f"<@UBOT> {text}", "channel": channel, "ts": ts, **more},
            event_id,
        )

    async def message(self, text: str, channel: str = "D1", ts: str = "2.1", **more: Any) -> httpx.Response:
        """Somebody writes a message, to the bot unless `channel_type` says otherwise."""
        base = {"type": "message", "user": "U1", "text": text, "channel": channel, "ts": ts, "channel_type": "im"}
        return await self.event(base | more)

    async def command(self, text: str) -> httpx.Response:
        """Somebody gives the command."""
        form = {
            "command": "/ask",
            "text": text,
            "team_id": self.team,
            "channel_id": "C1",
            "user_id": "U1",
            "trigger_id": f"trigger{next(self._count)}",
            "response_url": f"{self.slack.url}/response/asker",
        }
        return await self.post(urlencode(form), "application/x-www-form-urlencoded")

    async def press(self, action: Json, thread: str | None = None) -> httpx.Response:
        """Somebody presses a button."""
        payload = {
            "type": "block_actions",
            "team": {"id": self.team},
            "user": {"id": "U2"},
            "api_app_id": "A1",
            "trigger_id": "t",
            "container": {"type": "message", "thread_ts": thread},
            "response_url": f"{self.slack.url}/response/presser",
            "actions": [action],
        }
        return await self.post(urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded")

    async def settled(self) -> None:
        """Wait until nothing is worked on."""
        await until(lambda: not self.bot.answers.busy)


@dataclass
class Bench:
    """Starts applications with the bot over one record and one Slack."""

    slack: FakeSlack
    folder: Path

    @asynccontextmanager
    async def workspace(
        self, script: Callable[[ChatRequest], Answer] | None = None, *, pause_seconds: float = 0.0, **settings: Any
    ) -> AsyncIterator[Workspace]:
        """The application, started; stopped at the end as a server stops it."""
        assistant = FakeAssistant(self.folder, script, pause_seconds)
        chosen = Settings(_env_file=None, **(self.settings() | settings))
        bot = open_slack(cast(Assistant, assistant), chosen)
        app = create_app(cast(Assistant, assistant), slack_bot=bot)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(app.router.lifespan_context(app))
            http = await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="https://kilde.test")
            )
            yield Workspace(self.slack, assistant, bot, http)

    def settings(self) -> dict[str, Any]:
        """What a single workspace needs."""
        return {
            "slack_bot_token": SecretStr("xoxb-1"),
            "slack_signing_secret": SecretStr(SECRET),
            "slack_api_url": f"{self.slack.url}/api/",
            "public_url": "https://kilde.example.org/",
        }


@pytest.fixture(scope="session")
def empty_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with its tables, which is quicker to copy than to make."""
    path = tmp_path_factory.mktemp("slack") / "record.sqlite3"
    Record.open(path).close()
    return path


@pytest.fixture
async def bench(tmp_path: Path, empty_record: Path, anyio_backend: str) -> AsyncIterator[Bench]:
    """A Slack that listens, and a folder for the record."""
    (tmp_path / "data").mkdir()
    shutil.copy(empty_record, tmp_path / "data")
    slack = FakeSlack()
    runner = await serve(slack)
    yield Bench(slack, tmp_path / "data")
    await runner.cleanup()


@pytest.fixture
async def workspace(bench: Bench) -> AsyncIterator[Workspace]:
    """One workspace with the bot."""
    async with bench.workspace() as entered:
        yield entered
