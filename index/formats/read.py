"""Chooses how a file is read by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from index.encodings import decode
from index.formats.comment_table import read_comment_table
from index.formats.extracted import Extracted
from index.formats.mail import read_mail
from index.formats.markdown import read_markdown
from index.formats.pdf import read_pdf
from index.formats.spoken import with_dialogue
from index.formats.subtitles import read_subtitles
from index.formats.web_page import read_page
from index.formats.word import read_word
from index.records import Fact


def _spoken(read: Callable[[str], Extracted]) -> Callable[[str], Extracted]:
    def read_text(text: str) -> Extracted:
        return with_dialogue(read(text))

    return read_text


def _decoded(read: Callable[[str], Extracted]) -> Callable[[bytes], Extracted]:
    def read_bytes(data: bytes) -> Extracted:
        text, encoding = decode(data)
        extracted = read(text)
        noted = () if encoding == "utf-8" else (Fact("encoding", encoding, "bytes"),)
        return replace(extracted, facts=(*extracted.facts, *noted))

    return read_bytes


FORMATS: Mapping[str, Callable[[bytes], Extracted]] = MappingProxyType(
    {
        ".txt": _decoded(_spoken(Extracted)),
        ".text": _decoded(_spoken(Extracted)),
        ".md": _decoded(_spoken(read_markdown)),
        ".markdown": _decoded(_spoken(read_markdown)),
        ".html": read_page,
        ".htm": read_page,
        ".pdf": read_pdf,
        ".docx": read_word,
        ".eml": read_mail,
        ".csv": _decoded(read_comment_table),
        ".tsv": _decoded(read_comment_table),
        ".srt": _decoded(read_subtitles),
        ".vtt": _decoded(read_subtitles),
    }
)
"""How each kind of file is read, by its ending in lower case. Each raises UnreadableDocument with the reason."""
