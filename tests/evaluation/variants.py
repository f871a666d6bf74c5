"""Deliberately broken variants of a real assistant, which the gate must catch."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.records import SourceDocument
from evaluation.replies import CitedQuote, RankedPassage, Reply, parse_reply
from evaluation.targets import Asked, InProcess, Target
from index import library
from index.build import build
from index.lexicon import Lexicon, load_lexicon
from index.records import Hit
from index.retrieve import Retriever
from service.asked_before import AskedBefore
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.records import ChatRequest
from service.settings import Settings
from service.wire import ReplyModel


class Remembered:
    """Asks a target once and gives its replies again: several variants change the same replies."""

    def __init__(self, target: Target) -> None:
        self.name = target.name
        self._target = target
        self._asked: dict[tuple[str, str | None], Asked] = {}
        self._found: dict[str, tuple[RankedPassage, ...]] = {}

    def document(self, document_id: str) -> SourceDocument | None:
        return self._target.document(document_id)

    def ask(self, message: str, conversation_id: str | None) -> Asked:
        key = (message, conversation_id)
        if key not in self._asked:
            self._asked[key] = self._target.ask(message, conversation_id)
        return self._asked[key]

    def search(self, query: str, limit: int) -> tuple[RankedPassage, ...]:
        if query not in self._found:
            self._found[query] = self._target.search(query, limit)
        return self._found[query]


class Changed:
    """A target whose every reply is changed."""

    def __init__(self, target: Target) -> None:
        self.name = f"{target.name}, {type(self).__name__}"
        self._target = target

    def document(self, document_id: str) -> SourceDocument | None:
        return self._target.document(document_id)

    def ask(self, message: str, conversation_id: str | None) -> Asked:
        asked = self._target.ask(message, conversation_id)
        return replace(asked, reply=self.change(asked.reply))

    def search(self, query: str, limit: int) -> tuple[RankedPassage, ...]:
        return self._target.search(query, limit)

    def change(self, reply: Reply) -> Reply:
        raise AssertionError("each variant has its own")


class AlwaysAnswers(Changed):
    """Gives out what lies nearest as an answer, whether or not it is one."""

    def change(self, reply: Reply) -> Reply:
        return replace(reply, answered=True)


class AlwaysAbstains(Changed):
    """Never answers."""

    def change(self, reply: Reply) -> Reply:
        return replace(reply, answered=False, answer="…", citations=())


class WrongSpeaker(Changed):
    """Pins every quote on the next person: what is unnamed on somebody, what is named on nobody."""

    def change(self, reply: Reply) -> Reply:
        return replace(reply, citations=tuple(misattributed(citation) for citation in reply.citations))


class AltersQuotes(Changed):
    """Tidies up what it quotes."""

    def change(self, reply: Reply) -> Reply:
        return replace(
            reply, citations=tuple(replace(citation, text=citation.text.upper()) for citation in reply.citations)
        )


class EnglishOnly(InProcess):
    """Answers in English, whatever language the question has."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(assistant)
        self._english = assistant

    def ask(self, message: str, conversation_id: str | None) -> Asked:
        reply = self._english.ask(ChatRequest(message, conversation_id, "en"))
        return Asked(parse_reply(ReplyModel.of(reply).model_dump(mode="json")), 0.01)


def misattributed(citation: CitedQuote) -> CitedQuote:
    """The quote as another person's."""
    return replace(citation, speaker=None if citation.speaker else "Jeanette Fors")


def shuffle_passages(patch: pytest.MonkeyPatch) -> None:
    """Make every search give its passages in random order."""
    search = Retriever.search

    def shuffled(*arguments: object, **named: object) -> list[Hit]:
        hits = search(*arguments, **named)  # type: ignore[arg-type]  # whatever its parameters are
        scores = [hit.score for hit in hits]
        random.Random(7).shuffle(hits)  # noqa: S311  # not for secrets: the same order each time
        return [replace(hit, score=score, rank=at) for at, (hit, score) in enumerate(zip(hits, scores, strict=True), 1)]

    patch.setattr(Retriever, "search", shuffled)
    # What was asked before is not asked again, and what is shuffled must not be remembered.
    patch.setattr(AskedBefore, "get", lambda _, __, search: search())


def without_lexicon(patch: pytest.MonkeyPatch, data_dir: Path, seeds: Path) -> Assistant:
    """An assistant whose lexicon knows only function words, with an index of its own."""
    whole = load_lexicon()
    functions = {name: concept for name, concept in whole.concepts.items() if concept.pos == "func"}
    bare = Lexicon(concepts=functions, related={}, forms={language: {} for language in whole.forms}, sha256="bare")
    patch.setattr(library, "load_lexicon", lambda: bare)
    settings = Settings(data_dir=data_dir, seeds=seeds)
    assistant = open_assistant(settings)
    build(assistant.library, settings.seeds)
    return assistant
