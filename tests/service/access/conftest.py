"""A record of its own, with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.record import Record
from service.access.keys import Keys


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    """The keys of a new record."""
    record = Record.open(tmp_path / "record.sqlite3")
    yield Keys(record)
    record.close()


@pytest.fixture
def anyio_backend() -> str:
    """uvicorn runs asyncio."""
    return "asyncio"
