"""An answer on a terminal: wrapped lines, colours where there is a terminal, plain text elsewhere."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.text import Text

from service.records import Citation, Reply, SectionKind
from service.strings import Strings, strings
from service.wording import understood

MAX_COLUMNS = 110
"""Longer lines are hard to read."""
STYLES: dict[SectionKind, str] = {"voice": "cyan", "side": "bold", "sentence": "", "note": ""}


def show(reply: Reply, console: Console, locate: dict[str, str]) -> None:
    """Print an answer with its quotes and sources. `locate` gives each document's id its path."""
    answer = reply.answer
    words = strings(answer.language)
    if read := understood(reply.question, reply.standalone, answer.language):
        paragraph(console, read, "dim")
        console.print()
    by_marker = {citation.marker: citation for citation in answer.citations}
    written = bool(answer.sections) and answer.sections[0].kind == "sentence"
    if not written:
        paragraph(console, answer.headline, "bold")
    for place, section in enumerate(answer.sections):
        if place or not written:
            console.print()
        paragraph(console, section.introduction, STYLES[section.kind])
        for marker in section.markers:
            quote = " ".join(by_marker[marker].quote.text.splitlines())
            indented(console, f"[{marker}] {words.quoted(quote)}")
            for line in aid_lines(by_marker[marker], words):
                indented(console, line, style="dim")
    if answer.citations:
        console.print()
        console.print(Text(words.text("sources.heading"), style="bold"))
        for citation in answer.citations:
            indented(console, source_line(citation, locate, answer.language), style="dim")


def aid_lines(citation: Citation, words: Strings) -> list[str]:
    """What helps to read a quote, each named as the aid that it is."""
    lines = []
    if citation.translation:
        named = words.text("aid.translation", by=citation.translation.by)
        lines.append(f"{named}: {' '.join(citation.translation.text.split())}")
    if citation.gloss:
        lines.append(f"{words.text('aid.gloss')}: {citation.gloss.text}")
    return lines


def paragraph(console: Console, line: str, style: str) -> None:
    """Print a paragraph, wrapped on a terminal; elsewhere (a pipe, a file) on one line, to be searched."""
    console.print(Text(line, style=style), soft_wrap=not console.is_terminal)


def indented(console: Console, line: str, style: str = "") -> None:
    """Print an indented paragraph, wrapped as `paragraph` does."""
    width = console.width - 1 if console.is_terminal else len(line) + 3
    # Only a blank breaks a line: what else counts as one (a no-break space) is part of the quote.
    wrapped = textwrap.wrap(
        line, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False, replace_whitespace=False
    )
    for part in wrapped:
        console.print(Text(part, style=style), soft_wrap=True)


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
