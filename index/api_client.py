"""The OpenAI SDK's client for one server, made when it is first asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openai import OpenAI

NO_KEY = "none"
"""What is sent to servers that want no key; the SDK insists on one."""


class ApiClient:
    """One server's client, shared by all threads. Nothing is imported or connected before `opened`."""

    def __init__(self, base_url: str, api_key: str, *, timeout_seconds: float, retries: int) -> None:
        self._base_url = base_url
        self._api_key = api_key or NO_KEY
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._lock = threading.Lock()
        self._client: OpenAI | None = None

    def opened(self) -> OpenAI:
        """The client; after `close` a new one."""
        # Imported here: the SDK takes half a second.
        from openai import OpenAI

        with self._lock:
            if self._client is None:
                self._client = OpenAI(
                    api_key=self._api_key,
                    base_url=self._base_url,
                    timeout=self._timeout_seconds,
                    max_retries=self._retries,
                )
            return self._client

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None
