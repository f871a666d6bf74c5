"""Remembers which files could not be taken in, and why, so that they are not read again until they change.

By what is in them, in a small file beside the indexes: whoever deletes that only has them read once more.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from index.folder import sha256_of
from index.load import why_unreadable

FILE_NAME = "refused.json"


class Refusals:
    """Reasons by SHA-256. `settings` names what decides which files can be read: others begin anew."""

    def __init__(self, folder: Path, settings: str) -> None:
        self._path = folder / FILE_NAME
        self._settings = settings
        self._known: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            found = json.loads(self._path.read_text(encoding="utf-8"))
            if found["settings"] == settings:
                self._known = {str(sha256): str(reason) for sha256, reason in found["refused"].items()}

    def reason(self, path: Path) -> str | None:
        """Why a file could not be taken in, if it still is as it was then; None where it has to be read."""
        if not self._known:
            return None
        sha256 = sha256_of(path)
        reason = self._known.get(sha256) if sha256 else None
        if sha256 and reason:
            self._seen[sha256] = reason
        return reason

    def note(self, path: Path, max_bytes: int) -> None:
        """Remember a file that could not be taken in; it is read once more, for what is in it may have changed."""
        if found := why_unreadable(path, max_bytes=max_bytes):
            sha256, reason = found
            self._seen[sha256] = reason

    def save(self) -> None:
        """Keep those that were met since it was opened. Where that cannot be written, they are read again."""
        if self._seen == self._known:
            return
        temporary = self._path.with_name(f"{FILE_NAME}.{os.getpid()}")
        with suppress(OSError):
            text = json.dumps({"settings": self._settings, "refused": self._seen}, ensure_ascii=False, indent=1)
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self._path)
