"""Text to and from Slack's own notation (mrkdwn)."""

from __future__ import annotations

import re

# https://docs.slack.dev/messaging/formatting-message-text: three characters are escaped, and what stands between angle
# brackets is a reference: @ a person, # a channel, ! a group or everybody, anything else a link; a label follows a bar.
_REFERENCE = re.compile(r"<([@#!]?)([^>|]*)(?:\|([^>]*))?>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))


def escape(text: str) -> str:
    """`text` so that mrkdwn makes no link, mention or channel of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_question(text: str) -> str:
    """What somebody wrote, as plain text: links by their label, channels by name, without mentions of people."""

    def name(reference: re.Match[str]) -> str:
        kind, target, label = reference[1], reference[2], reference[3]
        if kind in ("@", "!"):
            return " "
        if kind == "#":
            return f"#{label}" if label else " "
        return label or target.removeprefix("mailto:")

    named = _REFERENCE.sub(name, text)
    return " ".join(_ENTITY.sub(lambda entity: _ENTITIES[entity[0]], named).split())


def speaks_to_others(text: str, bot_user: str | None) -> bool:
    """Whether a message names somebody, and not the bot: then it is not for the bot, even in its thread."""
    named = [reference[2] for reference in _REFERENCE.finditer(text) if reference[1] in ("@", "!")]
    return bool(named) and bot_user not in named
