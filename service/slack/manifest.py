"""The app's manifest, as Slack takes it, for the place where the service runs."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

EXAMPLE_URL = "https://kilde.example.org"
"""Stands in manifest.json for the address of the service."""


def manifest(public_url: str = EXAMPLE_URL) -> dict[str, Any]:
    """The manifest of a bot that Slack reaches under `public_url`."""
    text = files("service.slack").joinpath("manifest.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text.replace(EXAMPLE_URL, public_url.rstrip("/")))
    return found


def socket_mode_manifest() -> dict[str, Any]:
    """The manifest of a bot that connects to Slack by itself: the same without any address."""
    found = manifest()
    found["settings"]["socket_mode_enabled"] = True
    del found["settings"]["event_subscriptions"]["request_url"]
    del found["settings"]["interactivity"]["request_url"]
    del found["oauth_config"]["redirect_urls"]
    for command in found["features"]["slash_commands"]:
        del command["url"]
    return found
