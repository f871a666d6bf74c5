"""A question from Slack, with all that it takes to answer it in this process or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """A question, where it was asked, and once it has been answered, where the reply is kept.

    `id` is the event's, `message` names the message that asked. `thread` is the timestamp of the thread to answer in,
    None for a slash command, which is answered by `response_url` to the asker alone. `text` is plain text.
    """

    id: str
    team: str
    enterprise: str | None
    channel: str
    user: str
    text: str
    message: str | None = None
    thread: str | None = None
    response_url: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The job in the shape that `of_json` takes."""
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Job:
        """A job as it was kept, perhaps by another version: what this one does not know is left out."""
        return cls(**{name: value for name, value in kept.items() if name in cls.__slots__})
