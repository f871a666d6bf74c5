"""While the database of the record is away, a service that cannot be opened yet answers that it is not ready."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from index.errors import RecordAway
from index.library import open_record
from service.settings import Settings

TRY_AGAIN_SECONDS = 1.0

log = logging.getLogger(__name__)


def wait_for_record(settings: Settings, host: str, port: int) -> None:
    """Return when the record, which the settings have on a database server, can be opened.

    Raises:
        IndexUnavailable: it refuses, or has another version: waiting would not help.
    """
    url = settings.database_url.get_secret_value()
    try:
        open_record(settings.data_dir, url).close()
        return
    except RecordAway as error:
        reason = str(error)
    log.warning("%s; waiting for it", reason)
    with not_ready(host, port, reason):
        while True:
            time.sleep(TRY_AGAIN_SECONDS)
            try:
                open_record(settings.data_dir, url).close()
                log.info("the record is there")
                return
            except RecordAway:
                continue


@contextmanager
def not_ready(host: str, port: int, reason: str) -> Iterator[None]:
    """Answer on an address that the process is alive, and to everything else that it is not ready, and why."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    said: dict[str, object] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": reason}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/healthz":
                self._answer(HTTPStatus.OK, "application/json", {"status": "alive"})
            else:
                self._answer(status, "application/problem+json", said)

        do_POST = do_PUT = do_DELETE = do_GET

        def _answer(self, status: HTTPStatus, kind: str, body: dict[str, object]) -> None:
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(sent)))
            self.send_header("retry-after", "2")
            # What is left of a body unread must not be taken for the next request.
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class has it so
            pass

    with ThreadingHTTPServer((host, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="kilde-waiting")
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
