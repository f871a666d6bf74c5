"""The manifest that the app is made from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from service.command_line.slack import slack
from service.settings import InvalidSettings
from service.slack.manifest import manifest, socket_mode_manifest


def test_the_manifest_asks_for_what_the_listeners_need() -> None:
    """The app's manifest subscribes to what is listened to, and asks for no more than that takes."""
    settings, features = manifest()["settings"], manifest()["features"]
    needs = {
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "message.mpim": "mpim:history",
        "app_home_opened": None,
        "app_uninstalled": None,
        "tokens_revoked": None,
    }
    assert set(settings["event_subscriptions"]["bot_events"]) == set(needs)
    beyond_events = {"chat:write", "commands", "assistant:write"}
    assert (
        set(manifest()["oauth_config"]["scopes"]["bot"]) == {scope for scope in needs.values() if scope} | beyond_events
    )
    assert "agent_view" in features
    assert "assistant_view" not in features
    assert [command["command"] for command in features["slash_commands"]] == ["/ask"]


def test_the_manifest_names_the_service() -> None:
    """All addresses in it are the service's."""
    text = json.dumps(manifest("https://ask.example.net/"))
    assert text.count("https://ask.example.net/slack/events") == 3
    assert text.count("https://ask.example.net/slack/oauth_redirect") == 1
    assert "kilde.example.org" not in text


def test_socket_mode_needs_no_address() -> None:
    """The manifest for Socket Mode has none, and asks for the same otherwise."""
    found = socket_mode_manifest()
    assert found["settings"]["socket_mode_enabled"] is True
    assert "https://" not in json.dumps(found)
    assert found["oauth_config"]["scopes"] == manifest()["oauth_config"]["scopes"]


def invoke(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, kind: str, **variables: str) -> Any:
    monkeypatch.chdir(tmp_path)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(slack, ["--manifest", kind])


def test_the_command_prints_the_manifest(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """What it prints can be pasted as it is, before there is any token."""
    assert json.loads(invoke(monkeypatch, tmp_path, "socket").stdout) == socket_mode_manifest()
    printed = invoke(monkeypatch, tmp_path, "http", KILDE_PUBLIC_URL="https://ask.example.net").stdout
    assert json.loads(printed) == manifest("https://ask.example.net")


def test_the_command_needs_the_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Without the address of the service there is no manifest for HTTP."""
    result = invoke(monkeypatch, tmp_path, "http")
    assert isinstance(result.exception, InvalidSettings)
    assert "KILDE_PUBLIC_URL" in str(result.exception)
