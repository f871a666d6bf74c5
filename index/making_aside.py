"""Makes single documents in another process, so that the searches of this one keep the interpreter.

Reading, cleaning and analysing a document is two thirds of what an upload takes, and all of it Python: as a thread of
the service it would take turns with every search (docs/decisions/1002).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from index.errors import UnreadableDocument
from index.exchange import NewVersion
from index.making import Maker, ToMake
from index.neural import NeuralEmbedding
from index.worker import Finished, start_worker, warm_up, work

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
"""How long a document waits for the one before it; if that takes longer, it is made in this process."""


class MakingAside:
    """Makes documents in a process that is started after the first one. Safe to use from several threads.

    Nobody waits for that process to start, which takes two seconds: until then documents are made in this one, as they
    are where it cannot be started at all.
    """

    def __init__(self, *, max_tokens: int, max_bytes: int) -> None:
        self._limits = (max_tokens, max_bytes)
        self._lock = threading.Lock()
        self._other: tuple[BaseProcess, Connection] | None = None
        self._ready = False
        self._may_start = True

    def make(self, file: ToMake, maker: Maker) -> NewVersion:
        """Make a version of a file as `maker` would.

        Args:
            maker: of this process; asked where the other one is not ready or busy, or has another lexicon.

        Raises:
            UnreadableDocument: the file cannot be taken in, or ended the process that read it.
        """
        finished = self._asked(file)
        if finished is None or finished.fingerprint != maker.fingerprint:
            try:
                return maker.make(file)
            finally:
                self._start()  # Only now: this document is waited for.
        maker.words.learn(finished.words)
        (outcome,) = finished.outcomes
        if isinstance(outcome, str):
            raise UnreadableDocument(outcome)
        # Of a model the other process knows nothing; that is asked later, as in `Maker.make`.
        return replace(outcome, vectors=None) if isinstance(maker.embedding, NeuralEmbedding) else outcome

    def is_ready(self) -> bool:
        """Whether the other process has started and makes the next document."""
        with self._lock:
            return self._waits()

    def close(self) -> None:
        """End the other process, whatever it is doing."""
        self._may_start = False
        other = self._other
        if other is not None:
            other[0].kill()
        with self._lock:
            self._forget()

    def _asked(self, file: ToMake) -> Finished | None:
        """What the other process makes of a file; None where it should be made in this one."""
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            return None
        try:
            if self._other is None or not self._waits():
                return None
            process, pipe = self._other
            try:
                pipe.send(file)
                finished: Finished = pipe.recv()
                return finished
            except (EOFError, OSError):
                process.join()
                self._forget()
                if process.exitcode == -signal.SIGTERM:  # Everybody is told to stop; what was begun is finished first.
                    return None
                raise UnreadableDocument(
                    "expected a file that can be read, found one that ended the process reading it"
                ) from None
        finally:
            self._lock.release()

    def _waits(self) -> bool:
        """Whether the other process is there and can be asked; one that has ended is forgotten."""
        if self._other is None:
            return False
        process, pipe = self._other
        if not process.is_alive():
            log.warning("the process that makes documents has ended with status %s", process.exitcode)
            self._may_start = self._may_start and self._ready  # Else the next one would not come so far either.
            self._forget()
        elif not self._ready and pipe.poll():
            with suppress(EOFError, OSError):
                self._ready = pipe.recv()
        return self._ready

    def _start(self) -> None:
        if not self._lock.acquire(blocking=False):
            return  # It is there, and busy.
        try:
            if self._other is None and self._may_start:
                # Not forked: a service has threads.
                context = multiprocessing.get_context("spawn")
                pipe, its_pipe = context.Pipe()
                process = context.Process(target=_serve, args=(its_pipe, *self._limits), daemon=True)
                process.start()
                its_pipe.close()
                self._other = process, pipe
        finally:
            self._lock.release()

    def _forget(self) -> None:
        if self._other is not None:
            process, pipe = self._other
            pipe.close()
            process.join()
        self._other, self._ready = None, False


def _serve(pipe: Connection, max_tokens: int, max_bytes: int) -> None:
    """Make documents as they are asked for, until nobody asks any more: the other process."""
    # Of a Ctrl-C the process that it works for makes what there is to make.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    start_worker(max_tokens, max_bytes)
    warm_up()
    pipe.send(True)
    with suppress(EOFError):
        while True:
            pipe.send(work([pipe.recv()], max_tokens, max_bytes))


def _end_with(sentinel: int) -> None:
    """End when the process that it works for does, however that ends, and in the middle of a document, too."""
    wait([sentinel])
    os._exit(1)
