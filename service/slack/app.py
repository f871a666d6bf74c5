"""The bot, put together: Bolt with its listeners, the work behind them, and the workspaces they are for."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncCallableAuthorize

from service.assistant import Assistant
from service.settings import Settings
from service.slack.answers import COMPUTING_THREADS, WAITING_THREADS, Answers
from service.slack.client import quiet_logger, web_client
from service.slack.installations import (
    InstalledWorkspaces,
    OneWorkspace,
    RecordInstallationStore,
    Workspaces,
    oauth_flow,
)
from service.slack.ledger import Ledger
from service.slack.listeners import command, direct_message, feedback, follow_up, mention, prompts, rest, share
from service.strings import strings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Slack:
    """The bot. Requests go to `bolt` between `start` and `stop`, in one event loop."""

    bolt: AsyncApp
    answers: Answers

    async def start(self) -> None:
        """Begin to work, first on what an earlier process left."""
        await self.answers.start()
        self.bolt.client.session = self.answers.session

    async def stop(self) -> None:
        """Finish or hand over everything that was acknowledged."""
        await self.answers.stop()


def open_slack(assistant: Assistant, settings: Settings) -> Slack:
    """Put the bot together for an opened assistant; installations by OAuth where there is a client ID."""
    record = assistant.library.record
    client = web_client(settings.slack_api_url)
    flow = None
    workspaces: Workspaces
    if settings.slack_client_id:
        store = RecordInstallationStore(settings.slack_client_id, record.engine)
        secret = settings.slack_client_secret.get_secret_value()
        flow = oauth_flow(settings.slack_client_id, secret, settings.public_url, store, record.engine, client)
        workspaces = InstalledWorkspaces(store)
    else:
        workspaces = OneWorkspace(settings.slack_bot_token.get_secret_value())

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        return await workspaces.find(enterprise_id, team_id)

    bolt = AsyncApp(
        name="kilde",
        logger=quiet_logger(),
        client=client,
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        authorize=AsyncCallableAuthorize(logger=quiet_logger(), func=authorize),  # type: ignore[arg-type]  # also None
        oauth_flow=flow,
        user_facing_authorize_error_message=strings(settings.slack_language).text("slack.not_installed"),
        # Slack is answered when a listener is through, which is when its question is claimed in the record.
        process_before_response=True,
    )
    answers = Answers(
        assistant,
        Ledger(record),
        workspaces,
        api_url=settings.slack_api_url,
        public_url=settings.public_url,
        language=settings.slack_language,
        shutdown_seconds=settings.slack_shutdown_seconds,
        threads=WAITING_THREADS if settings.llm_model else COMPUTING_THREADS,
    )
    for listener in (mention, direct_message, follow_up, command, share, feedback, prompts):
        listener.register(bolt, answers)
    if flow is not None:
        bolt.enable_token_revocation_listeners()
    rest.register(bolt)
    return Slack(bolt, answers)
