"""The real application over the shipped documents."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from service.assistant import Assistant
from service.http.app import create_app


@pytest.fixture(scope="session")
def client(seeds_assistant: Assistant) -> TestClient:
    """A client of the application; it is not entered, so that the shared assistant is not closed."""
    return TestClient(create_app(seeds_assistant), raise_server_exceptions=False)
