"""Whether the settings are enough for a bot. Imports nothing of Slack's, so that others start as fast as without it."""

from __future__ import annotations

from service.settings import Settings


def has_workspace(settings: Settings) -> bool:
    """Whether there is a workspace's token, or what it takes to be installed in workspaces."""
    several = settings.slack_client_id and settings.slack_client_secret.get_secret_value()
    return bool(several or settings.slack_bot_token.get_secret_value())


def answers_requests(settings: Settings) -> bool:
    """Whether the service can be sent events by HTTP; only with the secret that they are signed with."""
    return has_workspace(settings) and bool(settings.slack_signing_secret.get_secret_value())
