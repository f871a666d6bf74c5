"""A model's answer: sent its passages, taken sentence by sentence, replaced by the extractive one when it fails."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from index.library import Library
from index.retrieve import diversify
from index.tokens import count_tokens
from service.model.check import Checker
from service.model.client import Message, ModelClient
from service.model.draft import Draft, brought
from service.model.languages import english_name
from service.model.prompts import Prompts
from service.model.sources import Source, choose_sources, written
from service.model.split import Splitter
from service.model.task import Task
from service.model.trouble import ModelTrouble
from service.records import Answer, Fault, Section, Sentence, Trouble, Verification
from service.strings import Strings, answer_language, strings
from service.wording import escape_sentence, markdown_blocks

MAX_SENTENCES = 12
"""A longer answer is cut: the prompt asks for six at most."""
HOPELESS_AFTER = 3
"""So many unusable sentences at the beginning, and none that is usable: the rest is not waited for."""
NO_ANSWER = "no answer"
"""What the prompt asks for where the passages do not answer."""

FAULTS: dict[Fault, str] = {
    "no_marker": "a sentence had no passage number",
    "unknown_marker": "a sentence had a number that is no passage's",
    "length": "a sentence was too long, or no sentence",
    "link": "a sentence had an address that its passage does not have",
    "quote": "a sentence quoted what its passage does not say",
    "language": "a sentence was in the wrong language",
    "number": "a sentence had a number that its passage does not have",
    "name": "a sentence had a name that its passage does not have",
    "topic": "a sentence said what its passage does not say",
    "repeated": "a sentence was repeated",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a model may be sent and may answer, in tokens."""

    context_tokens: int
    answer_tokens: int


class Writer:
    """Has a model write answers. Safe to use from several threads."""

    def __init__(self, client: ModelClient, prompts: Prompts, library: Library, limits: Limits) -> None:
        self._client = client
        self._prompts = prompts
        self._library = library
        self._limits = limits

    def write(self, task: Task) -> Generator[Sentence, None, Answer]:
        """The answer, after its sentences as each is verified.

        Whatever goes wrong with the model, the answer is complete: then it is the extractive one with a note, or ends
        with it where sentences have been shown before.
        """
        messages, sources = self._messages(task)
        draft = self._draft(task, sources)
        trouble: Trouble | None = None
        retried = silent = False
        try:
            said = yield from self._round(task, messages, draft)
            silent = not draft.sections and says_no(said)
            if not draft.sections and not silent and not task.stopped():
                retried = True
                faults = "; ".join(FAULTS[fault] for fault in draft.faults) or "there were none"
                again = self._prompts.fill("retry.user", faults=faults, language=english_name(task.language))
                messages = [*messages, Message("assistant", said), Message("user", again)]
                said = yield from self._round(task, messages, draft)
                silent = not draft.sections and says_no(said)
            if not draft.sections and not silent:
                trouble = "unverified"
        except ModelTrouble as failure:
            trouble = failure.kind
        verification = Verification(len(draft.sections), dict(draft.faults), retried, trouble)
        if trouble is None and not silent:
            return self._written(task, draft, verification)
        if draft.sections and task.shown:
            return (yield from self._completed(task, draft, verification))
        found = unanswered(task.extractive) if silent else with_note(task.extractive, trouble)
        for text, citations in markdown_blocks(found):
            yield Sentence(text, citations)
        return replace(found, verification=replace(verification, shown=0))

    def _messages(self, task: Task) -> tuple[list[Message], list[Source]]:
        """The prompt, with as many passages as the budget allows."""
        question, language = task.question, english_name(task.language)
        asked = question.standalone

        def messages(passages: str) -> list[Message]:
            user = self._prompts.fill("answer.user", passages=passages, question=asked, language=language)
            return [Message("system", self._prompts.fill("answer.system", language=language)), Message("user", user)]

        bare = sum(count_tokens(message.text) for message in messages(""))
        hits = diversify(task.hits, len(task.hits)) if question.several_voices else task.hits
        documents = self._library.record.info({hit.passage.document_id for hit in hits})
        sources = choose_sources(
            hits, documents, strings(answer_language(task.language)), self._limits.context_tokens - bare
        )
        return messages("\n".join(written(source) for source in sources)), sources

    def _draft(self, task: Task, sources: Sequence[Source]) -> Draft:
        library = self._library
        checker = Checker(
            sources,
            task.language,
            analyzer=library.analyzer,
            detector=library.detector,
            frequency=library.document_frequency,
            passages=library.indexed_passages(),
            names=task.names,
        )
        return Draft(checker, library, task.language)

    def _round(self, task: Task, messages: Sequence[Message], draft: Draft) -> Generator[Sentence, None, str]:
        """Ask once, and return what the model said, after its verified sentences."""
        said = ""
        splitter = Splitter(task.language)
        pieces = self._client.stream(
            messages,
            max_tokens=self._limits.answer_tokens,
            seconds=task.deadline - time.monotonic(),
            stopped=task.stopped,
        )

        def sentences() -> Iterator[str]:
            nonlocal said
            for piece in pieces:
                said += piece
                yield from splitter.feed(piece)
            yield from splitter.end()

        rejected = 0
        with closing(pieces):
            for sentence in sentences():
                if says_no(said) and not draft.sections:
                    break
                before = len(draft.citations)
                if section := draft.add(sentence):
                    new = brought(draft.citations, section, before)
                    yield Sentence(escape_sentence(section.introduction, section.markers), new)
                else:
                    rejected += 1
                hopeless = rejected >= HOPELESS_AFTER and not draft.sections
                if hopeless or len(draft.sections) >= MAX_SENTENCES:
                    break
        return said

    def _written(self, task: Task, draft: Draft, verification: Verification) -> Answer:
        return Answer(
            headline=draft.headline,
            sections=tuple(draft.sections),
            citations=tuple(draft.citations),
            answered=True,
            language=task.language,
            mode="generative",
            model=self._client.model,
            verification=verification,
        )

    def _completed(self, task: Task, draft: Draft, verification: Verification) -> Generator[Sentence, None, Answer]:
        """What was shown before the model failed, a note, and the quotes that it had not come to."""
        words = strings(task.language)
        sections = [*draft.sections, Section(words.text("model.interrupted"), (), "note")]
        by_marker = {citation.marker: citation for citation in task.extractive.citations}
        for section in task.extractive.sections:
            known = len(draft.citations)
            markers = tuple(draft.cite(by_marker[marker]) for marker in section.markers)
            if new := tuple(marker for marker in markers if marker > known):
                sections.append(replace(section, markers=new))
        if len(sections) == len(draft.sections) + 1:
            sections[-1] = Section(words.text("model.broken_off"), (), "note")
        answer = replace(
            self._written(task, draft, verification), sections=tuple(sections), citations=tuple(draft.citations)
        )
        for text, citations in markdown_blocks(answer)[len(draft.sections) :]:
            yield Sentence(text, citations)
        return answer


def says_no(said: str) -> bool:
    """Whether the model found that the passages do not answer."""
    return said.strip(" .*").casefold().startswith(NO_ANSWER)


def with_note(extractive: Answer, trouble: Trouble | None) -> Answer:
    """The extractive answer, with a note that says why it is one."""
    words = strings(extractive.language)
    note = Section(note_for(trouble, words), (), "note")
    return replace(extractive, sections=(note, *extractive.sections))


def note_for(trouble: Trouble | None, words: Strings) -> str:
    """Why a model's answer is not shown, in a sentence that anybody understands; the log has the rest."""
    known = {"timeout": "model.late", "unverified": "model.unverified"}
    return words.text(known.get(trouble or "", "model.failed"))


def unanswered(extractive: Answer) -> Answer:
    """The quotes as the nearest passages, after the model has found that they do not answer the question."""
    if not extractive.answered:
        return extractive
    words = strings(extractive.language)
    headline = f"{words.text('abstain.plain')} {words.text('abstain.closest')}"
    return replace(extractive, headline=headline, answered=False)
