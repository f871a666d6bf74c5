"""What can go wrong with a call to the model: what it means to the asker, and whether and when it is tried again."""

from __future__ import annotations

from collections.abc import Callable

import openai
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random_exponential

from service.records import Trouble

ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
"""Retries wait at random up to 0.5, 1, … seconds (AWS, "Exponential Backoff and Jitter", 2015) unless told how long."""


class ModelTrouble(Exception):
    """The model did not answer, or not to the end; `kind` says why."""

    def __init__(self, kind: Trouble) -> None:
        super().__init__(kind)
        self.kind: Trouble = kind


def retrying(seconds: float, given: Callable[[], bool]) -> AsyncRetrying:
    """Tries again what may pass, as long as nothing was given and the pause still fits in the time."""
    return AsyncRetrying(
        stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(seconds),
        wait=pause,
        retry=retry_if_exception(lambda error: may_pass(error) and not given()),
        reraise=True,
    )


def kind_of(error: Exception, *, given: bool) -> Trouble:
    """What an error of the SDK means to the person who asked; `given` tells whether text had come before it."""
    match error:
        case TimeoutError() | openai.APITimeoutError():
            return "timeout"
        case openai.APIConnectionError():
            return "disconnected" if given else "unreachable"
        case openai.RateLimitError():
            return "busy"
        case openai.APIResponseValidationError():
            return "malformed"
        case openai.APIStatusError():
            return "failing" if error.status_code >= 500 else "refused"
        case openai.APIError():
            return "failing"
        case _:
            return "malformed"


def may_pass(error: BaseException) -> bool:
    """Whether the same call may succeed in a moment."""
    if isinstance(error, ModelTrouble):
        return error.kind == "disconnected"
    if isinstance(error, openai.APITimeoutError):
        return False
    if isinstance(error, openai.APIStatusError):
        return error.status_code in (408, 409, 429) or error.status_code >= 500
    return isinstance(error, openai.APIConnectionError)


def pause(state: RetryCallState) -> float:
    """Seconds before the next attempt: what the server asked for, else at random."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, openai.APIStatusError):
        asked = error.response.headers.get("retry-after", "")
        if asked.replace(".", "", 1).isdigit():
            return float(asked)
    return wait_random_exponential(multiplier=FIRST_PAUSE_SECONDS, max=LONGEST_PAUSE_SECONDS)(state)
