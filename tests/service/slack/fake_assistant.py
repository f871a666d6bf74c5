"""An assistant that says what the tests want, over a real record; only retrieval and choosing quotes are left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

from index.record import Record
from index.records import DocumentInfo, LanguageGuess, Speaker
from service.conversations import Conversations, new_id
from service.records import (
    Answer,
    ChatRequest,
    Citation,
    Done,
    Event,
    Quote,
    Reply,
    Section,
    Sentence,
    Started,
    Timings,
)
from service.strings import strings
from service.watch import Watch
from service.wire import ReplyModel
from service.wording import found_headline, markdown_blocks, sections

DOCUMENT = DocumentInfo("d 1", "Stoppa *hypen* <!channel>", "sv", None, "d 1.txt", "0" * 64, 1000, 3)
QUOTE = "Men innan vi *ens* kan tala om ROI & <@U1> måste vi lära oss `vad` företagen _faktiskt_ investerar i."


def citation(marker: int, text: str = QUOTE, name: str | None = "Annelie Näs") -> Citation:
    quote = Quote(DOCUMENT.id, f"p{marker}", Speaker(name, "commenter"), "sv", text, 10, 10 + len(text), 1.0)
    return Citation(marker, DOCUMENT, quote)


def answer_of(count: int = 2, text: str = QUOTE, language: str = "en") -> Answer:
    """An answer of `count` quotes by as many voices."""
    words = strings(language)
    citations = tuple(citation(marker, text, f"Person {marker}") for marker in range(1, count + 1))
    headline = found_headline("ROI", citations, 5, words)
    return Answer(headline, sections(citations, words), citations, True, language)


class FakeAssistant:
    """`script` makes the answers; it may raise. `asked` are the requests, in order.

    `pause_seconds` lie between the parts of an answer, as when a language model writes it.
    """

    def __init__(
        self, folder: Path, script: Callable[[ChatRequest], Answer] | None = None, pause_seconds: float = 0.0
    ) -> None:
        self.pause_seconds = pause_seconds
        self.watch = Watch()
        folder.mkdir(parents=True, exist_ok=True)
        record = Record.open(folder / "record.sqlite3")
        self.library = SimpleNamespace(record=record, detector=SimpleNamespace(detect=detect), on_repair=lambda _: None)
        self.conversations = Conversations(record)
        self.script = script or (lambda request: answer_of(language=detect(request.message).language))
        self.asked: list[ChatRequest] = []

    def waits_elsewhere(self) -> bool:
        return False

    def stream(self, request: ChatRequest, stopped: Callable[[], bool] = lambda: False) -> Iterator[Event]:
        self.asked.append(request)
        conversation = self.conversations.open(request.conversation_id)
        started = Started(conversation.id, new_id(), detect(request.message).language)
        yield started
        answer = self.script(request)
        for text, citations in markdown_blocks(answer):
            time.sleep(self.pause_seconds)
            yield Sentence(text, citations)
        time.sleep(self.pause_seconds)
        if stopped():
            return
        reply = Reply(
            started.conversation_id,
            started.message_id,
            request.message,
            request.message,
            answer.language,
            answer,
            Timings(0, 0, 0),
        )
        if request.keep:
            kept = ReplyModel.of(reply).model_dump(mode="json")
            self.conversations.add(conversation, reply.message_id, request.message, kept)
        yield Done(reply)

    def ask(self, request: ChatRequest) -> Reply:
        return next(event.reply for event in self.stream(request) if isinstance(event, Done))

    def documents(self, after: str = "", limit: int | None = None) -> list[DocumentInfo]:
        return [DOCUMENT] if after < DOCUMENT.id and limit != 0 else []

    def close(self) -> None:
        self.library.record.close()


def detect(text: str, prefer: str | None = None) -> LanguageGuess:
    """By the first word, which is all that the tests' questions need."""
    words = {"hvad": "da", "hva": "nb", "kva": "nn", "vad": "sv"}
    first = text.split()[0].lower() if text.split() else ""
    return LanguageGuess(words.get(first, "en"), 1.0)


def model_answer() -> Answer:
    """An answer as a language model would word it: sentences with markers, quotes below."""
    citations = (citation(1), citation(2, "Hur räknar vi hem ROI?", None))
    said = (
        Section("They must learn what they invest in [1].", (1,), "sentence"),
        Section("One asks how [2].", (2,), "sentence"),
    )
    return Answer("", said, citations, True, "en", "generative", "a-model")
