"""Errors of the service; their messages may be shown to the person who asked."""

from index.errors import KildeError


class UnknownDocument(KildeError):
    """No document has the id that was asked for."""


class UnknownConversation(KildeError):
    """No conversation has the id that was sent."""


class UnknownMessage(KildeError):
    """No answer has the message id that was sent."""


class AlreadyAnswered(KildeError):
    """The same request was answered at the same moment, by another process perhaps."""


class ServiceStopping(KildeError):
    """The process is being stopped and has no time left for an answer."""
