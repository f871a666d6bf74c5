"""A glosser over the shipped lexicon."""

from __future__ import annotations

import pytest

from index.lexicon import load_lexicon
from service.gloss import Glosser


@pytest.fixture(scope="session")
def glosser() -> Glosser:
    """The real glosser; it keeps nothing of what it is asked but caches."""
    return Glosser(load_lexicon())
