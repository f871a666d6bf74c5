"""The way from a question to a checked answer, in reading order; every edge asks here."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from index import folder_state
from index.build import folder_changed
from index.errors import IndexUnavailable
from index.library import Library
from index.records import DocumentInfo, Filters, Hit, Segment
from service.aids import Aids
from service.answer import Quoting, greeting
from service.conversations import Conversation, Conversations, Earlier, new_id
from service.courtesies import asks_something
from service.cues import Cues
from service.errors import UnknownDocument
from service.evidence import load_judge
from service.find import find
from service.model.task import Task
from service.places import locate
from service.records import Answer, ChatRequest, Done, Event, Reply, Sentence, Started, Timings
from service.right_of_way import RightOfWay
from service.searching import Searching
from service.settings import Settings
from service.speakers import Speakers
from service.strings import LANGUAGES
from service.understand import Question, understand
from service.watch import Watch
from service.wire import ReplyModel
from service.wording import markdown_blocks, understood

if TYPE_CHECKING:
    from service.model.opening import Model


log = logging.getLogger(__name__)

UNKNOWN = "qzxwv"
"""A word that no dictionary has, so that all of them are asked for it."""
MAX_HISTORY = 10
"""Turns that a follow-up is understood by; each one takes up what it needs of those before it."""
MAX_ATTEMPTS, FREE_ATTEMPTS = 6, 2
"""Times that quotes are sought while documents change under them. From the third time on, all is read from one state of
the record, so that what is found is also verified: changes that come faster than an answer do not matter any more."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether questions can be answered, and the state of each part in a word."""

    ready: bool
    documents: int
    parts: Mapping[str, str]


class Assistant:
    """Answers questions over an opened library. Safe to use from several threads.

    `searching` finds passages alone; `watch` tells others how it goes.
    """

    def __init__(
        self,
        library: Library,
        conversations: Conversations,
        settings: Settings,
        cues: Cues,
        aids: Aids,
        model: Model | None = None,
    ) -> None:
        self.library = library
        self.conversations = conversations
        self._settings = settings
        self.watch = Watch()
        self._cues = cues
        self._aids = aids
        self._way = RightOfWay()
        self._quoting = Quoting(library, cues, load_judge(), settings.max_quotes, self._way.stand_aside)
        self._speakers = Speakers(library.record)
        self.searching = Searching(library, self.watch, self._way)
        self._model = model
        self._turn = threading.Lock()

    def ask(self, request: ChatRequest) -> Reply:
        """Answer one message: the reply at the end of `stream`. Raises what `stream` raises."""
        for event in self.stream(request, shown=False):
            if isinstance(event, Done):
                return event.reply
        raise AssertionError("a stream ends with Done")

    def stream(
        self, request: ChatRequest, stopped: Callable[[], bool] = lambda: False, *, shown: bool = True
    ) -> Generator[Event, None, None]:
        """Answer one message and keep both in the conversation: Started, then every Sentence as it is verified, Done.

        Once `stopped` returns True, nothing more is done, and the stream ends without Done. `shown` tells that each
        sentence is shown at once; otherwise only what Done brings is the answer.

        Raises:
            UnknownConversation: the request names a conversation that does not exist.
            AlreadyAnswered: the reply that it asks for was given, by another process, in the meantime.
            NoDocuments: nothing is indexed.
        """
        began = time.perf_counter()
        conversation = self.conversations.open(request.conversation_id)
        deadline = time.monotonic() + self._model.seconds if self._model else 0.0
        with self._way.respected():
            with self.watch.stage("understand"):
                question = self._understand(request, conversation.earlier, stopped)
            with self._in_turn():
                self._way.stand_aside()
                hits, found, retrieved = self._find(question, request.filters)
        # What lies near may be an answer to somebody who reads it; what is not there is not left to imagination.
        model = self._model if found.answered or found.near else None
        # A model also answers in the languages that there are no strings for.
        language = question.language if model and request.language == "auto" else found.language
        started = Started(
            conversation.id,
            request.message_id or new_id(),
            language,
            understood(request.message, question.standalone, language),
        )
        yield started
        with self.watch.stage("write"):
            if model:
                names = self._speakers.names()
                task = Task(question, language, hits, names, found, deadline, shown, stopped)
                found = yield from self._aids.follow(model.writer.write(task), language)
            else:
                with self._way.respected():
                    found = self._aids.complete(found, self._way.stand_aside)
                for text, citations in markdown_blocks(found):
                    yield Sentence(text, citations)
        if stopped():
            return
        answered = time.perf_counter()
        reply = Reply(
            conversation_id=started.conversation_id,
            message_id=started.message_id,
            question=request.message,
            standalone=question.standalone,
            question_language=question.language,
            answer=found,
            timings_ms=Timings(
                retrieve=milliseconds(began, retrieved),
                answer=milliseconds(retrieved, answered),
                total=milliseconds(began, answered),
            ),
        )
        if request.keep:
            reply = self._keep(conversation, reply)
        self.watch.replied(reply)
        yield Done(reply)

    def _keep(self, conversation: Conversation, reply: Reply) -> Reply:
        """Keep a reply in its conversation. Where that cannot be, it is an answer all the same, and says so."""
        with self.watch.stage("keep"):
            try:
                stored = ReplyModel.of(reply).model_dump(mode="json")
                self.conversations.add(conversation, reply.message_id, reply.question, stored)
            except IndexUnavailable as error:
                log.warning("an answer was given, and could not be kept: %s", error)
                return replace(reply, kept=False)
        return reply

    def _in_turn(self) -> AbstractContextManager[object]:
        """Have answers worked out one after the other, where that takes nothing but this process's time.

        Together each would take as long as all, and every search beside them as long (docs/decisions/0830).
        """
        return nullcontext() if self.waits_elsewhere() else self._turn

    def waits_elsewhere(self) -> bool:
        """Whether finding passages waits for a model or a database elsewhere, while other questions can go on."""
        return self.library.moment() is None

    def _find(self, question: Question, filters: Filters) -> tuple[list[Hit], Answer, float]:
        """The passages for a question, its answer in quotes, and when the passages were there.

        Both are of one moment: when a document has changed in between, both are sought again.
        """
        if question.courteous:
            return [], greeting(question.answer_language), time.perf_counter()
        record = self.library.record
        for attempt in range(MAX_ATTEMPTS):
            generation = record.generation()
            held = attempt >= FREE_ATTEMPTS
            with record.one_moment() if held else nullcontext():
                with self.watch.stage("retrieve"):
                    hits = [] if question.overview else find(question, self.library.retriever, filters)
                retrieved = time.perf_counter()
                self._way.stand_aside()
                with self.watch.stage("choose"):
                    if question.overview:
                        hits, found = self._quoting.overview(question, question.overview, filters)
                    else:
                        found = self._quoting.answer(question, hits, filters)
            changed = record.changed_since(generation)[1]
            used = {hit.passage.document_id for hit in hits}.union(one.quote.document_id for one in found.citations)
            # What is not answered may only not have been found because it was being exchanged.
            if not changed or (found.answered and (held or not changed & used)):
                break
        self.watch.found(hits)
        return hits, found, retrieved

    def _understand(self, request: ChatRequest, earlier: Earlier | None, stopped: Callable[[], bool]) -> Question:
        """Understand a message after those before it, whether the record or the caller keeps them."""
        read = partial(
            understand,
            language=request.language,
            library=self.library,
            cues=self._cues,
            names=self._speakers.names(),
        )
        for turn in request.history[-MAX_HISTORY:]:
            if not asks_something(turn.question):
                continue
            before = read(turn.question, earlier=earlier)
            earlier = Earlier(before.standalone, before.language, turn.answer)
        if self._model and earlier and asks_something(request.message):
            rewritten = self._model.rewriter.rewrite(request.message, earlier, self._model.seconds, stopped)
            if rewritten:
                # The conversation is in the question now; of what was before, only the language still counts.
                return replace(read(rewritten, earlier=None), text=request.message)
        return read(request.message, earlier=earlier)

    def has_answer(self, question: str) -> bool:
        """Whether the documents answer a question, in quotes; no model is asked, and nothing is kept.

        Raises what `stream` raises.
        """
        with self._way.respected():
            understood = self._understand(ChatRequest(question, keep=False), None, lambda: False)
            with self._in_turn():
                return self._find(understood, Filters())[1].answered

    def documents(self, after: str = "", limit: int | None = None) -> list[DocumentInfo]:
        """Every indexed document, in the order of their ids; or so many at most of those after an id."""
        return self.library.record.documents(after, limit)

    def document(self, document_id: str) -> tuple[DocumentInfo, str]:
        """A document with its stored text. Raises UnknownDocument."""
        info = self.library.record.info([document_id]).get(document_id)
        document = self.library.record.document(document_id)
        if info is None or document is None:
            raise UnknownDocument(f"expected the id of one of the documents, found {document_id[:100]!r}")
        return info, document.text

    def segments(self, document_id: str) -> Sequence[Segment]:
        """The structure of a document, in order."""
        return self.library.record.segments(document_id)

    def locate(self, info: DocumentInfo) -> str:
        """The path of a document's file as somebody in the current directory would write it."""
        return locate(self._settings.seeds, info.path)

    def needs_build(self, folder: Path) -> bool:
        """Whether the files in `folder` are not those that are indexed; they are read only where that is not known."""
        data_dir, generation = self.library.data_dir, self.library.record.generation()
        files = folder_state.digest_of(folder)
        if folder_state.is_indexed(data_dir, folder, files, generation):
            return False
        changed = folder_changed(self.library, folder)
        if not changed:
            folder_state.remember(data_dir, folder, files, generation)
        return changed

    def readiness(self) -> Readiness:
        """Look at every part without changing it."""
        documents = self.library.record.count_documents()
        parts = self.library.conditions()
        usable = parts.get("record") == "ok" and any(parts.get(leg) == "ok" for leg in ("lexical", "vectors"))
        return Readiness(usable and documents > 0, documents, parts)

    def warm_up(self) -> None:
        """Do now what the first question would otherwise wait for: open the indexes, the dictionaries, the detector."""
        self.library.warm_up()
        for language in LANGUAGES:
            self.library.analyzer.question(UNKNOWN, language)
        # Only several such words make the detector load the letter statistics of all languages.
        self.library.detector.detect(" ".join([UNKNOWN] * 4))

    def forget_old(self) -> None:
        """Forget the conversations that the settings do not keep any longer."""
        if days := self._settings.retention_days:
            self.conversations.forget(datetime.now(UTC) - timedelta(days=days))

    def close(self) -> None:
        """Close the record, the indexes, and the connections to the model."""
        if self._model:
            self._model.client.close()
        self.library.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def milliseconds(start: float, end: float) -> float:
    """The time between two readings of the performance counter, to a microsecond."""
    return round((end - start) * 1000, 3)
