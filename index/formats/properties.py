"""The properties that office programs write into files, as far as they are facts: most are left by the program."""

from __future__ import annotations

import re

from index.formats.extracted import facts_of
from index.records import Fact
from index.speech import is_name

_NO_TITLE = re.compile(
    r"(?:microsoft word\b.*|microsoft powerpoint\b.*|untitled.*|unavngivet.*|uten tittel.*|namnlös.*|document\s*\d*"
    r"|dokument\s*\d*|(?:powerpoint\W*)?pr[eæ]senta(?:sj|ti)on\s*\d*|layout\s*\d*"
    r"|\((?:anonymous|unspecified)\)|(?:https?|file|about|data):\S*"
    r"|.*\.(?:docx?|pdf|indd|qxd|rtf|odt|pptx?|xlsx?|x?html?|php|aspx?|md|txt|tex|dvi|ps|pages|pub))",
    re.IGNORECASE | re.DOTALL,
)


def facts_of_properties(*, title: str | None, author: str | None, published: str | None) -> tuple[Fact, ...]:
    """Return the properties that say something: a title that is no file name, an author who is a person.

    A person has two names at least: what stands there otherwise is a user account or the program.
    """
    title, author = (title or "").strip(), " ".join((author or "").split())
    named = len(author.split()) > 1 and is_name(author) and not author.casefold().startswith("microsoft")
    return facts_of(
        "document properties",
        title=None if _NO_TITLE.fullmatch(title) else title,
        author=author if named else None,
        published=published,
    )
