"""What can go wrong in an evaluation; each message is one readable line for the person at the command line."""

from index.errors import KildeError


class InvalidQuestions(KildeError):
    """A question set is malformed or does not fit the documents; the message names the line and what is wrong."""


class InvalidRun(KildeError):
    """A run's files are missing, malformed, or belong to another question set."""


class TargetFailed(KildeError):
    """What is evaluated cannot be reached, or replied with something that is not an answer."""


class InvalidRules(KildeError):
    """A rules file is malformed, or a rule names a measure or a group that the run does not have."""


class GateBroken(KildeError):
    """A run breaks a rule; the message names every rule that broke."""


class JudgeFailed(KildeError):
    """The judging model cannot be reached, or its reply is not the asked-for form."""


class MissingPackage(KildeError):
    """A package that only evaluations need is not installed; the message says how to get it."""
