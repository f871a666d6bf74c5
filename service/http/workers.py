"""Several processes that answer on one address, and what keeps them running.

Every worker is a whole service: it answers, takes documents in, and reads what the others have stored with its next
question. One at a time writes (`index.lock`).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from types import FrameType

from index.inspection import DERIVED_NAME
from service.http.chroma_run import ChromaRun
from service.http.heartbeat import Heartbeat
from service.http.metrics import SHARED_FOLDER
from service.http.sharing_socket import Shares
from service.settings import Settings

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
MAX_FAILED = 5
"""So many workers in a row that ended by themselves before they had served: it makes no sense, unless others serve."""
START_SECONDS = 300.0
"""How long a worker may take until it serves: seconds, also with a million passages; a disk may be slow."""
SPARE_SECONDS = 10.0
"""What a worker may take to end, beyond the time that the settings give it."""

Work = Callable[[Settings, str, int, socket.socket, Heartbeat, Shares, int], None]
"""Serves on a socket that is listened on, until it is told to stop; its event loop beats.

The last two say how many connections every worker has, and which of them this one is."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    heartbeat: Heartbeat
    started: float

    def silence(self, timeout_seconds: float) -> float:
        """For how many seconds it has shown no life, where that is too long; 0 otherwise."""
        if self.heartbeat.begun:
            silent, longest = self.heartbeat.silent_seconds(), timeout_seconds
        else:
            silent, longest = time.monotonic() - self.started, max(START_SECONDS, timeout_seconds)
        return silent if silent > longest else 0.0


class Workers:
    """Runs `count` workers until SIGTERM or Ctrl-C; starts another for each that ends, and ends each that hangs."""

    def __init__(self, work: Work, settings: Settings, host: str, port: int, count: int) -> None:
        self._work = work
        self._settings = settings
        self._address = host, port
        self._count = count
        self._context = multiprocessing.get_context("spawn")  # Not forked: libraries have threads of their own.
        self._shares = Shares(count)
        self._workers: list[_Worker] = []
        self._told = threading.Event()
        self._failed = 0

    def run(self) -> bool:
        """Serve; return whether it ended because it was told to. Raises OSError where the address cannot be had."""
        with ExitStack() as stack:
            listening = stack.enter_context(socket.create_server(self._address, backlog=2048))
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kilde-metrics-"))
            stack.enter_context(_environment(SHARED_FOLDER, folder))
            if not (self._settings.chroma_url or self._settings.index_url):
                chroma = ChromaRun(self._settings.data_dir / DERIVED_NAME)
                chroma.start()
                stack.callback(chroma.stop)
            stack.enter_context(_signals(self._tell))
            self._workers = [self._start(listening, place) for place in range(self._count)]
            while not self._told.wait(POLL_SECONDS):
                self._end_hung()
                self._replace_dead(listening)
                if self._failed >= MAX_FAILED and not any(worker.heartbeat.begun for worker in self._workers):
                    log.error("workers end as soon as they are started; giving up")
                    break
            self._end()
        return self._told.is_set()

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self._told.set()

    def _start(self, listening: socket.socket, place: int) -> _Worker:
        heartbeat = Heartbeat()
        self._shares.note(place)
        arguments = (self._settings, *self._address, listening, heartbeat, self._shares, place)
        process = self._context.Process(target=self._work, args=arguments, name="kilde-worker")
        process.start()
        log.info("worker %d started", process.pid)
        return _Worker(process, heartbeat, time.monotonic())

    def _end_hung(self) -> None:
        """Kill whoever has been silent for too long: it may be stopped, and would not hear that it should leave."""
        for worker in self._workers:
            silent = worker.silence(self._settings.worker_timeout_seconds)
            if silent and worker.process.is_alive():
                log.error("worker %s has been silent for %.0f seconds; killing it", worker.process.pid, silent)
                worker.process.kill()
                worker.process.join()

    def _replace_dead(self, listening: socket.socket) -> None:
        for place, worker in enumerate(self._workers):
            if worker.process.is_alive():
                continue
            self._forget(worker)
            # Who was killed, because memory was short, say, did not fail by itself.
            failed = (worker.process.exitcode or 0) > 0 and not worker.heartbeat.begun
            self._failed = self._failed + 1 if failed else 0
            log.warning("worker %s ended with status %s", worker.process.pid, worker.process.exitcode)
            self._workers[place] = self._start(listening, place)

    def _forget(self, worker: _Worker) -> None:
        """Take what a dead worker had in progress out of the metrics."""
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.process.pid)  # type: ignore[no-untyped-call]  # it has no annotations

    def _end(self) -> None:
        """Tell all to stop, wait for as long as they may take, and end those that take longer."""
        deadline = time.monotonic() + self._settings.drain_seconds + self._settings.shutdown_seconds + SPARE_SECONDS
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                log.error("worker %s does not end; killing it", worker.process.pid)
                worker.process.kill()
                worker.process.join()


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable for the processes that are started meanwhile."""
    former = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if former is None:
            del os.environ[name]
        else:
            os.environ[name] = former


@contextmanager
def _signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have a handler called at SIGTERM and Ctrl-C."""
    former = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, action in former.items():
            signal.signal(number, action)
