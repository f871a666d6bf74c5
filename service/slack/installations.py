"""Which workspaces the bot is in, and with which token: one by a setting, or many that installed it by OAuth."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from service.slack.client import quiet_logger
from service.slack.manifest import manifest

STATE_SECONDS = 600
"""How long somebody may take to agree to an installation."""


class Workspaces(Protocol):
    """Where tokens come from."""

    async def find(self, enterprise: str | None, team: str | None) -> AuthorizeResult | None:
        """The bot of a workspace; None where it is not installed. Calls nobody, so that Slack is answered at once."""


class OneWorkspace:
    """The workspace that the bot token of the settings belongs to."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def find(self, enterprise: str | None, team: str | None) -> AuthorizeResult | None:
        """The one token, whichever workspace asks: Slack's signature says that it is one with this app."""
        return AuthorizeResult(enterprise_id=enterprise, team_id=team, bot_token=self._token)


class InstalledWorkspaces:
    """The workspaces whose installations are in the record."""

    def __init__(self, store: AsyncInstallationStore) -> None:
        self._store = store

    async def find(self, enterprise: str | None, team: str | None) -> AuthorizeResult | None:
        """The bot that the workspace installed, or the organisation it belongs to."""
        bot = await self._store.async_find_bot(enterprise_id=enterprise, team_id=team)
        if bot is None and enterprise is not None:
            bot = await self._store.async_find_bot(enterprise_id=enterprise, team_id=None, is_enterprise_install=True)
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise,
            team_id=team,
            bot_token=bot.bot_token,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
        )


class RecordInstallationStore(AsyncInstallationStore):
    """slack_sdk's SQLAlchemy store over the record, off the event loop."""

    def __init__(self, client_id: str, engine: Engine) -> None:
        # The record's engine takes the write lock at the start of a transaction that is said to write.
        self._reads = SQLAlchemyInstallationStore(client_id, engine, logger=quiet_logger())
        writing = engine.execution_options(writes=True)
        self._writes = SQLAlchemyInstallationStore(client_id, writing, logger=quiet_logger())

    async def async_save(self, installation: Installation) -> None:
        await asyncio.to_thread(self._writes.save, installation)

    async def async_save_bot(self, bot: Bot) -> None:
        await asyncio.to_thread(self._writes.save_bot, bot)

    async def async_find_bot(self, **where: Any) -> Bot | None:
        return await asyncio.to_thread(self._reads.find_bot, **where)

    async def async_find_installation(self, **where: Any) -> Installation | None:
        return await asyncio.to_thread(self._reads.find_installation, **where)

    async def async_delete_bot(self, **where: Any) -> None:
        await asyncio.to_thread(self._writes.delete_bot, **where)

    async def async_delete_installation(self, **where: Any) -> None:
        await asyncio.to_thread(self._writes.delete_installation, **where)


class RecordStateStore(AsyncOAuthStateStore):
    """slack_sdk's SQLAlchemy store of states that were handed out, over the record, off the event loop."""

    def __init__(self, engine: Engine) -> None:
        writing = engine.execution_options(writes=True)
        self._store = SQLAlchemyOAuthStateStore(STATE_SECONDS, writing, logger=quiet_logger())

    async def async_issue(self, *_: Any, **__: Any) -> str:
        return await asyncio.to_thread(self._store.issue)

    async def async_consume(self, state: str) -> bool:
        return await asyncio.to_thread(self._store.consume, state)


def oauth_flow(
    client_id: str,
    client_secret: str,
    public_url: str,
    store: AsyncInstallationStore,
    engine: Engine,
    client: AsyncWebClient,
) -> AsyncOAuthFlow:
    """The way of an installation: to Slack, back with a code, and into the record. Scopes are the manifest's."""
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=manifest()["oauth_config"]["scopes"]["bot"],
        user_scopes=[],
        redirect_uri=f"{public_url.rstrip('/')}/slack/oauth_redirect" if public_url else None,
        install_path="/slack/install",
        redirect_uri_path="/slack/oauth_redirect",
        install_page_rendering_enabled=False,
        installation_store=store,
        state_store=RecordStateStore(engine),
        state_expiration_seconds=STATE_SECONDS,
        logger=quiet_logger(),
    )
    return AsyncOAuthFlow(client=client, logger=quiet_logger(), settings=settings)
