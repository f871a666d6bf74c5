"""The errors that callers can act on. Messages are one readable line: what was expected, what was found, what to do."""


class KildeError(Exception):
    """Base of every error whose message may be shown to the person at the command line."""


class UnreadableDocument(KildeError):
    """A file cannot be taken in (empty, not UTF-8, binary, too large); the message is the reason."""


class InvalidData(KildeError):
    """One of the project's own data files (lexicon, abbreviations, sources) is malformed."""


class IndexUnavailable(KildeError):
    """The record or an index cannot be opened (locked, not writable, made by a newer version)."""


class NoDocuments(KildeError):
    """There is nothing to index or to answer from."""


class EmbeddingUnavailable(IndexUnavailable):
    """The embedding model did not answer, or not with what it should; search goes on by words."""


class MissingExtra(KildeError):
    """A setting asks for a library that is not installed; the message names the command that installs it."""
