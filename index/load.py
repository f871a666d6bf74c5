"""Takes files in: finds them, reads them strictly, and says in words why one cannot be read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from index.errors import NoDocuments, UnreadableDocument

SUFFIXES = frozenset({".txt", ".text", ".md"})
MAX_BYTES = 20_000_000  # The text of some sixty books; a larger file is a dump or a mistake, and costs memory.

# Control characters that text files hold: tab, the line breaks, form feed, and the older ones that readers treat as
# blanks. NUL and its neighbours stand in no text: they tell a binary file whose bytes happen to be valid UTF-8.
_BINARY = frozenset(map(chr, range(32))) - frozenset("\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f")


def find_files(folder: Path) -> list[Path]:
    """Return the supported files under a folder, sorted by path.

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
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(root)
        files += [
            here / name
            for name in names
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES and (here / name).is_file()
        ]
    return sorted(files)


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


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> tuple[str, str]:
    """Return a file's text and the SHA-256 (hexadecimal) of its bytes.

    The text is exactly `bytes.decode("utf-8")`: no newline, blank or Unicode normalisation. A byte order mark stays in
    the text as its first character (U+FEFF), so that offsets count it; the stages after this one treat it as a blank.

    Raises:
        UnreadableDocument: not there, not a regular file, not readable, empty or blank, too large (looked up before
            anything is read), not UTF-8, or binary. The message states what was expected and what was found.
    """
    data = _read_bytes(path, max_bytes)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableDocument(
            f"expected UTF-8 text, found {_name_of(data)} (byte 0x{data[error.start]:02x} at offset {error.start})"
        ) from None
    _refuse_binary(text)
    if not text.strip("\ufeff \t\r\n\v\f").strip():
        raise UnreadableDocument(f"expected text, found a file of {len(data):,} bytes that holds only blanks")
    return text, hashlib.sha256(data).hexdigest()


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    """Read at most `max_bytes`; a file that grows while it is read is refused, not cut."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableDocument("expected a regular file, found a folder, a device or a pipe")
        if status.st_size > max_bytes:
            raise UnreadableDocument(f"expected at most {max_bytes:,} bytes, found {status.st_size:,}")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise UnreadableDocument(f"expected a readable file, found: {error.strerror or error}") from None
    if len(data) > max_bytes:
        raise UnreadableDocument(f"expected at most {max_bytes:,} bytes, found a file that grew past it while read")
    if not data:
        raise UnreadableDocument("expected text, found an empty file (0 bytes)")
    return data


def _refuse_binary(text: str) -> None:
    for position, character in enumerate(text):
        if character in _BINARY:
            raise UnreadableDocument(
                f"expected text, found binary data (control character U+{ord(character):04X} at offset {position})"
            )


def _name_of(data: bytes) -> str:
    """Say in words what bytes that are not UTF-8 look like."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "what looks like UTF-16"
    if b"\0" in data[:4096]:
        return "binary data"
    return "another encoding or binary data"
