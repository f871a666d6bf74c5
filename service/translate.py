"""Machine translations of quotes, always shown as such beside the quote: between Danish, Norwegian and Swedish by
Apertium where it is installed, or by whatever else keeps to `Translator`."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
"""One call takes 0.3 to 1.4 s on two busy cores; five times that is a machine that cannot do it."""
MAX_CHARACTERS = 20_000
"""What one call is given at most; quotes are a few hundred characters each."""
CODES = {"da": "dan", "nb": "nob", "nn": "nno", "sv": "swe"}
"""ISO 639-1 → the ISO 639-3 codes that Apertium's modes are named by."""

# A sign that no dictionary has passes through unchanged; blank lines keep Apertium from joining it to a sentence.
_SEPARATOR = "⁂"
# Left in a translation where a word was analysed but could not be written.
_BROKEN = ("<guio>", "#")


class Translator(Protocol):
    """Translates texts. `name` is shown as what made the translation."""

    name: str

    def translates(self, source: str, target: str) -> bool:
        """Whether it translates from one language (ISO 639-1) into another."""
        ...

    def translate(self, texts: Sequence[str], source: str, target: str) -> tuple[str | None, ...]:
        """The translations in the order of `texts`; None for a text that could not be translated. Never raises."""
        ...


class Apertium:
    """The `apertium` command, if it is installed. All texts of a language pair go through one call."""

    name = "Apertium"

    def __init__(self, command: str = "apertium", timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._command = command
        self._timeout_seconds = timeout_seconds

    @cached_property
    def modes(self) -> frozenset[str]:
        """The installed directions, such as "swe-dan"; none without the command."""
        if shutil.which(self._command) is None:
            return frozenset()
        listed = self._run(["-l"], "")
        return frozenset(listed.split()) if listed is not None else frozenset()

    def translates(self, source: str, target: str) -> bool:
        return source != target and _mode(source, target) in self.modes

    def translate(self, texts: Sequence[str], source: str, target: str) -> tuple[str | None, ...]:
        nothing = (None,) * len(texts)
        if not texts or not self.translates(source, target):
            return nothing
        lines = [" ".join(text.replace(_SEPARATOR, " ").split()) for text in texts]
        asked = f"\n\n{_SEPARATOR}\n\n".join(lines)
        if len(asked) > MAX_CHARACTERS:
            return nothing
        answered = self._run(["-u", _mode(source, target)], asked)
        if answered is None:
            return nothing
        parts = [part.strip() for part in answered.split(_SEPARATOR)]
        if len(parts) != len(texts):
            logger.warning("Apertium gave %d translations for %d texts; none is shown", len(parts), len(texts))
            return nothing
        return tuple(
            part if part and not any(mark in part and mark not in line for mark in _BROKEN) else None
            for part, line in zip(parts, lines, strict=True)
        )

    def _run(self, arguments: list[str], text: str) -> str | None:
        """What the command prints; None where it fails or takes too long."""
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command and listed modes; the text goes through stdin
                [self._command, *arguments],
                input=text,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=self._timeout_seconds,
                check=True,
            )
        except (OSError, subprocess.SubprocessError, UnicodeError) as error:
            logger.warning("Apertium could not be used: %s", error)
            return None
        return done.stdout


def _mode(source: str, target: str) -> str:
    return f"{CODES.get(source, source)}-{CODES.get(target, target)}"
