"""Looks at a folder of documents: which files may become documents, and which are stored already as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from index.errors import NoDocuments, UnreadableDocument
from index.library import Library
from index.load import SUFFIXES, ambiguous_files, document_id, find_files, read_document, unread_files
from index.sources import read_sources
from index.versions import Version

_MOST_NAMED = 5
ADDED_INSTEAD = (
    "expected a name that no added document has, found {!r}: the added one stays; "
    "`kilde index remove` it to have the file instead"
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why. If it was indexed before, that version stays."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that may become a document. `version` is what it would be made from; its SHA-256 is not known yet."""

    path: Path
    id: str
    version: Version


def look(library: Library, folder: Path) -> tuple[list[File], list[Skipped]]:
    """Find the files that may become documents, and those that cannot because something else has their name.

    Raises:
        NoDocuments: the folder does not exist or holds no document.
        InvalidData: its `sources.toml` is malformed.
    """
    paths = find_files(folder)
    if not paths:
        others = ", ".join(path.name for path in list(unread_files(folder))[:_MOST_NAMED])
        found = f"only others ({others})" if others else "none"
        raise NoDocuments(f"expected documents ({', '.join(sorted(SUFFIXES))} files) in {folder}, found {found}")
    sources, ambiguous = read_sources(folder), ambiguous_files(paths)
    stored = library.record.details()
    files: list[File] = []
    # The path within the folder is kept, so that the folder may be moved.
    inside = f"{folder.as_posix().rstrip('/')}/"
    skipped = [Skipped(path, reason) for path, reason in (*ambiguous.items(), *unread_files(folder).items())]
    for path in paths:
        if path in ambiguous:
            continue
        name = document_id(path)
        said = asdict(sources[name]) if name in sources else None
        file = File(
            path, name, Version("", path.as_posix().removeprefix(inside), said, library.upkeep.preparation, "folder")
        )
        if outweighs(stored.get(name), file):
            skipped.append(Skipped(path, ADDED_INSTEAD.format(name)))
        else:
            files.append(file)
    return files, skipped


def outweighs(stored: Version | None, file: File) -> bool:
    """Whether a document was added by itself, from elsewhere, under the name that a file has."""
    return stored is not None and stored.origin == "added" and stored.path != str(file.path.resolve())


def is_stored(file: File, stored: Version | None) -> bool:
    """Whether a document was made from exactly this file, as it is now."""
    if stored is None or replace(stored, sha256="") != file.version:
        return False
    return sha256_of(file.path) == stored.sha256  # Where it cannot be read, reading it as a document says why.


def sha256_of(path: Path) -> str | None:
    """The SHA-256 of a file's bytes; None where it cannot be read."""
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None


def is_readable(path: Path, max_bytes: int) -> bool:
    """Whether a file can be taken in."""
    try:
        read_document(path, max_bytes=max_bytes)
    except UnreadableDocument:
        return False
    return True


def gone(files: Sequence[File], stored: Mapping[str, Version]) -> list[str]:
    """The documents that came from a folder and whose files are not among these."""
    present = {file.id for file in files}
    return [name for name, version in stored.items() if version.origin == "folder" and name not in present]
