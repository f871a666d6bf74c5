"""Whatever happens to the files or the process, no document is lost, no hit is wrong, and nobody has to help."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from index.build import build
from index.errors import IndexUnavailable
from index.lexical_upkeep import SKIP
from index.record import Record
from tests.index.making import TEXTS, find, opened, write_texts

ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}


def assert_recovered(place: Path) -> None:
    """Opening the library finds every document, by words and by vector, with nothing wrong among the hits."""
    for _ in range(2):
        with opened(place) as library:
            assert find(library, "Who kneads the dough?")[0] == "bread"
            assert find(library, "Vem kommer hem med torsk?", "sv")[0] == "sea"
            found = library.vectors.search(library.embedding.embed(["the train leaves the station"])[0])
            assert found["en"][0][0].startswith("trains:")
            assert sum(map(len, found.values())) == library.lexical.count() == sum(library.record.count().values())
            assert {name: library.record.document(name).text for name in TEXTS} == TEXTS  # type: ignore[union-attr] # all are there


def files(place: Path, leg: str) -> list[Path]:
    """The files of one index."""
    return sorted(path for path in (place / "data" / "derived").glob(f"{leg}-*/**/*") if path.is_file())


@pytest.mark.parametrize("leg", ["lexical", "vectors"])
@pytest.mark.parametrize("damage", ["garbage", "empty", "half", "one byte", "missing"])
def test_damaged_index_is_rebuilt(place: Path, leg: str, damage: str) -> None:
    """Whatever is done to all files of an index, it comes back from the record."""
    for path in files(place, leg):
        content = path.read_bytes()
        if damage == "missing":
            path.unlink()
        elif damage == "garbage":
            path.write_bytes(os.urandom(len(content)))
        elif damage == "one byte" and content:
            middle = len(content) // 2
            path.write_bytes(content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :])
        else:
            path.write_bytes(content[: len(content) // 2 if damage == "half" else 0])
    assert_recovered(place)


def test_each_damaged_file_is_noticed(place: Path) -> None:
    """Garbage in any single file of either index is noticed before it is opened; in tantivy's lists, on opening it."""
    with opened(place) as library:
        upkeep = library.upkeep
    for path in [*files(place, "lexical"), *files(place, "vectors")]:
        content, status = path.read_bytes(), path.stat()
        path.write_bytes(os.urandom(len(content)))
        manifest = upkeep.manifest()
        fault = upkeep.find_lexical_fault(manifest.lexical) or upkeep.find_vectors_fault(manifest)
        assert fault or not content or any(fnmatch(path.name, one) for one in SKIP), path
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert_recovered(place)


@pytest.mark.parametrize("name", ["meta.json", ".managed.json"])
def test_damaged_lists_of_tantivy_are_rebuilt(place: Path, name: str) -> None:
    """Garbage in the lists that tantivy keeps of its files has the index rebuilt."""
    (path,) = (place / "data" / "derived" / "lexical-1" / "en").glob(name)
    path.write_bytes(os.urandom(200))
    assert_recovered(place)


def test_damaged_manifest_is_rebuilt(place: Path) -> None:
    """Garbage in the manifest means to build both indexes anew."""
    (place / "data" / "derived" / "manifest.json").write_bytes(os.urandom(500))
    assert_recovered(place)


def test_remains_of_an_interrupted_build_are_removed(place: Path) -> None:
    """Folders and files that no manifest names go with the next build that writes."""
    derived = place / "data" / "derived"
    (derived / "vectors-9").mkdir()
    (derived / "vectors-9" / "chroma.sqlite3").write_bytes(b"half")
    (derived / "manifest.json.4711").write_text("half")
    (derived / "vectors-ahead").mkdir()
    with opened(place) as library:
        build(library, place / "texts")
    assert_recovered(place)
    assert sorted(path.name for path in derived.iterdir()) == ["lexical-1", "manifest.json", "vectors-1"]


def test_damaged_record_is_one_line_and_a_new_build_helps(place: Path) -> None:
    """Garbage in the record is one line with a way out; taking that way brings everything back from the folder."""
    record = place / "data" / "record.sqlite3"
    for file in record.parent.glob("record.sqlite3*"):
        file.unlink()
    record.write_bytes(os.urandom(10_000))
    with pytest.raises(IndexUnavailable, match="delete it and index again") as caught:
        opened(place)
    assert "\n" not in str(caught.value)
    record.unlink()
    with opened(place) as library:
        build(library, place / "texts")
    assert_recovered(place)


def test_record_that_another_process_keeps_for_itself_is_one_line(place: Path) -> None:
    """A record that another process has locked, even for reading, is one line, and opens once it is free."""
    path = place / "data" / "record.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(IndexUnavailable, match="locked by another process; wait") as caught:
        Record.open(path, busy_timeout_seconds=0.05)
    assert "\n" not in str(caught.value)
    other.close()
    assert_recovered(place)


def test_library_opens_while_another_process_writes(place: Path) -> None:
    """While another process builds, the last good indexes are opened and searched without waiting."""
    with opened(place) as writing:
        write_texts(place / "texts", snow="Snow\n\nThe plough clears the road after the blizzard.\n")
        with writing.writing():
            writing.record.remove("trains")
            with opened(place, lock_timeout_seconds=0) as reading:
                assert find(reading, "Who kneads the dough?")[0] == "bread"
                assert "trains" not in find(reading, "When does the train leave the station?")
        shutil.rmtree(place / "data" / "derived")
        with writing.writing(), pytest.raises(IndexUnavailable, match=rf"being written by process {os.getpid()}"):
            opened(place, lock_timeout_seconds=0)


@pytest.mark.parametrize("what", ["kill", "side by side"])
def test_interrupted_and_concurrent_builds(tmp_path: Path, what: str) -> None:
    """A build killed at any moment, or run twice at once, loses nothing: see `interrupting`, which asserts it."""
    command = [sys.executable, "-m", "tests.index.interrupting", what, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=120)
    assert done.returncode == 0, done.stderr
