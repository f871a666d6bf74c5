"""The service's log: a line an event, as JSON or to be read, each with the id of the request that it belongs to.

What people ask is in no line unless the settings want it.
"""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from typing import Literal

from pythonjsonlogger.json import JsonFormatter

from service.records import Reply

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered; handed on to the threads that work on it."""

log = logging.getLogger(__name__)

OURS = ("service", "index", "uvicorn")
"""Loggers whose INFO is wanted; of other libraries only warnings are."""

Format = Literal["auto", "json", "text"]


def configure(form: Format) -> None:
    """Log to stderr from now on; "auto" is text for a terminal and JSON for anything else."""
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(add_request_id)
    handler.setFormatter(TextFormatter() if as_text else json_formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    # Its lines have neither route nor request id; service.http.observing writes ours.
    logging.getLogger("uvicorn.access").disabled = True


def json_formatter() -> logging.Formatter:
    """One JSON object a line: time, level, logger, message, request_id, and what the event adds."""
    return JsonFormatter(
        ["asctime", "levelname", "name", "message", "request_id"],
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        json_ensure_ascii=False,
        # uvicorn says everything twice, once for terminals.
        reserved_attrs=[*RESERVED, "color_message"],
    )


RESERVED = tuple(vars(logging.makeLogRecord({})))


class TextFormatter(logging.Formatter):
    """A line to be read by people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the request's id at its end."""
        line, name = super().format(record), getattr(record, "request_id", "")
        return f"{line} [{name}]" if name else line


def add_request_id(record: logging.LogRecord) -> bool:
    """Put the id of the request that is being answered into a log record."""
    record.request_id = getattr(record, "request_id", "") or request_id.get()
    return True


def note_reply(reply: Reply, *, questions: bool) -> None:
    """Log what became of a question; its text only where `questions` wants it."""
    answer = reply.answer
    extra: dict[str, object] = {
        "conversation_id": reply.conversation_id,
        "message_id": reply.message_id,
        "language": answer.language,
        "answered": answer.answered,
        "mode": answer.mode,
        "citations": len(answer.citations),
        "milliseconds": reply.timings_ms.total,
    }
    if questions:
        extra["question"] = reply.question
    log.info("answered" if answer.answered else "abstained", extra=extra)
