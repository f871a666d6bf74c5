"""A target whose replies are written down, for what must not depend on the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from evaluation.errors import TargetFailed
from evaluation.records import SourceDocument
from evaluation.replies import CitedQuote, RankedPassage, Reply
from evaluation.targets import Asked

TEXT = "Kodak havde 380.000 fans på Facebook. Men det hjalp ikke."
DOCUMENTS = {"kodak": SourceDocument("kodak", "Kodak", "da", TEXT)}
ABSTENTION = Reply("", "", False, "en", "The texts say nothing of it.", (), "extractive", None)


def quoting(quote: str, marker: int = 1) -> Reply:
    """An English answer with one verbatim quote of the document."""
    start = TEXT.index(quote)
    citation = CitedQuote(marker, "kodak", "Kodak", None, "da", quote, start, start + len(quote), 1.0)
    return Reply("", "", True, "en", f"“{quote}” [{marker}]", (citation,), "extractive", None)


class Scripted:
    """Replies by message, abstains from any other, fails on `fail_on`. `said` is what each conversation heard."""

    name = "scripted"

    def __init__(self, replies: Mapping[str, Reply], fail_on: frozenset[str] = frozenset()) -> None:
        self.replies = dict(replies)
        self.fail_on = fail_on
        self.said: dict[str, list[str]] = {}
        self.searched: list[str] = []
        self._lock = Lock()

    def document(self, document_id: str) -> SourceDocument | None:
        return DOCUMENTS.get(document_id)

    def ask(self, message: str, conversation_id: str | None) -> Asked:
        with self._lock:
            identifier = conversation_id or f"conversation {len(self.said) + 1}"
            self.said.setdefault(identifier, []).append(message)
        if message in self.fail_on:
            raise TargetFailed("expected an answer, found none")
        reply = self.replies.get(message, ABSTENTION)
        return Asked(replace(reply, conversation_id=identifier, standalone=f"{message} (alone)"), 0.01)

    def search(self, query: str, limit: int) -> tuple[RankedPassage, ...]:
        with self._lock:
            self.searched.append(query)
        return (RankedPassage("kodak", 0, 37, 1.0),)
