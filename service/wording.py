"""The sentences around the quotes, in the asker's language, and the answer as Markdown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from index.records import DocumentInfo, Speaker
from service.records import Answer, Citation, Section
from service.strings import Strings, answer_language, strings

# CommonMark 0.31, 2.4: a backslash before any ASCII punctuation character makes it literal.
_INLINE_MARKUP = re.compile(r"[\\`*_\[\]<>&~|]")
_BLOCK_MARKUP = re.compile(r"^(\s*)([-+#=]|\d+(?=[.)]))")


def escape_markdown(text: str) -> str:
    """`text` so that Markdown shows it literally; quoted documents must not format, link or number anything."""

    def escape_line(line: str) -> str:
        line = _INLINE_MARKUP.sub(r"\\\g<0>", line.strip())
        block = _BLOCK_MARKUP.match(line)
        if not block:
            return line
        at = block.end() if block[2].isdigit() else block.start(2)
        return line[:at] + "\\" + line[at:]

    return "\n".join(escape_line(line) for line in text.splitlines())


def voice(speaker: Speaker, document: DocumentInfo, words: Strings) -> str:
    """The sentence that introduces a voice: who speaks, where, and in which language the document is."""
    key = f"voice.{speaker.role}" + ("" if speaker.name else "_unnamed")
    return words.text(
        key,
        name=speaker.name or "",
        title=words.quoted(document.title),
        language=words.language_name(document.language),
    )


def sections(citations: Sequence[Citation], words: Strings) -> tuple[Section, ...]:
    """One section a voice, in the order of the citations; neighbouring quotes of one voice stand together."""

    def key(citation: Citation) -> tuple[str, Speaker]:
        return citation.document.id, citation.quote.speaker

    grouped = ((list(group)) for _, group in groupby(citations, key))
    return tuple(
        Section(voice(group[0].quote.speaker, group[0].document, words), tuple(c.marker for c in group))
        for group in grouped
    )


def understood(asked: str, standalone: str, language: str) -> str:
    """How a question was understood, where that is not how it was asked: a slip mended, or words of the one before.

    A line for the asker, plain text; empty where the question was understood as it stands.
    """
    if standalone.casefold() == asked.casefold():
        return ""
    return strings(answer_language(language)).text("understood.as", question=standalone)


def count_voices(citations: Iterable[Citation]) -> int:
    """How many speak: a named person once, an unnamed author once a document, unnamed commenters once a document."""
    return len(
        {
            (speaker.name,) if speaker.name else (citation.document.id, speaker.role)
            for citation in citations
            for speaker in (citation.quote.speaker,)
        }
    )


def found_headline(
    topic: str | None, citations: Sequence[Citation], total: int, words: Strings, *, key: str = "plain"
) -> str:
    """What was found, with counts of what is shown: voices, and texts out of `total`. `key` is that of the string."""
    shown = len({citation.document.id for citation in citations})
    voices = count_voices(citations)
    if total == 1:
        texts = words.text("intro.texts_one")
    else:
        which = "intro.texts_all" if shown == total else "intro.texts_some"
        texts = words.text(which, count=words.number(shown), total=words.number(total))
    spoken = words.text("intro.voices_one" if voices == 1 else "intro.voices_many", count=words.number(voices))
    if topic:
        return words.text("intro.topic", topic=words.quoted(topic), voices=spoken, texts=texts)
    return words.text(f"intro.{key}", voices=spoken, texts=texts)


def markdown_blocks(answer: Answer) -> list[tuple[str, tuple[Citation, ...]]]:
    """The answer as Markdown, block by block with the citations that are new in each; joined by blank lines, all of it.

    A voice's quotes are block quotes, each followed by its marker. A model's sentences carry their markers; where such
    a sentence comes first there is no headline.
    """
    words = strings(answer.language)
    by_marker = {citation.marker: citation for citation in answer.citations}
    written = bool(answer.sections) and answer.sections[0].kind == "sentence"
    blocks: list[tuple[str, tuple[Citation, ...]]] = [] if written else [(escape_markdown(answer.headline), ())]
    seen: set[int] = set()
    for section in answer.sections:
        brought = tuple(by_marker[marker] for marker in section.markers)
        if section.kind == "sentence":
            text = escape_sentence(section.introduction, section.markers)
        elif section.kind == "side":
            text = f"### {escape_markdown(section.introduction)}"
        else:
            text = "\n\n".join([escape_markdown(section.introduction), *(block_quote(c, words) for c in brought)])
        blocks.append((text, tuple(citation for citation in brought if citation.marker not in seen)))
        seen.update(section.markers)
    return blocks


def block_quote(citation: Citation, words: Strings) -> str:
    """A quote as a Markdown block quote that ends with its marker."""
    lines = f"{words.quoted(escape_markdown(citation.quote.text))} [{citation.marker}]".splitlines()
    return "\n".join(f"> {line}" for line in lines)


def escape_sentence(text: str, markers: Collection[int]) -> str:
    """A model's sentence so that Markdown shows it literally, but for the markers that belong to it."""
    escaped = escape_markdown(text)
    for marker in markers:
        escaped = escaped.replace(f"\\[{marker}\\]", f"[{marker}]")
    return escaped


def markdown(answer: Answer) -> str:
    """The whole answer as Markdown."""
    return "\n\n".join(text for text, _ in markdown_blocks(answer))
