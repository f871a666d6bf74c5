"""A Slack of the tests' own: the Web API, response URLs and Socket Mode on loopback, strict about Slack's limits."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from slack_sdk.models.blocks import Block

from service.slack.render import plain_text

Json = dict[str, Any]
MAX_BLOCKS_JSON = 13_200


@dataclass
class Message:
    """What somebody would see in Slack."""

    channel: str
    thread: str | None
    text: str
    blocks: list[Json]
    by: str
    streaming: bool = False
    token: str = ""

    def shown(self) -> str:
        """The message as it would be read."""
        return plain_text(self.blocks) if self.blocks else self.text


@dataclass
class FakeSlack:
    """Keeps every call and message. `troubles[method]` are answers to give before the method works."""

    url: str = ""
    calls: list[tuple[str, Json]] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    troubles: dict[str, list[Callable[[], web.Response]]] = field(default_factory=lambda: defaultdict(list))
    tokens: dict[str, str] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acknowledged: dict[str, Json] = field(default_factory=dict)
    _ts: Any = field(default_factory=lambda: itertools.count(1))

    def called(self, method: str) -> list[Json]:
        """The bodies of all calls of a method."""
        return [body for name, body in self.calls if name == method]

    def shown(self) -> list[str]:
        """Every message as it would be read, in order."""
        return [message.shown() for message in self.messages.values()]

    def app(self) -> web.Application:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{name}", self._response)
        app.router.add_get("/socket", self._socket)
        return app

    def _next_ts(self) -> str:
        return f"1700000000.{next(self._ts):06d}"

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            body = await request.json()
        else:
            body = dict(await request.post()) | dict(request.query)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(body.get("token", ""))
        self.calls.append((method, body))
        if self.troubles[method]:
            return self.troubles[method].pop(0)()
        handler = getattr(self, "do_" + method.replace(".", "_"), None)
        if handler is None:
            return failed("unknown_method")
        problem = limits(body)
        return failed(problem) if problem else handler(body, token)

    def do_auth_test(self, body: Json, token: str) -> web.Response:
        if token.startswith("xoxb-wrong"):
            return failed("invalid_auth")
        return fine(user_id="UBOT", bot_id="BBOT", team_id="T1", url="https://team.slack.com/", user="kilde")

    def do_apps_connections_open(self, body: Json, token: str) -> web.Response:
        if token.startswith("xapp-wrong"):
            return failed("invalid_auth")
        return fine(url=self.url.replace("http", "ws") + "/socket")

    def do_oauth_v2_access(self, body: Json, token: str) -> web.Response:
        if body.get("code") != "good-code":
            return failed("invalid_code")
        bot = {"access_token": "xoxb-installed", "token_type": "bot", "scope": "chat:write", "bot_user_id": "UBOT"}
        team = {"team": {"id": "T9", "name": "Nine"}, "enterprise": None, "is_enterprise_install": False}
        return fine(app_id="A1", authed_user={"id": "U9"}, **bot, **team)

    def do_assistant_threads_setStatus(self, body: Json, token: str) -> web.Response:
        return fine()

    def do_assistant_threads_setSuggestedPrompts(self, body: Json, token: str) -> web.Response:
        return fine()

    def do_chat_postMessage(self, body: Json, token: str) -> web.Response:
        return self._say(body, "post", token)

    def do_chat_postEphemeral(self, body: Json, token: str) -> web.Response:
        return self._say(body, "ephemeral", token)

    def _say(self, body: Json, by: str, token: str, streaming: bool = False) -> web.Response:
        ts = self._next_ts()
        self.messages[ts] = Message(
            body["channel"], body.get("thread_ts"), body.get("text", ""), body.get("blocks", []), by, streaming, token
        )
        return fine(ts=ts, channel=body["channel"])

    def do_chat_startStream(self, body: Json, token: str) -> web.Response:
        if not body.get("thread_ts") or not body.get("recipient_user_id") or not body.get("recipient_team_id"):
            return failed("invalid_arguments")
        return self._say(body | {"blocks": chunk_blocks(body)}, "stream", token, streaming=True)

    def do_chat_appendStream(self, body: Json, token: str) -> web.Response:
        message = self.messages.get(body["ts"])
        if message is None or not message.streaming:
            return failed("message_not_in_streaming_state")
        message.blocks += chunk_blocks(body)
        return failed("msg_blocks_too_long") if too_long(message.blocks) else fine(ts=body["ts"])

    def do_chat_stopStream(self, body: Json, token: str) -> web.Response:
        message = self.messages.get(body["ts"])
        if message is None or not message.streaming:
            return failed("message_not_in_streaming_state")
        message.blocks += chunk_blocks(body) + body.get("blocks", [])
        message.streaming = False
        return fine(ts=body["ts"])

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.calls.append(("response_url", body))
        if self.troubles["response_url"]:
            return self.troubles["response_url"].pop(0)()
        problem = limits(body)
        if problem:
            return web.Response(status=400, text=problem)
        self._say(body | {"channel": request.match_info["name"]}, body["response_type"], "")
        return web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1})
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                body = json.loads(message.data)
                self.acknowledged[body["envelope_id"]] = body
        return socket


def fine(**values: Any) -> web.Response:
    return web.json_response({"ok": True, **values})


def failed(error: str, status: int = 200) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)


def rate_limited() -> web.Response:
    """What Slack says to those who call too often."""
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "0"})


def chunk_blocks(body: Json) -> list[Json]:
    return [block for chunk in body.get("chunks", []) for block in chunk.get("blocks", [])]


def too_long(blocks: list[Json]) -> bool:
    return len(json.dumps(blocks, ensure_ascii=False)) > MAX_BLOCKS_JSON


def limits(body: Json) -> str | None:
    """What Slack would refuse in a body: unknown or malformed blocks, too many, too long."""
    for blocks in (body.get("blocks") or [], chunk_blocks(body)):
        parsed = Block.parse_all(blocks)
        if len(parsed) != len(blocks) or len(blocks) > 50:
            return "invalid_blocks"
        for block in parsed:
            block.validate_json()
        if too_long(blocks):
            return "msg_blocks_too_long"
    return "msg_too_long" if len(body.get("text") or "") > 40_000 else None


async def serve(slack: FakeSlack) -> web.AppRunner:
    """Listen on a free port of loopback."""
    runner = web.AppRunner(slack.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    slack.url = f"http://127.0.0.1:{port}"
    return runner


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
