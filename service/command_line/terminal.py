"""An answer on a terminal: wrapped lines, colours where there is a terminal, plain text elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from service.records import Answer, Citation
from service.strings import strings

MAX_COLUMNS = 110
"""Longer lines are hard to read."""


def show(answer: Answer, console: Console, locate: dict[str, str]) -> None:
    """Print an answer with its quotes and sources. `locate` gives each document's id its path."""
    words = strings(answer.language)
    by_marker = {citation.marker: citation for citation in answer.citations}
    written = bool(answer.sections) and answer.sections[0].kind == "sentence"
    if not written:
        console.print(Text(answer.headline, style="bold"))
    for place, section in enumerate(answer.sections):
        if place or not written:
            console.print()
        console.print(Text(section.introduction, style="cyan" if section.kind == "voice" else ""))
        for marker in section.markers:
            quote = " ".join(by_marker[marker].quote.text.split("\n"))
            body = Text.assemble((f"[{marker}] ", "bold yellow"), words.quoted(quote))
            console.print(Padding(body, (0, 0, 0, 2)))
    if answer.citations:
        console.print()
        console.print(Text(words.text("sources.heading"), style="bold"))
        for citation in answer.citations:
            console.print(Padding(Text(source_line(citation, locate, answer.language), style="dim"), (0, 0, 0, 2)))


def source_line(citation: Citation, locate: dict[str, str], language: str) -> str:
    """Where a quote stands: the file, and the characters in it."""
    words = strings(language)
    place = words.text("sources.characters", start=str(citation.quote.start), end=str(citation.quote.end))
    return f"[{citation.marker}] {locate.get(citation.document.id, citation.document.path)}, {place}"


def console(*, error: bool = False) -> Console:
    """A console of at most MAX_COLUMNS that colours only on a terminal and never interprets what it prints."""
    made = Console(stderr=error, highlight=False, markup=False, emoji=False, soft_wrap=False)
    made.width = min(made.width, MAX_COLUMNS)
    return made
