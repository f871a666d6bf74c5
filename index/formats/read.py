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


def _spoken(read: Callable[[bytes], Extracted]) -> Callable[[bytes], Extracted]:
    def read_bytes(data: bytes) -> Extracted:
        return with_dialogue(read(data))

    return read_bytes


def _decoded(read: Callable[[str], Extracted]) -> Callable[[bytes], Extracted]:
    def read_bytes(data: bytes) -> Extracted:
        text, encoding = decode(data)
        extracted = read(text)
        noted = () if encoding == "utf-8" else (Fact("encoding", encoding, "bytes"),)
        return replace(extracted, facts=(*extracted.facts, *noted))

    return read_bytes


FORMATS: Mapping[str, Callable[[bytes], Extracted]] = MappingProxyType(
    {
        ".txt": _spoken(_decoded(Extracted)),
        ".text": _spoken(_decoded(Extracted)),
        ".md": _spoken(_decoded(read_markdown)),
        ".markdown": _spoken(_decoded(read_markdown)),
        ".html": _spoken(read_page),
        ".htm": _spoken(read_page),
        ".pdf": _spoken(read_pdf),
        ".docx": _spoken(read_word),
        ".eml": _spoken(read_mail),
        ".csv": _decoded(read_comment_table),
        ".tsv": _decoded(read_comment_table),
        ".srt": _spoken(_decoded(read_subtitles)),
        ".vtt": _spoken(_decoded(read_subtitles)),
    }
)
"""How each kind of file is read, by its ending in lower case. Each raises UnreadableDocument with the reason."""
