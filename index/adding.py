"""Adds single documents that stay until they are removed, and removes documents by their id."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from index.errors import KildeError
from index.exchange import Outcome, put, remove
from index.library import LOCK_TIMEOUT_SECONDS, Library
from index.making import ToMake
from index.making_aside import Task, taken
from index.sources import SourceInfo
from index.versions import Version

MAX_ID_CHARACTERS = 200


class InvalidId(KildeError):
    """A text cannot be a document's id."""


def check_id(document_id: str) -> str:
    """Return an id that may be a document's: 1 to 200 characters, printed ones and blanks, and no slash.

    It only ever names a row of the record, never a file. "." and ".." are no ids because no URL can name them.

    Raises:
        InvalidId: it is none; the message says what was expected and found.
    """
    if not document_id.strip() or len(document_id) > MAX_ID_CHARACTERS:
        raise InvalidId(
            f"expected a document id of 1 to {MAX_ID_CHARACTERS} characters, found {len(document_id.strip()):,}"
        )
    # Controls, surrogates, and line and paragraph separators; the format characters stay: emoji are made of them.
    if "/" in document_id or any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in document_id):
        raise InvalidId("expected a document id without slashes and control characters, found one")
    if document_id in {".", ".."}:
        raise InvalidId(f"expected the name of a document, found {document_id!r}")
    return document_id


def add(
    library: Library,
    file: Path,
    document_id: str,
    *,
    path: str,
    source: SourceInfo | None = None,
    timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> Outcome:
    """Make a file a document that stays, whatever the folder of documents holds; the same again changes nothing.

    Args:
        file: what is read, once.
        document_id: its id.
        path: what the document says of where it comes from; its stem must be the id.
        source: what is known of it that its text does not say.
        timeout_seconds: how long to wait for another process that is writing.

    Raises:
        InvalidId: the id cannot be one.
        UnreadableDocument: the file cannot be taken in; the message is the reason. A former version stays.
        IndexUnavailable: another process is writing, or nothing can be written.
    """
    check_id(document_id)
    if Path(path).stem != document_id:
        raise InvalidId(f"expected a path with the stem {document_id!r}, found {path!r}")
    said = asdict(source) if source and any(asdict(source).values()) else None
    wanted = Version("", path, said, library.upkeep.preparation, "added")
    return _take_in(library, ToMake(file, wanted), timeout_seconds)


def _take_in(library: Library, file: ToMake, timeout_seconds: float) -> Outcome:
    """Make a document and store it: in the library's other process as far as that can, and else in this one."""
    maker, aside = library.maker(), library.aside
    found = aside.ask(Task(file, timeout_seconds, maker.fingerprint)) if aside else None
    if isinstance(found, str):
        return found
    try:
        # Before the lock is taken: others may write meanwhile.
        made = maker.make(file) if found is None else taken(found, maker)
        with library.writing(timeout_seconds) as upkeep:
            return put(upkeep, made, file.version)
    finally:
        if aside:
            aside.start()  # Only now: this document is waited for.


def remove_documents(
    library: Library, document_ids: Sequence[str], *, timeout_seconds: float = LOCK_TIMEOUT_SECONDS
) -> list[str]:
    """Remove documents; return the ids that there was no document of.

    A document of the folder comes back with the next build, as long as its file is there.

    Raises:
        IndexUnavailable: another process is writing, or nothing can be written.
    """
    with library.writing(timeout_seconds) as upkeep:
        known = library.record.info(document_ids)
        remove(upkeep, [name for name in dict.fromkeys(document_ids) if name in known])
    return [name for name in dict.fromkeys(document_ids) if name not in known]
