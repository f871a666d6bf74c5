"""`kilde index build`, `kilde index status` and `kilde index explain`."""

from __future__ import annotations

import json

import click

from index.lexicon import LANGUAGES
from service.bootstrap import open_assistant
from service.command_line.explain import contributions, describe, find_passage
from service.command_line.progress import build_with_progress, report_skipped
from service.settings import read_settings
from service.wire import DocumentInfoModel

SOME_SKIPPED = 1
"""The exit status of a build that indexed what it could but had to leave files out."""


@click.group()
def index() -> None:
    """Build the index and see what is in it."""


@index.command()
@click.pass_context
def build(context: click.Context) -> None:
    """Read what is new or changed in the folder of documents; exits 1 if a file was skipped or not embedded."""
    settings = read_settings()
    with open_assistant(settings) as assistant:
        report = build_with_progress(assistant, settings)
    click.echo(
        f"{report.added} added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged, {report.passages:,} passages, {report.seconds:.1f} s"
    )
    report_skipped(report)
    if report.skipped or report.unembedded:
        context.exit(SOME_SKIPPED)


@index.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(as_json: bool) -> None:
    """List the indexed documents and the state of the indexes."""
    with open_assistant(read_settings()) as assistant:
        state = assistant.readiness()
        documents = assistant.documents()
    if as_json:
        rows = [DocumentInfoModel.of(info).model_dump() for info in documents]
        click.echo(json.dumps({"ready": state.ready, "parts": state.parts, "documents": rows}, ensure_ascii=False))
        return
    for info in documents:
        click.echo(f"{info.id}  {info.language}  {info.passages:4} passages  {info.title}")
    for part, condition in state.parts.items():
        click.echo(f"{part}: {condition}")


@index.command()
@click.argument("text")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the text, where it should not be detected.")
@click.option("--passage", help="A passage's id, or any text: which terms met, and what each gave to the score.")
@click.option("--hits", type=click.IntRange(0, 100), default=0, help="The same for so many passages that are found.")
def explain(text: str, language: str | None, passage: str | None, hits: int) -> None:
    """Show how TEXT is analysed: stems, concepts, senses, compounds; with --passage, why that answers it."""
    with open_assistant(read_settings()) as assistant:
        library = assistant.library
        asked_in = language or library.detector.detect(text).language
        question = library.lexical.correct(library.analyzer.question(text, asked_in))
        for line in describe(question, library.analyzer.lexicon.concepts):
            click.echo(line)
        compared = [find_passage(library, passage)] if passage else []
        if hits:
            compared += [hit.passage for hit in library.retriever.search(question, language=asked_in, limit=hits)]
        for one in compared:
            for line in contributions(library, question, one):
                click.echo(line)
