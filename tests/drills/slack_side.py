"""Slack's side of a drill: the tests' own Slack in a thread, and signed events sent to whichever service."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Any

import httpx
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.service.slack.fake_slack import FakeSlack, serve

SECRET = "the-signing-secret-of-the-drill"  # noqa: S105  # the tests' own


class SlackSide:
    """A running Slack. `url` is where its API is."""

    def __init__(self) -> None:
        self._slack = FakeSlack()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="slack", daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return self._slack.url

    def thread(self, number: int) -> str:
        """The thread that an event's answer belongs into."""
        return f"1700000000.{number:06d}"

    def mention(self, number: int, question: str) -> str:
        """The body of an event: somebody asks in a thread of its own."""
        ts = self.thread(number)
        event: dict[str, Any] = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": ts}
        event["text"] = f"<@UBOT> {question}"
        authorization = {"team_id": "T1", "user_id": "UBOT", "is_bot": True, "enterprise_id": None}
        whole = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": f"Ev{number}"}
        return json.dumps({**whole, "authorizations": [authorization], "event": event})

    def send(self, url: str, body: str) -> bool:
        """Send a signed event; whether it was acknowledged."""
        timestamp = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
        headers = {"content-type": "application/json", "x-slack-request-timestamp": timestamp}
        headers["x-slack-signature"] = str(signature)
        try:
            return httpx.post(f"{url}/slack/events", content=body, headers=headers, timeout=30).status_code == 200
        except httpx.TransportError:
            return False

    def finished(self) -> Counter[str]:
        """How many finished answers, which have their buttons, each thread has."""
        return Counter(
            message.thread
            for message in list(self._slack.messages.values())
            if message.thread and message.blocks and message.blocks[-1]["type"] == "context_actions"
        )

    def __enter__(self) -> SlackSide:
        self._thread.start()
        self._runner: web.AppRunner = asyncio.run_coroutine_threadsafe(serve(self._slack), self._loop).result(30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
