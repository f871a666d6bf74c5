"""What the tests of the index share: a built library, in a copy for each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.index.making import built


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine")
    built(folder)[0].close()
    return folder


@pytest.fixture
def place(pristine: Path, tmp_path: Path) -> Path:
    """A copy of a built library, with its files' times, as nobody has touched it."""
    shutil.copytree(pristine, tmp_path / "place")
    return tmp_path / "place"
