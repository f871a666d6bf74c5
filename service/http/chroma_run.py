"""Starts `chroma run` over the current vector index and keeps it running, on loopback, for the workers of a service."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from index import manifest as manifests
from index import served

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
START_SECONDS = 90.0
"""It answers after one second, on a machine that is busy with other things after forty."""
PAUSE_SECONDS = 2.0
"""Between two starts, so that a server that cannot start is not started all the time."""
ENDING_SECONDS = 5.0
PULSE_SECONDS, PULSES = 5.0, 3
"""How often a server is asked whether it lives, and how many times in a row it may not say so."""


class ChromaRun:
    """One `chroma run` at a time, over whatever folder the manifest names; where it is, `index.served` tells workers.

    Without it, they open the folder by themselves: nothing that goes wrong here takes an answer away.
    """

    def __init__(self, derived: Path) -> None:
        """`derived` holds the indexes and their manifest."""
        self._derived = derived
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""
        self._url = ""
        self._pulse_due = 0.0
        self._missed = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="kilde-chroma", daemon=True)

    def start(self) -> None:
        """Begin, and wait until the first one answers, if there is an index to serve."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """End the server."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        with suppress(OSError):
            served.withdraw(self._derived)
        end(self._process)

    def _supervise(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                self._look()
            except OSError as error:
                log.warning("the Chroma server could not be started: %s", error)
                self._stopping.wait(PAUSE_SECONDS)

    def _look(self) -> None:
        """Start a server where the current index has none; the former one ends when the new one answers."""
        manifest = manifests.read(self._derived)
        wanted = manifest.vectors.folder if manifest and manifest.vectors else ""
        self._end_hung()
        died = self._process is not None and self._process.poll() is not None
        if died:
            log.warning(
                "the Chroma server ended with status %s; starting another", self._process and self._process.poll()
            )
        if not wanted or not (self._derived / wanted).is_dir() or (wanted == self._folder and not died):
            return
        former = self._process
        port = free_port()
        process = start_server(self._derived / wanted, port)
        if answers(process, port):
            self._process, self._folder, self._url, self._missed = process, wanted, f"http://127.0.0.1:{port}", 0
            served.announce(self._derived, wanted, self._url)
            log.info("the Chroma server answers for %s on port %d", wanted, port)
            end(former)
        else:
            end(process)
            log.warning("the Chroma server for %s does not answer; workers open the index themselves", wanted)
            self._stopping.wait(PAUSE_SECONDS)

    def _end_hung(self) -> None:
        """Kill a server that lives and does not answer."""
        process, now = self._process, time.monotonic()
        if process is None or process.poll() is not None or now < self._pulse_due:
            return
        self._missed = 0 if beats(self._url) else self._missed + 1
        self._pulse_due = now + PULSE_SECONDS
        if self._missed >= PULSES:
            log.error("the Chroma server does not answer; killing it")
            process.kill()
            process.wait()


def start_server(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start `chroma run`, as it was installed beside this Python."""
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder)]
    return subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until it answers; False when it ended, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if beats(f"http://127.0.0.1:{port}"):
            return True
        time.sleep(0.1)
    return False


def beats(url: str) -> bool:
    """Whether a server answers now."""
    with suppress(OSError, urllib.error.URLError):
        urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=2).close()  # noqa: S310 - our own, on loopback
        return True
    return False


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def end(process: subprocess.Popen[bytes] | None) -> None:
    """End a process that we started, and wait for it."""
    if process is None:
        return
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
