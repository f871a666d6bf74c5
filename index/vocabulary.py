"""The tokens of a language that have been met in texts, with what each says; and which of them say a given thing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

MAX_REMEMBERED = 10_000
"""Tokens of a language: some 500 bytes each, and half as much again where they are sought. Few words make up most of
any text, and what the others say is worked out anew within some 10 µs."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a token says wherever it stands: whether it is content, its weighted terms, its forms in entries."""

    content: bool
    terms: tuple[tuple[str, float], ...]
    keys: tuple[str, ...]


class Vocabulary:
    """What tokens say, worked out once each; read `said` directly where it has the token. Safe for several threads.

    One that is full is left to those who are reading from it, and another one begun.
    """

    def __init__(self, work_out: Callable[[str], Said], beginning: Container[str]) -> None:
        """`work_out` tells what a token says; `beginning` are the words that an entry of several may begin with."""
        self.said: dict[str, Said] = {}
        self._work_out = work_out
        self._beginning = beginning
        self._lock = threading.Lock()
        self._is_sought = False
        self._saying: dict[str, list[str]] = {}
        self._beginning_with: dict[str, list[str]] = {}

    @property
    def is_full(self) -> bool:
        """Whether it has as many tokens as are to be remembered."""
        return len(self.said) >= MAX_REMEMBERED

    def of(self, token: str) -> Said:
        """What a token says."""
        found = self.said.get(token)
        if found is None:
            found = self._work_out(token)
            with self._lock:
                # Whoever finds it in `said` also finds it under its terms.
                if self._is_sought:
                    self._note(token, found)
                self.said[token] = found
        return found

    def saying(self, terms: Iterable[str], beginnings: Iterable[str]) -> set[str]:
        """The tokens met so far that say one of these terms, or may stand for a word that an entry begins with."""
        with self._lock:
            # Only questions need it: who fills an index does not pay for it.
            if not self._is_sought:
                for token, found in self.said.items():
                    self._note(token, found)
                self._is_sought = True
            saying = [self._saying.get(term, ()) for term in terms]
            return set().union(*saying, *(self._beginning_with.get(word, ()) for word in beginnings))

    def _note(self, token: str, found: Said) -> None:
        for term, _ in found.terms:
            self._saying.setdefault(term, []).append(token)
        for key in found.keys:
            if key in self._beginning:
                self._beginning_with.setdefault(key, []).append(token)
