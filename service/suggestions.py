"""The questions that the page suggests: such as these documents answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from index.errors import KildeError
from index.records import DocumentInfo
from service.assistant import Assistant
from service.strings import strings

MAX_QUESTIONS = 3
MAX_TITLE_CHARACTERS = 60
"""A longer title makes no question that is read at a glance."""
MAX_TRIED = 6
"""Titles that are tried; asking takes some 30 ms."""
SEPARATOR = "|"
"""Between the questions of a list, in the strings as in the widget's attribute."""


class Suggestions:
    """The questions that the strings have, where they fit the documents, else one about each of some documents."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._found: dict[tuple[str, bool], tuple[int, list[str]]] = {}
        """By language, and whether documents may be named: a state of the record, and what is suggested over it."""

    def questions(self, language: str, documents: Sequence[DocumentInfo]) -> list[str]:
        """At most three questions in a language, which are answered; `documents` are those that may be named.

        Found once for each state of the record; asking keeps nothing.
        """
        try:
            generation = self._assistant.library.record.generation()
            known = self._found.get((language, bool(documents)))
            if known is None or known[0] != generation:
                known = generation, list(islice(self._answered(language, documents), MAX_QUESTIONS))
                self._found[language, bool(documents)] = known
            return known[1]
        except KildeError:  # Nothing is indexed, or cannot be searched now: the page is shown all the same.
            return []

    def _answered(self, language: str, documents: Sequence[DocumentInfo]) -> Iterator[str]:
        words = strings(language)
        given = [question.strip() for question in words.text("page.questions").split(SEPARATOR)]
        # They are on one subject: where one of them is not answered, the documents are about something else.
        if all(map(self._assistant.has_answer, given)):
            yield from given
            return
        # What is in the reader's own language first.
        titles = [one.title for one in sorted(documents, key=lambda one: one.language != language)]
        short = [title for title in titles if len(title) <= MAX_TITLE_CHARACTERS and SEPARATOR not in title]
        for title in short[:MAX_TRIED]:
            question = words.text("page.about", title=words.quoted(title))
            if self._assistant.has_answer(question):
                yield question
