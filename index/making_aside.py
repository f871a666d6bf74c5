"""Takes in single documents in another process, so that the searches of this one keep the interpreter and the disk.

Reading, cleaning and analysing a document is two thirds of what an upload takes, all of it Python; and who stores it
lets go of files, waits for the disk, and keeps Python's lock meanwhile (docs/decisions/1002). Where record and engine
are in the data folder, the other process changes them as any process may (docs/decisions/0204); else it makes the
document, and this one stores it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import IndexUnavailable, UnreadableDocument
from index.exchange import NewVersion, Outcome, put
from index.lock import writer_lock
from index.making import Maker, ToMake
from index.neural import NeuralEmbedding
from index.subwords import SubwordEmbedding
from index.worker import Finished, start_worker, the_worker, warm_up, work

if TYPE_CHECKING:
    from index.engine import EngineUpkeep
    from index.upkeep import Upkeep

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
"""How long a document waits for the one before it; if that takes longer, it is taken in by this process."""
STARTING_SECONDS = 60.0
"""How long a document whose process was ended waits for the next one; starting takes two seconds."""
ATTEMPTS = 2
"""Processes that may end over a document before it is refused."""


@dataclass(frozen=True, slots=True)
class Place:
    """The data folder in which another process changes record and engine, and the settings that they are used with."""

    data_dir: Path
    record: Path
    vector_index_above: int


@dataclass(frozen=True, slots=True)
class Task:
    """A file to take in, how long to wait for the writer lock, and the analysis it wants."""

    file: ToMake
    timeout_seconds: float
    fingerprint: str


def place_of(upkeep: EngineUpkeep) -> Place | None:
    """Where another process changes record and engine by itself; None where a part is elsewhere, or a model is asked.

    There it would need keys and connections of its own, and what it stores of a passage is the smaller part.
    """
    from index.upkeep import Upkeep

    url = upkeep.record.engine.url
    if not isinstance(upkeep, Upkeep) or upkeep.chroma_url or type(upkeep.embedding) is not SubwordEmbedding:
        return None
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    record = Path(url.database)
    return Place(upkeep.data_dir, record, upkeep.vector_index_above) if record.parent == upkeep.data_dir else None


def taken(finished: Finished, maker: Maker) -> NewVersion:
    """The version that the other process has made, with what `maker` learns of it.

    Raises:
        UnreadableDocument: the file cannot be taken in.
    """
    maker.words.learn(finished.words)
    (outcome,) = finished.outcomes
    if isinstance(outcome, str):
        raise UnreadableDocument(outcome)
    # Of a model the other process knows nothing; that is asked later, as in `Maker.make`.
    return replace(outcome, vectors=None) if isinstance(maker.embedding, NeuralEmbedding) else outcome


class _Ended(Exception):
    """The other process has ended over a document."""


class MakingAside:
    """Takes documents in by a process that is started after the first one. Safe to use from several threads.

    Nobody waits for that process to start, which takes two seconds: until then it is left to this one, as it is where
    the other one cannot be started at all.
    """

    def __init__(self, max_tokens: int, max_bytes: int, place: Place | None = None) -> None:
        """Take the settings of documents; `place` is where the other process stores them, None where it does not."""
        self._settings: tuple[int, int, Place | None] = (max_tokens, max_bytes, place)
        self._lock = threading.Lock()
        self._other: tuple[BaseProcess, Connection] | None = None
        self._fingerprint = ""
        self._may_start = True
        self._closed = False

    def ask(self, task: Task) -> Outcome | Finished | None:
        """What the other process did with a file: stored it, or only made it; None where this one should take it in.

        A file that ends the process is given to another one once.

        Raises:
            UnreadableDocument: the file cannot be taken in, or ended the processes that took it in.
            IndexUnavailable: it cannot be stored.
        """
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            return None
        try:
            for attempt in range(ATTEMPTS):
                if attempt:
                    self._await_next()
                if not self._waits() or self._other is None or self._fingerprint != task.fingerprint:
                    return None
                with suppress(_Ended):
                    return self._asked(self._other, task)
        finally:
            self._lock.release()
        raise UnreadableDocument("expected a file that can be read, found one that ended the process reading it")

    def start(self) -> None:
        """Start the other process, unless it is there, or cannot be started."""
        if not self._lock.acquire(blocking=False):
            return  # It is there, and busy.
        try:
            self._start()
        finally:
            self._lock.release()

    def is_ready(self) -> bool:
        """Whether the other process has started and takes the next document."""
        with self._lock:
            return self._waits()

    def close(self) -> None:
        """End the other process, whatever it is doing."""
        self._closed = True
        other = self._other
        if other is not None:
            other[0].kill()
        with self._lock:
            self._forget()

    def _asked(self, other: tuple[BaseProcess, Connection], task: Task) -> Outcome | Finished | None:
        """Ask the other process; None where it was told to stop. Raises what it raised, and _Ended."""
        process, pipe = other
        try:
            pipe.send(task)
            answer = pipe.recv()
        except (EOFError, OSError):
            process.join()
            self._forget()
            if process.exitcode == -signal.SIGTERM:  # Everybody is told to stop; what was begun is finished first.
                return None
            if self._closed:
                raise IndexUnavailable("expected to store a document, found that the library was closed") from None
            log.warning("the process that takes in documents was ended over %s", task.file.version.path)
            raise _Ended from None
        if isinstance(answer, Exception):
            raise answer
        found: Outcome | Finished = answer
        return found

    def _await_next(self) -> None:
        """Start another process, and wait until it is ready, or has ended before that."""
        self._start()
        end = time.monotonic() + STARTING_SECONDS
        while not self._waits() and self._other is not None and time.monotonic() < end:
            process, pipe = self._other
            wait([pipe, process.sentinel], timeout=1.0)

    def _waits(self) -> bool:
        """Whether the other process is there and can be asked; one that has ended is forgotten."""
        if self._other is None:
            return False
        process, pipe = self._other
        if not process.is_alive():
            log.warning("the process that takes in documents has ended with status %s", process.exitcode)
            self._may_start = self._may_start and bool(self._fingerprint)  # Else the next one would not come so far.
            self._forget()
        elif not self._fingerprint and pipe.poll():
            with suppress(EOFError, OSError):
                self._fingerprint = pipe.recv()
        return bool(self._fingerprint)

    def _start(self) -> None:
        if self._other is None and self._may_start and not self._closed:
            # Not forked: a service has threads.
            context = multiprocessing.get_context("spawn")
            pipe, its_pipe = context.Pipe()
            process = context.Process(target=_serve, args=(its_pipe, *self._settings), daemon=True)
            process.start()
            its_pipe.close()
            self._other = process, pipe

    def _forget(self) -> None:
        if self._other is not None:
            process, pipe = self._other
            pipe.close()
            process.join()
        self._other, self._fingerprint = None, ""


def _serve(pipe: Connection, max_tokens: int, max_bytes: int, place: Place | None) -> None:
    """Take in documents as that is asked for, until nobody asks any more: the other process."""
    # Of a Ctrl-C the process that it works for makes what there is to make.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    start_worker(max_tokens, max_bytes)
    warm_up()
    upkeep = None if place is None else _opened(place, max_tokens)
    pipe.send(the_worker().fingerprint)
    with suppress(EOFError):
        while True:
            task: Task = pipe.recv()
            try:
                if upkeep is None:
                    pipe.send(work([task.file], max_tokens, max_bytes))
                else:
                    pipe.send(_stored(upkeep, task))
            except Exception as error:
                pipe.send(error)


def _opened(place: Place, max_tokens: int) -> Upkeep:
    """What changes the record and the engine of a data folder; nothing is opened for searching."""
    # Imported here: who only makes documents has no need of it.
    from index.basis import Basis, parts_of
    from index.record import Record
    from index.upkeep import Upkeep

    record = Record.open(place.record)
    basis = Basis.of(place.data_dir, record, the_worker().analyzer, None, max_tokens)
    return Upkeep(*parts_of(basis), vector_index_above=place.vector_index_above)


def _stored(upkeep: Upkeep, task: Task) -> Outcome:
    made = the_worker().make(task.file)
    with writer_lock(upkeep.data_dir, timeout_seconds=task.timeout_seconds):
        return put(upkeep, made, task.file.version)


def _end_with(sentinel: int) -> None:
    """End when the process that it works for does, however that ends, and in the middle of a document, too."""
    wait([sentinel])
    os._exit(1)
