"""The errors that callers can act on. Messages are one readable line: what was expected, what was found, what to do."""

import errno


class KildeError(Exception):
    """Base of every error whose message may be shown to the person at the command line."""


class UnreadableDocument(KildeError):
    """A file cannot be taken in (empty, not UTF-8, binary, too large); the message is the reason."""


class InvalidData(KildeError):
    """One of the project's own data files (lexicon, abbreviations, sources) is malformed."""


class IndexUnavailable(KildeError):
    """The record or an index cannot be opened (locked, not writable, made by a newer version)."""


class IndexBusy(IndexUnavailable):
    """Somebody else is writing, and is done sooner or later."""


class NoRoom(IndexUnavailable):
    """The disk is full: what is there can be read, nothing can be added until somebody frees space."""


class NotWritable(IndexUnavailable):
    """The disk, the folder or a file is read-only, or belongs to somebody else: what is there can be read."""


class RecordAway(IndexUnavailable):
    """The database that has the record does not answer, is starting or is stopping: it may be back any moment."""


class EngineAway(IndexUnavailable):
    """The engine cannot be written; the record has what was stored, and it is found when the engine is back."""


class NoDocuments(KildeError):
    """There is nothing to index or to answer from."""


class EmbeddingUnavailable(IndexUnavailable):
    """The embedding model did not answer, or not with what it should; search goes on by words."""


class MissingExtra(KildeError):
    """A setting asks for a library that is not installed; the message names the command that installs it."""


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NOT_WRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def unwritable(what: str, error: OSError) -> IndexUnavailable:
    """The error of something that the system would not write; `what` says what could not be done."""
    said = f"{what}: {error.strerror or error}"
    if error.errno in NO_ROOM:
        return NoRoom(said)
    return NotWritable(said) if error.errno in NOT_WRITABLE else IndexUnavailable(said)
