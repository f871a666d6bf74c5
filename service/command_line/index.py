"""`kilde index build`, `add`, `remove`, `show`, `copy`, `status` and `explain`."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import click

from index.adding import InvalidId, add, remove_documents
from index.build import BuildReport
from index.errors import UnreadableDocument
from index.lexicon import LANGUAGES
from index.load import document_id
from index.records import Segment
from service.bootstrap import open_assistant
from service.command_line.explain import contributions, describe, find_passage
from service.command_line.progress import bar, begin_crew, build_with_progress, report_skipped
from service.command_line.terminal import console
from service.heap import share_heap
from service.settings import read_settings
from service.wire_documents import DocumentInfoModel

SOME_SKIPPED = 1
"""The exit status of a build that indexed what it could but had to leave files out."""
BEGINNING_CHARACTERS = 60


@click.group()
def index() -> None:
    """Build the index and see what is in it."""


@index.command()
@click.option("--watch", is_flag=True, help="Go on and follow the folder until interrupted.")
@click.option("--ray", metavar="ADDRESS", help="Prepare the documents on this Ray cluster; “local” begins one here.")
@click.pass_context
def build(context: click.Context, watch: bool, ray: str | None) -> None:
    """Read what is new or changed in the folder of documents; exits 1 if a file was skipped or is not found yet."""
    share_heap()
    settings = read_settings()
    with (None if ray else begin_crew(settings)) or nullcontext() as crew, open_assistant(settings) as assistant:
        report = build_with_progress(assistant, settings, ray=ray, crew=crew)
        tell(report)
        if watch:
            from service.command_line.watch import follow

            follow(assistant, settings, tell)
    if report.skipped or report.unembedded or report.unindexed:
        context.exit(SOME_SKIPPED)


def tell(report: BuildReport) -> None:
    """Print what a build did, and what it left out."""
    click.echo(
        f"{report.added} added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged, {report.passages:,} passages, {report.seconds:.1f} s"
    )
    report_skipped(report)


@index.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_context
def add_files(context: click.Context, files: tuple[Path, ...]) -> None:
    """Index FILES wherever they are. They stay until they are removed; exits 1 if one could not be read."""
    skipped = False
    with open_assistant(read_settings()) as assistant:
        for file in files:
            path = file.resolve()
            try:
                outcome = add(assistant.library, path, document_id(path), path=str(path))
            except (UnreadableDocument, InvalidId) as error:
                skipped = True
                console(error=True).print(f"skipped {file}: {error}", soft_wrap=True)
            else:
                click.echo(f"{document_id(path)}: {outcome}")
    if skipped:
        context.exit(SOME_SKIPPED)


@index.command("remove")
@click.argument("ids", nargs=-1, required=True)
@click.pass_context
def remove(context: click.Context, ids: tuple[str, ...]) -> None:
    """Remove documents by their IDS. One of the folder comes back with the next build, as long as its file is there."""
    with open_assistant(read_settings()) as assistant:
        unknown = remove_documents(assistant.library, ids)
    for name in dict.fromkeys(ids):
        if name not in unknown:
            click.echo(f"{name}: removed")
    for name in unknown:
        console(error=True).print(f"expected the id of one of the documents, found {name!r}", soft_wrap=True)
    if unknown:
        context.exit(SOME_SKIPPED)


@index.command("show")
@click.argument("document")
@click.option("--dropped", is_flag=True, help="Only what is not searched, and why.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(document: str, dropped: bool, as_json: bool) -> None:
    """List the parts of DOCUMENT (its id): where each stands, what it is, its language, who speaks, how it begins."""
    with open_assistant(read_settings()) as assistant:
        info, text = assistant.document(document)
        parts = [part for part in assistant.segments(document) if not dropped or part.kind == "furniture"]
    if as_json:
        rows = [segment_row(part, text) for part in parts]
        click.echo(
            json.dumps({"document": DocumentInfoModel.of(info).model_dump(), "segments": rows}, ensure_ascii=False)
        )
        return
    click.echo(f"{info.id}  {info.language}  {info.passages} passages  {info.title}")
    for part in parts:
        click.echo(segment_line(part, text))
    away = sum(part.end - part.start for part in parts if part.kind == "furniture")
    click.echo(f"dropped: {away:,} of {info.characters:,} characters; the stored text keeps them")


def segment_row(part: Segment, text: str) -> dict[str, object]:
    """A segment with its text, as JSON has it."""
    speaker = {"name": part.speaker.name, "role": part.speaker.role} if part.speaker else None
    return {
        "kind": part.kind,
        "start": part.start,
        "end": part.end,
        "language": part.language,
        "speaker": speaker,
        "number": part.number,
        "dropped": part.reason,
        "text": text[part.start : part.end],
    }


def segment_line(part: Segment, text: str) -> str:
    """A segment on one line; of its text the beginning."""
    beginning = " ".join(text[part.start : part.start + BEGINNING_CHARACTERS].split())
    more = "…" if part.end - part.start > BEGINNING_CHARACTERS else ""
    said = ""
    if part.speaker:
        said = f"  {part.speaker.role}: {part.speaker.name or 'not named'}"
    about = f"  dropped: {part.reason}" if part.kind == "furniture" else said
    return f"{part.start:>7}–{part.end:<7} {part.kind:<10} {part.language:<3}{about}  {beginning}{more}"


@index.command("copy")
@click.option("--to", "url", required=True, help="A URL as in KILDE_INDEX_URL, or “here” for the data folder.")
def copy_index(url: str) -> None:
    """Write the index to another engine, embedding nothing again, and compare both; exits 1 if they differ."""
    # Imported here: hardly ever needed.
    from index.copying import copy

    settings = read_settings()
    with open_assistant(settings) as assistant, bar("Copying") as advance:
        key = settings.index_api_key.get_secret_value()
        report = copy(assistant.library, "" if url == "here" else url, key, progress=advance)
    click.echo(f"{report.passages:,} passages; {report.same} of {report.asked} questions have the same answers in both")
    click.echo("To use it, unset KILDE_INDEX_URL." if url == "here" else f"To use it, set KILDE_INDEX_URL={url}")


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
