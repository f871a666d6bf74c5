"""Building the index with a progress bar, and what is said of it afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from index.build import BuildReport, build
from index.crew import Crew
from index.making import crew_ahead
from service.assistant import Assistant
from service.command_line.terminal import console
from service.settings import Settings


class RateColumn(ProgressColumn):
    """How many are done a second, over the last half minute."""

    def render(self, task: Task) -> Text:
        """Show the rate, or nothing where it is not known yet."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr, and only on a terminal; what is yielded takes (done, total, what)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    out = console(error=True)
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as shown:
        task = shown.add_task(what, total=None)

        def advance(done: int, total: int, what: str) -> None:
            shown.update(task, completed=done, total=total, description=what)

        yield advance


def build_with_progress(
    assistant: Assistant, settings: Settings, *, ray: str | None = None, crew: Crew | None = None
) -> BuildReport:
    """Index the folder of documents; see `index.build.build`."""
    with bar("Indexing") as advance:
        return build(
            assistant.library, settings.seeds, progress=advance, workers=os.cpu_count() or 1, ray=ray, crew=crew
        )


def begin_crew(settings: Settings) -> Crew | None:
    """The processes of a first build, which load while the assistant is opened; None where none are needed."""
    if settings.embedding != "subword" or settings.database_url.get_secret_value():
        return None
    return crew_ahead(
        settings.seeds,
        settings.data_dir,
        workers=os.cpu_count() or 1,
        max_tokens=settings.max_passage_tokens,
        max_bytes=settings.max_document_bytes,
    )


def build_when_needed(assistant: Assistant, settings: Settings) -> None:
    """Index the folder when it is not what is indexed; files that cannot be read are named on stderr."""
    if assistant.needs_build(settings.seeds):
        report_skipped(build_with_progress(assistant, settings))


def report_skipped(report: BuildReport) -> None:
    """Name every file that was left out, and why; those whose encoding was detected; and what kept a model away."""
    out = console(error=True)
    for decoded in report.decoded:
        out.print(f"{decoded.path}: read as {decoded.encoding}", soft_wrap=True)
    for skipped in report.skipped:
        out.print(f"skipped {skipped.path}: {skipped.reason}", soft_wrap=True)
    if report.unembedded:
        out.print(f"not embedded yet, found by words: {report.unembedded}", soft_wrap=True)
    if report.unindexed:
        out.print(f"stored, and found when it is back: {report.unindexed}", soft_wrap=True)
