"""Makes single documents in another process, so that the searches of this one keep the interpreter.

Reading, cleaning and analysing a document is two thirds of what an upload takes, from 60 ms to minutes for a large
PDF, and all of it Python: as a thread of the service it would take turns with every search. It is also where untrusted
files meet libraries that read them, which had better not end the service when they fail.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from index.errors import UnreadableDocument
from index.exchange import NewVersion
from index.making import Maker, ToMake
from index.neural import NeuralEmbedding
from index.worker import Finished, start_in_pool, warm_up, work

log = logging.getLogger(__name__)


class MakingAside:
    """Makes documents in a process that is started at the first one. Safe to use from several threads.

    Nobody waits for that process to start, which takes two seconds: until then documents are made in this one.
    """

    def __init__(self, *, max_tokens: int, max_bytes: int) -> None:
        self._limits = (max_tokens, max_bytes)
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._started: Future[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the process has started, and the next document is made in it."""
        started = self._started
        return started is not None and started.done() and started.exception() is None

    def make(self, file: ToMake, maker: Maker) -> NewVersion:
        """Make a version of a file as `maker` would.

        Args:
            maker: of this process; asked where the other one is not ready, or has another lexicon.

        Raises:
            UnreadableDocument: the file cannot be taken in, or reading it ended the process.
        """
        pool = self._ready()
        if pool is None:
            return maker.make(file)
        try:
            task = pool.submit(work, [file], *self._limits)
        except BrokenProcessPool:  # Somebody ended the process while it waited: this file has not.
            self._forget(pool)
            return maker.make(file)
        try:
            finished = task.result()
        except BrokenProcessPool:
            self._forget(pool)
            raise UnreadableDocument(
                "expected a file that can be read, found one at which the process that read it ended"
            ) from None
        return self._taken(finished, file, maker)

    def close(self) -> None:
        """End the process; what it has not begun is not made."""
        with self._lock:
            pool, self._pool, self._started = self._pool, None, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _ready(self) -> ProcessPoolExecutor | None:
        """The process if it can be given something to do; it is started if it is not yet."""
        with self._lock:
            if self._pool is None or self._started is None:
                # Not forked: a service has threads.
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, context, initializer=_start, initargs=self._limits)
                self._started = self._pool.submit(warm_up)
            if not self._started.done():
                return None
            pool, started = self._pool, self._started
        return None if started.exception() else pool  # Where it cannot be started at all, that is not tried again.

    def _forget(self, pool: ProcessPoolExecutor) -> None:
        """Have another process started for the next document."""
        log.warning("the process that reads documents has ended; the next document starts another one")
        with self._lock:
            if self._pool is pool:
                self._pool, self._started = None, None
        pool.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _taken(finished: Finished, file: ToMake, maker: Maker) -> NewVersion:
        if finished.fingerprint != maker.fingerprint:
            return maker.make(file)
        maker.words.learn(finished.words)
        (outcome,) = finished.outcomes
        if isinstance(outcome, str):
            raise UnreadableDocument(outcome)
        # Of a model the process knows nothing; that is asked later, as in `Maker.make`.
        return replace(outcome, vectors=None) if isinstance(maker.embedding, NeuralEmbedding) else outcome


def _start(max_tokens: int, max_bytes: int) -> None:
    # A service that is told to end takes in first what it has begun to; this process ends with it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    start_in_pool(max_tokens, max_bytes)
