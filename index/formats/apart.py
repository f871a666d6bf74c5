"""Reads files in a process of its own, which may be ended: a file can be built to keep its reader busy for ever.

A PDF or a page decides how much work it is, and no library stops in the middle. So what has a structure of its own is
read by a second process with a limit of time and of memory. It knows no key, and what it says is taken as data (JSON).
It stays for the next file; it ends when this process does.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.records import Fact, Part

SUFFIXES = frozenset({".pdf", ".docx", ".html", ".htm", ".eml"})
"""What is read apart. Plain text costs what it weighs."""
READING_SECONDS = 120.0
"""A book of a thousand pages takes some twenty."""
MAX_MEMORY_BYTES = 2_000_000_000
"""Of the reading process; the libraries take a tenth of it."""
_SECRET = ("KILDE_", "OPENAI_")


def read_apart(suffix: str, data: bytes, *, timeout_seconds: float = READING_SECONDS) -> Extracted:
    """Return what a file of one of SUFFIXES holds.

    Raises:
        UnreadableDocument: as the format's reader has it, or it took too long or too much memory.
    """
    reader = _take()
    try:
        found = reader.read(suffix, data, timeout_seconds)
    except BaseException:
        reader.close()
        raise
    _give_back(reader)
    if refused := found.get("refused"):
        raise UnreadableDocument(str(refused))
    facts = tuple(Fact(**fact) for fact in found["facts"])
    return Extracted(found["text"], facts, tuple(Part(**part) for part in found["parts"]))


class _Reader:
    """The other process."""

    def __init__(self) -> None:
        root = str(Path(__file__).parents[2])
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def read(self, suffix: str, data: bytes, timeout_seconds: float) -> dict[str, Any]:
        process, late = self._process, threading.Event()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        with suppress(BrokenPipeError):
            _say(process.stdin, {"suffix": suffix, "bytes": len(data)})
        # What importing the libraries takes is not the file's fault.
        if process.stdout.readline():
            timer = threading.Timer(timeout_seconds, _end, (process, late))
            timer.start()
            try:
                with suppress(BrokenPipeError):
                    process.stdin.write(data)
                    process.stdin.flush()
                answer = process.stdout.readline()
            finally:
                timer.cancel()
            if answer.endswith(b"\n"):
                found: dict[str, Any] = json.loads(answer)
                return found
        if late.is_set():
            raise UnreadableDocument(
                f"expected a file that can be read within {timeout_seconds:g} s, found one that takes longer"
            )
        raise UnreadableDocument("expected a file that can be read, found one that ended the process reading it")

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


_idle: list[_Reader] = []
_lock = threading.Lock()


def _take() -> _Reader:
    with _lock:
        reader = _idle.pop() if _idle else None
    if reader and reader.is_alive():
        return reader
    if reader:
        reader.close()
    return _Reader()


def _give_back(reader: _Reader) -> None:
    """Keep one process for the next file; several are only needed while several threads read."""
    with _lock:
        if not _idle:
            _idle.append(reader)
            return
    reader.close()


@atexit.register
def _close_idle() -> None:
    while _idle:
        _idle.pop().close()


# In the other process


def main() -> None:
    """Read files as they are asked for, until nobody asks any more."""
    _limit_memory()
    # What a library prints must not stand among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        read = _reader_of(asked["suffix"])
        _say(answers, {"ready": True})
        _say(answers, _answer(read, sys.stdin.buffer.read(asked["bytes"])))


def _answer(read: Callable[[bytes], Extracted], data: bytes) -> dict[str, Any]:
    try:
        found = read(data)
        return {
            "text": found.text,
            "facts": [asdict(fact) for fact in found.facts],
            "parts": [asdict(part) for part in found.parts],
        }
    except UnreadableDocument as error:
        return {"refused": str(error)}
    except RecursionError:
        return {"refused": "expected a document, found a file that is nested too deeply"}
    except MemoryError:
        return {"refused": "expected a file that can be read in little memory, found one that takes too much"}


def _reader_of(suffix: str) -> Callable[[bytes], Extracted]:
    # So that importing what reads does not count as reading.
    from index.formats.memory import make_reader
    from index.formats.read import FORMATS

    if suffix == ".pdf":
        import pypdf  # noqa: F401 - see above
    elif suffix == ".docx":
        make_reader()
    else:
        import trafilatura  # noqa: F401 - see above
    return FORMATS[suffix]


def _say(pipe: IO[bytes], message: dict[str, Any]) -> None:
    # Escaped to ASCII: one line, whatever the text holds.
    pipe.write(json.dumps(message).encode("ascii") + b"\n")
    pipe.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ModuleNotFoundError:
        return  # Windows has no such limits.
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


if __name__ == "__main__":
    main()
