"""Everything else that Slack tells: acknowledged, so that it is not told again, and left alone."""

from __future__ import annotations

import re

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

ANYTHING = re.compile(".*", re.DOTALL)


def register(app: AsyncApp) -> None:
    """To be called after all other listeners: Bolt asks them in order."""

    @app.event(ANYTHING)
    async def event() -> None:
        pass

    @app.action(ANYTHING)
    async def action(ack: AsyncAck) -> None:
        await ack()
