"""`kilde ask` and `kilde chat`.

What answers in this process is imported where it is needed: a question that a running service answers needs none of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from index.records import Filters
from service.command_line import running
from service.command_line.main import name_misspelt
from service.command_line.received import reply_of
from service.command_line.terminal import console, show
from service.places import locate
from service.records import MAX_MESSAGE_CHARACTERS, ChatRequest, Reply
from service.strings import LANGUAGES, strings

if TYPE_CHECKING:
    from service.assistant import Assistant

LANGUAGE = click.option(
    "--language",
    type=click.Choice(["auto", *LANGUAGES]),
    default="auto",
    show_default=True,
    help="Answer in this language instead of the question's.",
)


def checked(question: str) -> str:
    """The question, if it has 1 to 4,000 characters. Raises a usage error otherwise."""
    if not question.strip():
        raise click.UsageError('expected a question, found none: kilde ask "what do the authors think about ROI?"')
    if len(question) > MAX_MESSAGE_CHARACTERS:
        found = f"{len(question):,}"
        raise click.UsageError(f"expected a question of at most {MAX_MESSAGE_CHARACTERS:,} characters, found {found}")
    return question


@click.command()
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="Print what POST /chat returns.")
@LANGUAGE
@click.option("--document", "documents", multiple=True, help="Only this document (its id); may be repeated.")
@click.option("--speaker", "speakers", multiple=True, help="Only what this person says; may be repeated.")
@click.option("--local", is_flag=True, help="Answer in this process, also where a service runs over the data folder.")
def ask(
    question: str, as_json: bool, language: str, documents: tuple[str, ...], speakers: tuple[str, ...], local: bool
) -> None:
    """Answer QUESTION with numbered quotes. Indexes the documents first where that has not been done."""
    checked(question)
    if not local and ask_service(question, language, documents, speakers, as_json=as_json):
        return
    name_misspelt()
    from service.bootstrap import open_assistant
    from service.command_line.progress import build_when_needed
    from service.settings import read_settings
    from service.wire import ReplyModel

    settings = read_settings()
    filters = Filters(documents=frozenset(documents), speakers=frozenset(speakers))
    with open_assistant(settings) as assistant:
        build_when_needed(assistant, settings)
        for document in documents:
            assistant.document(document)  # A misspelt one is not to be taken for one that says nothing.
        reply = assistant.ask(ChatRequest(question, language=language, filters=filters))
        if as_json:
            click.echo(ReplyModel.of(reply).model_dump_json(indent=2))
        else:
            print_reply(reply, assistant)


def ask_service(
    question: str, language: str, documents: Sequence[str], speakers: Sequence[str], *, as_json: bool
) -> bool:
    """Have a running service answer; False where there is none, and nothing has been printed."""
    filters = {"documents": list(documents), "speakers": list(speakers)}
    found = running.ask({"message": question, "language": language, "filters": filters})
    if found is None:
        return False
    sent, paths = found
    if as_json:
        click.echo(json.dumps(sent, indent=2, ensure_ascii=False))
        return True
    seeds = running.own_settings().seeds
    show(reply_of(sent, paths), console(), {name: locate(seeds, path) for name, path in paths.items()})
    return True


@click.command()
@LANGUAGE
def chat(language: str) -> None:
    """Ask one question after another in a conversation."""
    from service.bootstrap import open_assistant
    from service.command_line.progress import build_when_needed
    from service.settings import read_settings

    settings = read_settings()
    with open_assistant(settings) as assistant:
        build_when_needed(assistant, settings)
        words = strings("en" if language == "auto" else language)
        click.echo(words.text("chat.welcome"))
        conversation_id = None
        while question := read_line(words.text("chat.prompt")):
            if len(question) > MAX_MESSAGE_CHARACTERS:
                click.echo(words.text("page.long"))
                continue
            reply = assistant.ask(ChatRequest(question, conversation_id, language))
            conversation_id = reply.conversation_id
            click.echo()
            print_reply(reply, assistant)
            click.echo()


def read_line(prompt: str) -> str:
    """A line from the person, without blanks around it; empty when the input has ended."""
    try:
        return str(click.prompt(prompt, default="", show_default=False, prompt_suffix=": ")).strip()
    except click.Abort:
        click.echo()
        return ""


def print_reply(reply: Reply, assistant: Assistant) -> None:
    """Print an answer with the files that its quotes come from."""
    show(reply, console(), {one.document.id: assistant.locate(one.document) for one in reply.answer.citations})
