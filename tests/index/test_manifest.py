"""The manifest says what the indexes hold, survives what happens to files, and notices damage."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from index import manifest as manifests
from index.errors import IndexUnavailable
from index.manifest import FILE_NAME, FileState, Leg, Manifest, find_damage, take_stock

LEG = Leg("lexical-1", "settings", 7, {"sv": 3}, {"a/b.bin": FileState(1, 2, 3)})


def test_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """What was written is read, and no other file is left beside it."""
    manifest = Manifest("identity", lexical=LEG)
    manifests.write(tmp_path, manifest)
    assert manifests.read(tmp_path) == manifest
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[]",
        "{",
        '{"format": 1}',
        '{"format": 0, "record": "r", "lexical": null, "vectors": null}',
        "\udcff",
    ],
)
def test_unusable_manifest_counts_as_none(tmp_path: Path, content: str) -> None:
    """A manifest that is missing, damaged or of another format is as none: the indexes are built anew."""
    assert manifests.read(tmp_path) is None
    (tmp_path / FILE_NAME).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert manifests.read(tmp_path) is None


def test_manifest_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A folder that cannot be written gives one line, and the former manifest stays."""
    with pytest.raises(IndexUnavailable, match="cannot be written"):
        manifests.write(tmp_path / "missing", Manifest("identity"))


def test_damage_is_found(tmp_path: Path) -> None:
    """A file with other content is found, whether its size, or only its bytes, have changed."""
    path = tmp_path / "inner" / "file.bin"
    path.parent.mkdir()
    path.write_bytes(b"content")
    (tmp_path / "skipped").write_bytes(b"1")
    states = take_stock(tmp_path, {}, skip=frozenset({"skipped"}))
    assert list(states) == ["inner/file.bin"]
    assert find_damage(tmp_path, states) is None
    path.write_bytes(b"garbage")
    os.utime(path, ns=(1, 1))
    assert "overwritten" in str(find_damage(tmp_path, states))
    path.write_bytes(b"garbage and more")
    assert "16 bytes instead of 7" in str(find_damage(tmp_path, states))


def test_copied_files_are_as_they_were(tmp_path: Path) -> None:
    """Files that a copy gave another time, and files that are gone, are no damage."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "kept").write_bytes(b"content")
    (tmp_path / "one" / "gone").write_bytes(b"content")
    states = take_stock(tmp_path / "one", {}, skip=frozenset())
    shutil.copytree(tmp_path / "one", tmp_path / "two", copy_function=shutil.copyfile)
    (tmp_path / "two" / "gone").unlink()
    assert find_damage(tmp_path / "two", states) is None


def test_known_files_are_not_read_again(tmp_path: Path) -> None:
    """Taking stock trusts a former state of the same size and time, so it costs nothing on large indexes."""
    (tmp_path / "file").write_bytes(b"content")
    status = (tmp_path / "file").stat()
    former = {"file": FileState(status.st_size, status.st_mtime_ns, 42)}
    assert take_stock(tmp_path, former, skip=frozenset()) == former
