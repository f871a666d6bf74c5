"""Kills builds of a folder of documents that changes between them.

`python -m tests.drills.build_kills --kills 50 --documents 10000` runs it at length; test_kills.py runs a little of it.
After every kill the index must open whole, with every document in a version that its file once had; in the end it must
equal, in all that it is made of, one that nobody disturbed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from index.library import open_library
from tests.drills.running import KILDE, environment
from tests.drills.whole import Whole, whole, write_documents

LATEST = 1.5
"""When a build is killed at the latest, as a multiple of what an undisturbed one took."""
ENDING_SECONDS = 20.0
"""How long the other processes of a build may take to end after the first one was killed."""


@dataclass
class Tally:
    """What was done; `first` kills came before the first build had come to its end."""

    kills: int = 0
    builds: int = 0
    first: int = 0
    seconds: float = 0.0


class Folder:
    """A folder of documents, and every version that each of them ever had, as SHA-256 by document id."""

    def __init__(self, path: Path, documents: int) -> None:
        self.path = write_documents(path, documents)
        self.files = {file: file.read_bytes() for file in sorted(path.rglob("*.txt"))}
        self.versions: dict[str, set[str]] = defaultdict(set)
        for file in self.files:
            self._note(file)

    def _note(self, file: Path) -> None:
        self.versions[file.stem].add(hashlib.sha256(file.read_bytes()).hexdigest())

    def change(self, chance: random.Random) -> None:
        """Change a fifth of the files, remove some, and bring some back as they were."""
        files = list(self.files)
        for file in chance.sample(files, len(files) // 5):
            file.write_bytes(self.files[file] + f"\nA new sentence, number {chance.random()}, stands here.\n".encode())
            self._note(file)
        for file in chance.sample(files, len(files) // 30):
            file.unlink(missing_ok=True)
        for file in chance.sample(files, len(files) // 10):
            file.write_bytes(self.files[file])


def start(texts: Path, data: Path) -> subprocess.Popen[bytes]:
    """`kilde index build`, in a session of its own."""
    settings = environment(data, seeds=str(texts))
    return subprocess.Popen([KILDE, "index", "build"], env=settings, stdout=subprocess.DEVNULL, start_new_session=True)


def finish(building: subprocess.Popen[bytes]) -> None:
    """Wait for a build, which must succeed."""
    assert building.wait() == 0, f"a build ended with {building.returncode}"


def kill(building: subprocess.Popen[bytes], *, whole_group: bool) -> None:
    """Kill all of its processes, or the first one; then the others must end by themselves."""
    (os.killpg if whole_group else os.kill)(building.pid, signal.SIGKILL)
    building.wait()
    end = time.monotonic() + ENDING_SECONDS
    while left := in_session(building.pid):
        assert time.monotonic() < end, f"processes {left} of a killed build are still there"
        time.sleep(0.05)


def in_session(session: int) -> list[int]:
    """The living processes of a session."""
    listed = subprocess.run(["ps", "-eo", "pid=,sess=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in listed.splitlines())
    return [int(pid) for pid, of, state in rows if int(of) == session and not state.startswith("Z")]


def check(data: Path, texts: Folder) -> None:
    """What there is opens, both legs know as much as the record, and every document is a version that its file had."""
    with open_library(data) as library:
        assert library.conditions() == {"record": "ok", "lexical": "ok", "vectors": "ok"}
        assert library.lexical.count() == sum(library.record.count().values())
        for name, version in library.record.details().items():
            assert version.sha256 in texts.versions[name], f"{name} is a version that there never was"


def drill(folder: Path, kills: int, documents: int, seed: int = 0) -> Tally:
    """Do it; raises AssertionError where anything is lost, doubled or half there, or a process is left behind."""
    chance, tally = random.Random(seed), Tally()  # noqa: S311 - a drill that can be repeated
    texts = Folder(folder / "texts", documents)
    began = time.monotonic()
    finish(start(texts.path, folder / "undisturbed"))
    tally.seconds = time.monotonic() - began
    print(f"an undisturbed build takes {tally.seconds:.0f} s", file=sys.stderr)
    data = folder / "data"
    while tally.kills < kills:
        building = start(texts.path, data)
        try:
            # Some come to their end, also where the machine has become slower: the folder changes then.
            building.wait(chance.uniform(0, LATEST * tally.seconds))
        except subprocess.TimeoutExpired:
            kill(building, whole_group=chance.random() < 0.5)
            tally.kills += 1
            tally.first += not tally.builds
            if (data / "record.sqlite3").exists():
                check(data, texts)
            print(f"{tally.kills} of {kills} killed", file=sys.stderr)
        else:
            finish(building)
            tally.builds += 1
            texts.change(chance)
    finish(start(texts.path, data))
    finish(start(texts.path, folder / "afterwards"))
    assert of(data) == of(folder / "afterwards")
    return tally


def of(data: Path) -> Whole:
    """All that an index is made of; not what is found, because rarities count removed passages for some time."""
    with open_library(data) as library:
        return whole(library, questions=())


def main() -> None:
    """Run the drill and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        tally = drill(Path(temporary), given.kills, given.documents, given.seed)
    print(
        f"{tally.kills} kills, {tally.first} of them of the first build, in builds of up to {tally.seconds:.0f} s; "
        f"{tally.builds} came to their end: equal to an undisturbed build, no process left"
    )


if __name__ == "__main__":
    main()
