"""How the file of a document is named to people."""

from __future__ import annotations

import os
from pathlib import Path


def locate(folder: Path, path: str) -> str:
    """A file within the folder of documents, as somebody in the current directory would write its path."""
    found = folder / path
    if not found.is_absolute():
        return str(found)
    near = os.path.relpath(found)
    return str(found) if near.startswith(os.pardir) else near
