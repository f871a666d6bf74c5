"""What the derived indexes were built with and how far they have come: a small JSON file beside them.

The manifest is also what makes a rebuilt index the current one: it is written anew and renamed over the old one, so
that at any moment either the old index is in use or the new one, whole.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path

from index.errors import unwritable

FILE_NAME = "manifest.json"
FORMAT = 2
"""The version of this file's shape and of how the indexes are laid out; another one means to build them anew."""
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was left: any other content, and it was damaged."""

    size: int
    modified_ns: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Leg:
    """One derived index: its folder's name, the settings it was built with, and what it holds.

    `generation` is the record's when the index was last brought up to it; `passages` counts by language. `pending` are
    documents whose new version may be in the index before the record has it (`index.exchange`).
    """

    folder: str
    settings: str
    generation: int
    passages: Mapping[str, int]
    files: Mapping[str, FileState]
    pending: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """Both indexes, and the identity of the record that they are derived from. A leg that was never built is None."""

    record: str
    lexical: Leg | None = None
    vectors: Leg | None = None


def read(folder: Path) -> Manifest | None:
    """Return the manifest of a folder, or None where there is none that this code can use."""
    try:
        found = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            return None
        return Manifest(str(found["record"]), _leg(found["lexical"]), _leg(found["vectors"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # Missing or damaged: the indexes are built anew, as if there were none.


def write(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in the place of the former one, in one step that a crash or a power cut cannot halve.

    Raises:
        IndexUnavailable: the folder cannot be written.
    """
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1)
    temporary = folder / f"{FILE_NAME}.{os.getpid()}"
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / FILE_NAME)
        _sync_folder(folder)
    except OSError as error:
        raise unwritable(f"the folder {folder} cannot be written", error) from None


def take_stock(folder: Path, former: Mapping[str, FileState], *, skip: frozenset[str]) -> dict[str, FileState]:
    """Return the state of every file under a folder, by its path in it.

    Args:
        folder: where to look.
        former: states taken before; a file of the same size and time is not read again.
        skip: patterns of the names of files that look after themselves.
    """
    states: dict[str, FileState] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(fnmatch(path.name, one) for one in skip):
            name, status = path.relative_to(folder).as_posix(), path.stat()
            known = former.get(name)
            if known is None or (known.size, known.modified_ns) != (status.st_size, status.st_mtime_ns):
                known = FileState(status.st_size, status.st_mtime_ns, _crc32(path))
            states[name] = known
    return states


def find_damage(folder: Path, files: Mapping[str, FileState]) -> str | None:
    """Return which file is not as it was left, in words, or None. Files that are gone are not looked for.

    A file of another time but with the same content, as after a copy, is as it was left.
    """
    for name, state in files.items():
        path = folder / name
        try:
            status = path.stat()
            if status.st_size != state.size:
                return f"{path} has {status.st_size} bytes instead of {state.size}"
            if status.st_mtime_ns != state.modified_ns and _crc32(path) != state.crc32:
                return f"{path} was overwritten"
        except FileNotFoundError:
            continue
        except OSError as error:
            return f"{path} cannot be read: {error.strerror or error}"
    return None


def _leg(found: Mapping[str, object] | None) -> Leg | None:
    if found is None:
        return None
    files, passages, generation = found["files"], found["passages"], found["generation"]
    if not isinstance(files, dict) or not isinstance(passages, dict) or not isinstance(generation, int):
        raise ValueError("expected a leg's files, passages and generation")
    states = {name: FileState(**state) for name, state in files.items()}
    pending = found.get("pending", [])
    if not isinstance(pending, list):
        raise ValueError("expected a leg's pending documents as a list")
    return Leg(str(found["folder"]), str(found["settings"]), generation, passages, states, tuple(map(str, pending)))


def _crc32(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            checksum = zlib.crc32(block, checksum)
    return checksum


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows opens no folders, and renames without this.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
