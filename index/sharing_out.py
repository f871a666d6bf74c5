"""Shares files out to processes so that each meets few languages.

Processes that take files as they come each meet nearly every word of every language, and what is to be known of a word
is worked out in each of them. Files that look like one language go to the same process, as far as all have as much to
do: with texts in five languages two of them take a fifth less time (docs/decisions/1013).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.lexicon import Lexicon

if TYPE_CHECKING:
    from index.making import ToMake

FILES_A_TASK, BYTES_A_TASK = 128, 300_000
"""What is made at once, of small files and of larger ones; one file at least."""
TASKS_AT_A_TIME = 4
"""Tasks a process that are shared out together: their files are put in another order, and what is made of them waits
until it can be given back in the files' own order."""
LAST_TASKS = 2
"""Of the last files half of what is left is shared out at a time, down to this: others are stored while it is made."""
BEGINNING = 500
"""Bytes of a file that tell which language it may be in."""
ORDER = ("en", "sv", "da", "nb", "nn")
"""Languages with those beside one another that share many words."""

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Share:
    """What one process is to make at once: files, and the place of each among those that are shared out together."""

    process: int
    places: tuple[int, ...]
    files: tuple[ToMake, ...]


class SharingOut:
    """Shares files out to so many processes."""

    def __init__(self, lexicon: Lexicon, processes: int) -> None:
        self._processes = processes
        functions = [concept for concept in lexicon.concepts.values() if concept.pos == "func"]
        self._functions = [
            frozenset(word for concept in functions for word in concept.words[language]) for language in ORDER
        ]

    def of(self, files: Sequence[ToMake]) -> Iterator[list[Share]]:
        """The shares of some files, then of those that follow them, and so on; each file is in one of them."""
        start = 0
        while start < len(files):
            tasks = self._processes * TASKS_AT_A_TIME
            left = (len(files) - start) / 2 / FILES_A_TASK
            tasks = max(LAST_TASKS, min(tasks, int(left)))
            looks: list[tuple[int, int]] = []
            size = 0
            for file in files[start : start + tasks * FILES_A_TASK]:
                looks.append(self._look(file.path))
                size += looks[-1][1]
                if size >= tasks * BYTES_A_TASK:
                    break
            yield list(self._shares(files[start : start + len(looks)], looks, size))
            start += len(looks)

    def _shares(self, files: Sequence[ToMake], looks: Sequence[tuple[int, int]], size: int) -> Iterator[Share]:
        """Files by language, cut into as much for each process, and that into tasks.

        Args:
            looks: of each file the place of its language, and its bytes.
            size: the bytes of all.
        """
        places: list[int] = []
        process = before = bytes_ = 0
        for place in sorted(range(len(files)), key=lambda place: looks[place][0]):
            own = min(self._processes - 1, before * self._processes // max(1, size))
            if places and (own != process or len(places) >= FILES_A_TASK or bytes_ >= BYTES_A_TASK):
                yield Share(process, tuple(places), tuple(files[place] for place in places))
                places, bytes_ = [], 0
            process = own
            places.append(place)
            before += looks[place][1]
            bytes_ += looks[place][1]
        if places:
            yield Share(process, tuple(places), tuple(files[place] for place in places))

    def _look(self, path: Path) -> tuple[int, int]:
        """The place of the language that a file may be in, in ORDER, and the bytes that it has."""
        try:
            # Without waiting, should somebody have put a pipe in the file's place.
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except OSError:
            return 0, 0  # What is the matter with it is said where it is read.
        try:
            size, data = os.fstat(descriptor).st_size, os.read(descriptor, BEGINNING)
        except OSError:
            return 0, 0
        finally:
            os.close(descriptor)
        words = set(_WORD.findall(data.decode(errors="ignore").lower()))
        counts = [len(functions & words) for functions in self._functions]
        return counts.index(max(counts)), size
