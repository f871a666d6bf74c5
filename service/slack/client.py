"""Clients of Slack's Web API, which wait when Slack says so and try again when it is away for a moment."""

from __future__ import annotations

import logging

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

TIMEOUT_SECONDS = 30
MAX_RETRIES = 3
MAX_RATE_LIMITED = 10
"""Slack says how long to wait, and in a burst says so to many callers at once, so that some are late several times."""
PASSING_ERRORS = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


class RateLimitHandler(AsyncRateLimitErrorRetryHandler):
    """Waits as long as Slack asks, except to start a stream: only twenty a minute may start, and a post is as good."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.endswith("/chat.startStream"):
            return False
        return await super()._can_retry_async(state=state, request=request, response=response, error=error)


def retry_handlers() -> list[AsyncRetryHandler]:
    """What is tried again: rate limits, broken connections, 500 and 503."""
    return [
        RateLimitHandler(max_retry_count=MAX_RATE_LIMITED),
        AsyncConnectionErrorRetryHandler(max_retry_count=MAX_RETRIES),
        AsyncServerErrorRetryHandler(max_retry_count=MAX_RETRIES),
    ]


def quiet_logger() -> logging.Logger:
    """The SDK's logger, which below WARNING writes requests with what people asked in them."""
    logger = logging.getLogger("kilde.slack")
    logger.setLevel(logging.WARNING)
    return logger


def web_client(api_url: str, session: ClientSession | None = None, token: str | None = None) -> AsyncWebClient:
    """A client of the Web API under `api_url`; connections are kept open where a session is given."""
    return AsyncWebClient(
        token=token,
        base_url=api_url,
        timeout=TIMEOUT_SECONDS,
        session=session,
        logger=quiet_logger(),
        retry_handlers=retry_handlers(),
    )


def response_client(url: str, session: ClientSession | None = None) -> AsyncWebhookClient:
    """A client of one `response_url`, which answers a command or a button without a token."""
    return AsyncWebhookClient(
        url, timeout=TIMEOUT_SECONDS, session=session, logger=quiet_logger(), retry_handlers=retry_handlers()
    )


def open_session() -> ClientSession:
    """Connections to Slack; made inside the event loop that uses them, and to be closed there."""
    return ClientSession(timeout=ClientTimeout(total=TIMEOUT_SECONDS))


def error_code(error: Exception) -> str:
    """What Slack calls an error; for one that is not Slack's the name of its class. Never holds a token or a text."""
    if isinstance(error, SlackApiError):
        data = getattr(error.response, "data", None)
        code = data.get("error") if isinstance(data, dict) else None
        return str(code) if code else f"status {getattr(error.response, 'status_code', 'unknown')}"
    return type(error).__name__


def passes(error: Exception) -> bool:
    """Whether the same call may succeed later: Slack could not be reached, was failing, or wanted to be left alone."""
    if isinstance(error, SlackApiError):
        status = getattr(error.response, "status_code", 0)
        return error_code(error) in PASSING_ERRORS or status == 429 or status >= 500
    return isinstance(error, ClientError | TimeoutError | OSError)
