"""Processes that make documents for a build: one loads what making them needs, and the others are forked from it.

What takes each process a second and a half to load is loaded once, and its memory is theirs together. The process that
builds is not forked itself: it has threads. Where nothing can be forked safely, each process loads for itself.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from itertools import chain
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from index.errors import IndexUnavailable

if TYPE_CHECKING:
    from index.making import ToMake
    from index.worker import Finished

    _Task = tuple[Sequence[ToMake], Future[bytes]]

CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
"""The system libraries of macOS do not survive a fork."""


class CrewEnded(Exception):
    """A process of a crew was ended from outside."""


class Crew:
    """Some processes that make documents, until `close` or the end of this process, however it ends."""

    def __init__(self, count: int, *, max_tokens: int, max_bytes: int) -> None:
        """Start them; nobody waits until they are ready. `max_tokens` and `max_bytes` as a maker has them.

        Raises:
            IndexUnavailable: no process can be started.
        """
        context = multiprocessing.get_context("spawn")
        pairs = [context.Pipe() for _ in range(count)]
        watched, self._alive = context.Pipe(duplex=False)
        theirs = [their for _, their in pairs]
        for group in [theirs] if CAN_FORK else [[one] for one in theirs]:
            try:
                context.Process(target=_begin, args=(group, watched, max_tokens, max_bytes)).start()
            except OSError as error:
                raise IndexUnavailable(f"cannot start a process that prepares documents: {error.strerror}") from error
        for end in (*theirs, watched):
            end.close()
        self.count = count
        self._waiting: list[deque[_Task]] = [deque() for _ in pairs]
        self._is_busy = [False] * count
        self._given = 0
        self._closed = False
        self._changed = threading.Condition()
        # A thread waits for each process: it is given its next task though this process is busy storing.
        for number, (own, _) in enumerate(pairs):
            threading.Thread(target=self._give, args=(number, own), name=f"crew-{number}", daemon=True).start()

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, files: Sequence[ToMake], process: int | None = None) -> Future[bytes]:
        """Have files made; see `taken`. Raises CrewEnded in the future.

        Args:
            process: the number of the one that is to do it, unless another has nothing to do before it comes to it.

        Raises:
            CrewEnded: it was closed.
        """
        future: Future[bytes] = Future()
        with self._changed:
            if self._closed:
                raise CrewEnded
            number = self._given % self.count if process is None else process
            self._given += 1
            self._waiting[number].append((files, future))
            self._changed.notify_all()
        return future

    def close(self) -> None:
        """End the processes at once; nobody waits until they have ended. Closing again does nothing."""
        self._alive.close()
        with self._changed:
            self._closed = True
            for _, future in chain.from_iterable(self._waiting):
                future.cancel()
            self._changed.notify_all()

    def _give(self, number: int, connection: Connection) -> None:
        """Give a process one task after the other, until the crew is closed."""
        while task := self._next(number):
            files, future = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                connection.send(files)
                answer = connection.recv_bytes()
            except (EOFError, OSError) as error:
                ended = CrewEnded()
                ended.__cause__ = error
                future.set_exception(ended)
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(answer)

    def _next(self, number: int) -> _Task | None:
        with self._changed:
            self._is_busy[number] = False
            while not self._closed:
                # What is another's is taken only while that one is at work and has most to do.
                own = self._waiting[number]
                others = (some for some, busy in zip(self._waiting, self._is_busy, strict=True) if busy)
                if some := own or max(others, key=len, default=own):
                    self._is_busy[number] = True
                    return some.popleft()
                self._changed.wait()
        return None


def taken(answer: bytes) -> Finished:
    """What a process has made of its files; raises what it failed with."""
    found: Finished | Exception = pickle.loads(answer)  # noqa: S301 - from a process of our own
    if isinstance(found, Exception):
        raise found
    return found


def _begin(ends: list[Any], watched: Any, max_tokens: int, max_bytes: int) -> None:
    """Load what is needed, and go on as so many processes as there are ends of connections."""
    # Of a Ctrl-C the process that builds makes what there is to make.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Every core has its process; and threads would be lost in a fork.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    # What is loaded stays; and the others must not copy it because the collector looks at it.
    gc.disable()
    from index.worker import start_worker, warm_up, work

    start_worker(max_tokens, max_bytes)
    warm_up()
    gc.freeze()
    gc.enable()

    def serve(end: Connection) -> None:
        for other in ends:
            if other is not end:
                other.close()
        _serve(end, watched, lambda files: work(files, max_tokens, max_bytes))

    if len(ends) == 1:
        serve(ends[0])
    children = []
    for end in ends:
        child = os.fork()
        if child == 0:
            serve(end)
        children.append(child)
    for end in ends:
        end.close()
    for child in children:
        os.waitpid(child, 0)


def _serve(end: Connection, watched: Connection, work: Callable[[Sequence[ToMake]], Finished]) -> None:
    """Do what is asked for until nobody asks any more; does not return."""
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()
    while True:
        try:
            files = end.recv()
        except (EOFError, OSError):
            os._exit(0)
        try:
            answer = pickle.dumps(work(files), protocol=pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            answer = pickle.dumps(error)
        try:
            end.send_bytes(answer)
        except OSError:
            os._exit(0)


def _end_with(watched: Connection) -> None:
    """End at once when the other end is closed: in the middle of a document, too, that nobody waits for any more."""
    wait([watched])
    os._exit(0)
