"""Remembers what is to be known of the pieces of texts between blanks: nearly all have been met before.

A pattern that reads a text letter by letter takes a third to a half longer than cutting it at its blanks and looking up
the pieces (docs/decisions/1014).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Known = TypeVar("Known")

MAX_REMEMBERED = 50_000
"""Pieces, with the marks that stand at them: some 150 bytes each."""
LONGEST = 40
"""Letters of a piece that is remembered: longer ones are rare, and seldom met again."""


class Pieces(dict[str, Known]):
    """What is to be known of pieces, worked out where one is first asked for. Safe for several threads."""

    def __init__(self, work_out: Callable[[str], Known]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, piece: str) -> Known:
        found = self._work_out(piece)
        if len(piece) <= LONGEST:
            if len(self) >= MAX_REMEMBERED:
                self.clear()  # Whoever reads meanwhile works it out again.
            self[piece] = found
        return found
