"""What supervises several workers, with workers that only show whether they live."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from service.http import workers
from service.http.heartbeat import Heartbeat
from service.http.sharing_socket import Shares
from service.http.workers import Workers
from service.settings import Settings


def hang_at_first(
    settings: Settings,
    host: str,
    port: int,
    listening: socket.socket,
    heartbeat: Heartbeat,
    shares: Shares,
    place: int,
) -> None:
    """Started for the first time it never serves; after that it does."""
    try:
        (settings.data_dir / "hangs").touch(exist_ok=False)
    except FileExistsError:
        heartbeat.beat()
        (settings.data_dir / "serves").touch()
    while True:
        time.sleep(60)


@pytest.mark.timeout(120)
def test_a_worker_that_hangs_before_it_serves_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has not shown any life yet, and is missed nevertheless."""
    monkeypatch.setattr(workers, "START_SECONDS", 12.0)
    settings = Settings(
        _env_file=None, data_dir=tmp_path, worker_timeout_seconds=5, drain_seconds=0, shutdown_seconds=1
    )
    end = threading.Event()

    def tell() -> None:
        while not ((tmp_path / "serves").exists() or end.wait(0.1)):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    teller = threading.Thread(target=tell)
    giving_up = threading.Timer(90, end.set)
    teller.start()
    giving_up.start()
    try:
        assert Workers(hang_at_first, settings, "127.0.0.1", 0, 1).run()
    finally:
        giving_up.cancel()
        end.set()
        teller.join()
    assert (tmp_path / "serves").exists()
