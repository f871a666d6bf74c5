"""Takes files in: finds them, reads them as their format has it, and says in words why one cannot be read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import IO

from index.errors import NoDocuments, UnreadableDocument
from index.formats import apart
from index.formats.extracted import Extracted
from index.formats.read import FORMATS
from index.phrases import DATA, read_names

SUFFIXES = frozenset(FORMATS)
MAX_BYTES = 20_000_000  # The text of some sixty books; a larger file is a dump or a mistake, and costs memory.

_TEXT = FORMATS[".txt"]
_ENDINGS = tuple(SUFFIXES)
_PAGES = (".html", ".htm")
_PAGE_FOLDERS = ("_files", "-filer", "_filer")  # as browsers in English, Danish, Norwegian and Swedish name them


class ChangedWhileRead(UnreadableDocument):
    """Somebody wrote to a file while it was read."""


def find_files(folder: Path, endings: tuple[str, ...] = _ENDINGS) -> list[Path]:
    """Return the files under a folder that have one of some endings, by default those that are read, sorted by path.

    Files and folders whose name starts with a dot are skipped, as is everything that is not a regular file; symbolic
    links to folders are not followed, so a link cannot make the walk endless or lead it out of the folder.

    Raises:
        NoDocuments: the folder does not exist or is not a folder.
    """
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        raise NoDocuments(f"expected a folder of documents at {folder}, found {found} there")
    files: list[Path] = []
    for root, folders, names in os.walk(folder):
        pages = {Path(name).stem for name in names if name.lower().endswith(_PAGES)}
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _belongs_to(name, pages))
        here = Path(root)
        supported = [here / name for name in names if not name.startswith(".") and name.lower().endswith(endings)]
        files += [path for path in supported if path.is_file()]
    return sorted(files, key=lambda path: path.parts)  # Paths themselves take ten times as long to compare.


def unread_files(folder: Path) -> Mapping[Path, str]:
    """Return the documents under a folder that are of a kind that is not read, each with what to do about it."""
    instead = {ending: kind for kind, endings in read_names(DATA / "unread_endings.toml").items() for ending in endings}
    return {
        path: f"expected one of {', '.join(sorted(SUFFIXES))}, found {path.suffix}, which is not read: "
        f"save it as {instead[path.suffix.lower()]}"
        for path in find_files(folder, tuple(instead))
    }


def _belongs_to(folder: str, pages: Set[str]) -> bool:
    """Whether a folder holds the pictures and frames of a page that a browser saved beside it."""
    return any(folder.removesuffix(ending) in pages for ending in _PAGE_FOLDERS if folder.endswith(ending))


def document_id(path: Path) -> str:
    """Return a document's id: its file's stem."""
    return path.stem


def ambiguous_files(paths: Iterable[Path]) -> Mapping[Path, str]:
    """Return the files that share their stem with an earlier one, each with the reason why it is skipped.

    A document's id is its file's stem, so two files with one stem would be one document; the first by path is kept.
    """
    first: dict[str, Path] = {}
    reasons: dict[Path, str] = {}
    for path in sorted(paths):
        kept = first.setdefault(document_id(path), path)
        if kept is not path:
            reasons[path] = (
                f"expected file names that differ without their ending, found {path.name} beside {kept}: "
                f"both would be the document {document_id(path)!r}; rename one of them"
            )
    return reasons


def read_document(path: Path, *, max_bytes: int = MAX_BYTES) -> tuple[Extracted, str]:
    """Return what a file holds, and the SHA-256 (hexadecimal) of its bytes.

    The text of a text file is exactly its decoded bytes: no newline, blank or Unicode normalisation. A byte order mark
    of UTF-8 stays in the text as its first character (U+FEFF), so that offsets count it; the stages after this one
    treat it as a blank. The text of other formats is what was taken out of them.

    Raises:
        ChangedWhileRead: somebody wrote to it meanwhile.
        UnreadableDocument: not there, not a regular file, not readable, empty or blank, too large (looked up before
            anything is read), binary, in an unknown encoding, or not what the ending of its
            name says. The message states what was expected and what was found.
    """
    data = _read_bytes(path, max_bytes)
    return extract(path, data, max_characters=max_bytes), hashlib.sha256(data).hexdigest()


def extract(path: Path, data: bytes, *, max_characters: int = MAX_BYTES) -> Extracted:
    """Return what the bytes of a file hold, read as the ending of its name says; one that is not known is text.

    Raises:
        UnreadableDocument: blank, binary, in an unknown encoding, not what its name says, or too long when unpacked.
    """
    try:
        suffix = path.suffix.lower()
        extracted = apart.read_apart(suffix, data) if suffix in apart.SUFFIXES else FORMATS.get(suffix, _TEXT)(data)
    except RecursionError:
        raise UnreadableDocument("expected a document, found a file that is nested too deeply") from None
    if not extracted.text.strip("\ufeff \t\r\n\v\f").strip():
        raise UnreadableDocument(f"expected text, found a file of {len(data):,} bytes that holds only blanks")
    if len(extracted.text) > max_characters:
        raise UnreadableDocument(f"expected at most {max_characters:,} characters, found {len(extracted.text):,}")
    return extracted


def why_unreadable(path: Path, *, max_bytes: int = MAX_BYTES) -> tuple[str, str] | None:
    """The SHA-256 of a file whose bytes can be read but are no document, and why; None for any other file."""
    try:
        data = _read_bytes(path, max_bytes)
    except UnreadableDocument:
        return None
    try:
        extract(path, data, max_characters=max_bytes)
    except UnreadableDocument as error:
        return hashlib.sha256(data).hexdigest(), str(error)
    return None


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    """Read at most `max_bytes`; a file that grows while it is read is refused, not cut."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableDocument("expected a regular file, found a folder, a device or a pipe")
        if status.st_size > max_bytes:
            raise UnreadableDocument(f"expected at most {max_bytes:,} bytes, found {status.st_size:,}")
        with path.open("rb", buffering=0) as file:
            before = state(file)
            # One byte more than there is, by which one that grows is told.
            data = file.read(min(max_bytes, before[0]) + 1)
            after = state(file)
    except OSError as error:
        raise UnreadableDocument(f"expected a readable file, found: {error.strerror or error}") from None
    if len(data) > max_bytes:
        raise UnreadableDocument(f"expected at most {max_bytes:,} bytes, found a file that grew past it while read")
    if before != after or len(data) != after[0]:
        raise ChangedWhileRead("expected a file that stays as it is, found one that changed while read; try again")
    if not data:
        raise UnreadableDocument("expected text, found an empty file (0 bytes)")
    return data


def state(file: IO[bytes]) -> tuple[int, int]:
    """Return the size of an open file, and when it was last written."""
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns
