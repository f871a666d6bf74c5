"""Asks every question of a set: several at a time, each in a conversation of its own, and goes on after a cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import lru_cache
from itertools import islice
from pathlib import Path

from evaluation.errors import InvalidRun, TargetFailed
from evaluation.records import Gold, Question, SourceDocument
from evaluation.replies import CitedQuote
from evaluation.runs import (
    Outcome,
    PlacedGold,
    RunInfo,
    drop_torn_line,
    outcome_line,
    read_info,
    read_outcomes,
    write_info,
)
from evaluation.targets import Target
from index.records import Span

PASSAGES = 20
"""Passages fetched for a question: enough for the first ten and for the first 2,000 characters, however short."""
MAX_FAILURES_IN_A_ROW = 10
"""Then the target is gone, and asking on would only fill the run with errors."""

DOCUMENTS_KEPT = 1000
"""Texts held at a time: those that gold and citations are compared with, not all that are indexed."""

FindDocument = Callable[[str], SourceDocument | None]
Progress = Callable[[int, int], None]


def ask_all(
    target: Target,
    questions: Sequence[Question],
    folder: Path,
    info: RunInfo,
    *,
    workers: int = 2,
    fresh: bool = False,
    progress: Progress = lambda done, total: None,
) -> list[Outcome]:
    """Ask the questions that `folder` has no outcome of, write one line for each, and return the outcomes of all.

    Outcomes come back in the order of `questions`. A question that failed is asked again.

    Raises:
        InvalidRun: `folder` holds a run of other questions or of another target.
        TargetFailed: the target cannot be reached, or failed ten times in a row.
    """
    path = folder / "outcomes.jsonl"
    done = {} if fresh else earlier_outcomes(folder, info)
    find = lru_cache(maxsize=DOCUMENTS_KEPT)(target.document)
    if not done:
        path.unlink(missing_ok=True)
        write_info(folder, info)
    drop_torn_line(path)
    waiting = [question for question in questions if question.id not in done]
    progress(len(done), len(questions))
    with path.open("a", encoding="utf-8", newline="\n") as lines:
        for outcome in outcomes_of(target, waiting, find, workers):
            lines.write(outcome_line(outcome))
            lines.flush()
            done[outcome.question.id] = outcome
            progress(len(done), len(questions))
    return [done[question.id] for question in questions]


def earlier_outcomes(folder: Path, info: RunInfo) -> dict[str, Outcome]:
    """The outcomes to go on from: those with a reply. Raises InvalidRun where they belong to something else."""
    if not (folder / "run.json").exists():
        return {}
    earlier = read_info(folder)
    for field in ("questions_sha256", "scope", "target", "version"):
        expected, found = getattr(info, field), getattr(earlier, field)
        if expected != found:
            raise InvalidRun(
                f"expected the run in {folder} to be of {field} {expected}, found {found}; "
                "use another --name, or --fresh to replace it"
            )
    return {outcome.question.id: outcome for outcome in read_outcomes(folder) if outcome.error is None}


def outcomes_of(target: Target, questions: Sequence[Question], find: FindDocument, workers: int) -> Iterator[Outcome]:
    """The outcomes as they come in. Raises TargetFailed after ten failures in a row."""
    failures = 0
    waiting = iter(questions)
    asking: set[Future[Outcome]] = set()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        # Never more than the workers can take, so that a run that is cut or given up has nothing left to finish.
        while asking or (asking := submit(pool, target, waiting, find, workers)):
            done, asking = wait(asking, return_when=FIRST_COMPLETED)
            for outcome in (future.result() for future in done):
                failures = failures + 1 if outcome.error else 0
                yield outcome
                if failures >= MAX_FAILURES_IN_A_ROW:
                    reason = f"found {failures} failures in a row, the last: {outcome.error}"
                    raise TargetFailed(f"expected answers, {reason}")
            asking |= submit(pool, target, waiting, find, workers - len(asking))


def submit(
    pool: ThreadPoolExecutor,
    target: Target,
    waiting: Iterator[Question],
    find: FindDocument,
    count: int,
) -> set[Future[Outcome]]:
    """Begin to ask up to `count` of the waiting questions."""
    return {pool.submit(ask_one, target, question, find) for question in islice(waiting, count)}


def ask_one(target: Target, question: Question, find: FindDocument) -> Outcome:
    """Say the user's earlier turns in a new conversation, then ask; fetch the passages for the question as understood.

    The turns of the assistant in a question's history are for human readers: the target gives its own.
    """
    gold: tuple[PlacedGold, ...] = ()
    try:
        gold = tuple(place(item, find) for item in question.gold)
        conversation_id = None
        for turn in question.history:
            if turn.role == "user":
                conversation_id = target.ask(turn.content, conversation_id).reply.conversation_id
        asked = target.ask(question.text, conversation_id)
        passages = target.search(asked.reply.standalone, PASSAGES)
        verbatim = tuple(is_verbatim(citation, find) for citation in asked.reply.citations)
    except TargetFailed as error:
        return Outcome(question, gold, None, (), (), error=str(error))
    return Outcome(
        question,
        gold,
        asked.reply,
        verbatim,
        passages,
        asked.seconds,
        asked.first_sentence_seconds,
    )


def place(gold: Gold, find: FindDocument) -> PlacedGold:
    """Where a gold passage stands in its document: every occurrence of its quote, or all of the text."""
    document = find(gold.document_id)
    if document is None:
        raise TargetFailed(f"expected the document {gold.document_id}, which a gold quote is from, found none")
    if gold.quote is None:
        return PlacedGold(gold, document.language, (Span(0, len(document.text)),))
    spans = []
    start = document.text.find(gold.quote)
    while start >= 0:
        spans.append(Span(start, start + len(gold.quote)))
        start = document.text.find(gold.quote, start + 1)
    return PlacedGold(gold, document.language, tuple(spans))


def is_verbatim(citation: CitedQuote, find: FindDocument) -> bool:
    """Whether the document has exactly this text at these offsets (code points)."""
    document = find(citation.document_id)
    if document is None or not 0 <= citation.start < citation.end:
        return False
    return document.text[citation.start : citation.end] == citation.text
