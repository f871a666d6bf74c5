"""What the commands open: targets, runs, question sets; and their progress bar."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evaluation.ask import DOCUMENTS_KEPT
from evaluation.ask import Progress as ProgressFunction
from evaluation.errors import InvalidQuestions
from evaluation.questions import FindText
from evaluation.records import Question
from evaluation.scoring import Run, read_run
from evaluation.targets import InProcess, Served, Target
from service.bootstrap import open_assistant
from service.command_line.progress import build_when_needed
from service.command_line.terminal import console
from service.settings import read_settings


@contextmanager
def opened(target: str, api_key: str | None, *, stream: bool) -> Iterator[Target]:
    """What is evaluated, ready to be asked, closed at the end."""
    if target.startswith(("http://", "https://")):
        served = Served(target, api_key=api_key, stream=stream)
        try:
            yield served
        finally:
            served.close()
        return
    if target != "in process":
        raise click.UsageError(f'expected --target to be "in process" or to begin with http://, found {target!r}')
    settings = read_settings()
    with open_assistant(settings) as assistant:
        build_when_needed(assistant, settings)
        yield InProcess(assistant)


def text_of(target: Target) -> FindText:
    """A function that gives the stored text of a document of the target, each asked for once."""

    @lru_cache(maxsize=DOCUMENTS_KEPT)
    def find(document_id: str) -> str | None:
        document = target.document(document_id)
        return document.text if document else None

    return find


def run_folder(name: str, runs: Path | None) -> Path:
    """Where the run of this name is kept."""
    if not name.strip() or Path(name).name != name:
        raise click.UsageError(f"expected a name of one part, without slashes, found {name!r}")
    return (runs or read_settings().data_dir / "runs") / name


def open_run(name: str, runs: Path | None) -> Run:
    """The run of this name, or the one in a folder of this path."""
    return read_run(Path(name) if (Path(name) / "run.json").exists() else run_folder(name, runs))


def of_split(questions: tuple[Question, ...], split: str | None) -> tuple[Question, ...]:
    """The questions of a split, or all."""
    chosen = tuple(question for question in questions if split is None or question.split == split)
    if not chosen:
        raise InvalidQuestions(f"expected questions of the split {split!r}, found none")
    return chosen


def digest(questions: tuple[Question, ...]) -> str:
    """What tells one question set from another: a hash of its content, not of its file."""
    content = [
        [
            *(question.id, question.language, question.text, question.kind, repr(question.gold), question.answer),
            *((turn.role, turn.content) for turn in question.history),
        ]
        for question in questions
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@contextmanager
def progress_bar(label: str) -> Iterator[ProgressFunction]:
    """A bar with the time left, on stderr and only on a terminal."""
    out = console(error=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
