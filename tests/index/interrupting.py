"""Builds that are killed or run side by side; started by test_recovery as a process of its own.

It loads what takes long once and then forks, so that a build starts at once and a kill falls into the build. The
parent opens no index, so that nothing is forked that must not be.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from index import build as building
from index import upkeep
from index.build import build
from index.prepare import prepare
from tests.index.making import find, opened, shared_analyzer, write_texts

NAMES = tuple(f"d{number}" for number in range(6))
WORDS = ("wombat", "giraffe", "otter", "badger", "walrus", "heron")


def write_version(folder: Path, version: int) -> None:
    """Write every document anew; each names its own animal and the version."""
    texts = {
        name: f"On the {word}\n\n"
        + "\n\n".join(f"The {word} number {part} of version {version} sleeps." for part in range(8))
        + "\n"
        for name, word in zip(NAMES, WORDS, strict=True)
    }
    write_texts(folder / "texts", **texts)


def rebuild(folder: Path) -> None:
    """Open the library and build, as `kilde index build` does."""
    with opened(folder) as library:
        build(library, folder / "texts")


def check(folder: Path, versions: range) -> None:
    """Every document is there, whole, in one of the versions, and found; both indexes hold what the record holds."""
    with opened(folder) as library:
        for name, word in zip(NAMES, WORDS, strict=True):
            document = library.record.document(name)
            assert document, f"{name} is lost"
            found = {f"version {version} " for version in versions if f"version {version} " in document.text}
            assert len(found) == 1, f"{name} has {found}"
            passages = library.record.passages_of([name])
            assert sum(passage.text.count("sleeps.") for passage in passages) == document.text.count("sleeps.")
            assert find(library, f"Where does the {word} sleep?")[0] == name, f"{name} is not found"
        assert library.lexical.count() == sum(library.record.count().values())
        near = library.vectors.search(library.embedding.embed(["version sleeps"])[0], ["en"], 10_000)["en"]
        assert len(near) == library.lexical.count()


def fork(work: Callable[[], None]) -> int:
    """Run something in a child process and return its number; the child ends with 0 if it raised nothing."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def succeed(*children: int) -> None:
    """Wait for child processes, which must end with 0."""
    for child in children:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status == 0, f"process {child} ended with {status}"


def kill_builds(folder: Path, times: int) -> None:
    """Kill a build of a new version of everything at a random moment, look at what is left, and so on."""
    write_version(folder, 0)
    started = time.perf_counter()
    succeed(fork(lambda: rebuild(folder)))
    duration = time.perf_counter() - started
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    for version in range(1, times + 1):
        write_version(folder, version)
        child = fork(lambda: rebuild(folder))
        time.sleep(chance.uniform(0, duration))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        succeed(fork(lambda version=version: check(folder, range(version + 1))))  # type: ignore[misc] # bound now
    succeed(fork(lambda: rebuild(folder)))
    succeed(fork(lambda: check(folder, range(times, times + 1))))


def build_side_by_side(folder: Path) -> None:
    """Two first builds and two questions at the same time, then two builds of another version."""
    for version in range(2):
        write_version(folder, version)
        builds = [fork(lambda: rebuild(folder)) for _ in range(2)]
        if version:
            builds += [fork(lambda: opened(folder).close()) for _ in range(2)]
        succeed(*builds)
        succeed(fork(lambda version=version: check(folder, range(version, version + 1))))  # type: ignore[misc] # bound now


def main() -> None:
    """Do what the first argument says in the folder that the second one names."""
    folder = Path(sys.argv[2])
    import chromadb  # noqa: F401 - loaded before forking

    detect = opened(folder / "warm").detector.detect
    prepare(Path("warm.txt"), "A text.", "0" * 64, None, detect)
    shared_analyzer().passage("The wombats sleep.", "en")
    upkeep.MIN_RECENT, upkeep.RECENT_SHARE = 0, 0.0  # So that every build writes Chroma anew.
    building.CATCH_UP_AFTER = 3
    if sys.argv[1] == "kill":
        kill_builds(folder, times=int(sys.argv[3]) if len(sys.argv) > 3 else 8)
    else:
        build_side_by_side(folder)


if __name__ == "__main__":
    main()
