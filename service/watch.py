"""Lets the metrics and the traces watch answers being made, without the assistant knowing either."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Literal

from index.records import Hit
from service.records import Reply

Stage = Literal["wait", "understand", "retrieve", "choose", "write", "keep"]
"""The stages of an answer, in order; "wait" is for a free place, "write" a model's, or the wording of quotes."""


class Watch:
    """What is told of answers. Observers are added before the first question; none may raise."""

    def __init__(self) -> None:
        self.stages: list[Callable[[Stage], AbstractContextManager[object]]] = []
        self.hits: list[Callable[[Sequence[Hit]], None]] = []
        self.replies: list[Callable[[Reply], None]] = []

    @contextmanager
    def stage(self, name: Stage) -> Generator[None, None, None]:
        """Surround one stage with what every observer makes of it."""
        with ExitStack() as surrounding:
            for observer in self.stages:
                surrounding.enter_context(observer(name))
            yield

    def found(self, hits: Sequence[Hit]) -> None:
        """Tell which passages were retrieved."""
        for observer in self.hits:
            observer(hits)

    def replied(self, reply: Reply) -> None:
        """Tell of a whole reply, before it is handed out."""
        for observer in self.replies:
            observer(reply)
