"""DOCX: the text by LlamaIndex's reader, beside it the structure that the file's styles give."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.formats.memory import make_reader, read_with
from index.formats.properties import facts_of_properties
from index.formats.word_plain import Added, W, read_plain, set_off, written, xml_of
from index.formats.word_tables import spoken_cells
from index.records import Fact, Part, SegmentKind

_MOST_UNPACKED = 100_000_000
"""Bytes of the parts with text, unpacked: a book of a thousand pages has ten million."""
_MOST_ENTRIES = 10_000

_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_TOLD = ("title", "toc ", "table of figures", "heading", "subtitle", "list", "quote", "intense quote")
"""How the names of the styles begin that say what a paragraph is."""
_HEADERS = re.compile(r"word/(?:header|footer)\d*\.xml")
_OLE = b"\xd0\xcf\x11\xe0"


def read_word(data: bytes) -> Extracted:
    """Return the text of a Word document, with its title, headings, lists and quotations as its styles mark them.

    Notes and comments stand below the text, comments with their writers. Text boxes are read once, where they stand;
    what was deleted or is hidden is not read. Page headers and footers are kept in the text as furniture.

    Raises:
        UnreadableDocument: no DOCX, damaged, locked with a password, without text, or larger unpacked than is sane.
    """
    if data.startswith(_OLE):
        raise UnreadableDocument("expected a DOCX, found one that is locked with a password, or an older Word file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_bomb(archive)
            tree, added = read_plain(archive)
            blocks, facts = list(_blocks(archive, tree, added)), _facts(archive)
            plain = _plain_file(archive, tree)
        text = read_with(make_reader(), plain, ".docx")[0]
    except UnreadableDocument:
        raise
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, NotImplementedError) as error:
        raise UnreadableDocument(f"expected a DOCX, found a damaged file or another kind ({error})") from None
    except Exception as error:  # XML parsers raise their own errors, entity bombs among them.
        raise UnreadableDocument(
            f"expected a DOCX that can be read, found a damaged one ({str(error)[:200]})"
        ) from None
    if not text.strip():
        raise UnreadableDocument("expected a DOCX with text, found one without any")
    parts, marked = _placed(text, blocks)
    return Extracted(text, facts, tuple(parts), tuple(marked))


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    """Look at the sizes before anything is unpacked; the unpacking itself never gives more than they say."""
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries if entry.filename.lower().endswith((".xml", ".rels")))
    if size > _MOST_UNPACKED or len(entries) > _MOST_ENTRIES:
        raise UnreadableDocument(
            f"expected a DOCX of at most {_MOST_UNPACKED:,} bytes unpacked in {_MOST_ENTRIES:,} parts, "
            f"found {size:,} in {len(entries):,}"
        )


def _plain_file(archive: zipfile.ZipFile, tree: Any) -> bytes:
    """Return a DOCX of a document's plain paragraphs, its page headers and its footers: what the reader reads."""
    from xml.etree.ElementTree import tostring  # It writes; what others wrote is read by defusedxml.

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as plain:
        for name in archive.namelist():
            if _HEADERS.fullmatch(name):
                plain.writestr(name, archive.read(name))
        plain.writestr("word/document.xml", tostring(tree))
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph as the reader writes it, what it is, and how much of its beginning is in bold type."""

    part: Part
    text: str
    bold: int


def _blocks(archive: zipfile.ZipFile, tree: Any, added: Mapping[Any, Added]) -> Iterator[_Block]:
    """Return every paragraph that has text, in order."""
    styles, cells = _styles(archive), spoken_cells(tree)
    for paragraph in tree.iter(f"{W}p"):
        raw = "".join(map(written, paragraph.iter()))
        text = raw.strip()
        if not text:
            continue
        whose = added.get(paragraph)
        if whose is not None:
            kind: SegmentKind = "comment" if whose.number else "paragraph"
            part = Part(kind, 0, 0, name=whose.name, number=whose.number)
        elif paragraph in cells:
            part = cells[paragraph]
        else:
            part = _part(paragraph, styles)
        bold = set_off(paragraph) - (len(raw) - len(raw.lstrip()))
        yield _Block(part, text, min(bold, len(text)))


def _styles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the built-in names of styles by their ids, which are translated: "Overskrift1" is "heading 1".

    A style of somebody's own is what the one that it is based on is.
    """
    if "word/styles.xml" not in archive.namelist():
        return {}
    names: dict[str, str] = {}
    based: dict[str, str] = {}
    for style in xml_of(archive, "word/styles.xml").iter(f"{W}style"):
        identifier = style.get(f"{W}styleId", "")
        name, base = style.find(f"{W}name"), style.find(f"{W}basedOn")
        names[identifier] = name.get(f"{W}val", "").lower() if name is not None else ""
        if base is not None:
            based[identifier] = base.get(f"{W}val", "")
    return {identifier: _built_in(identifier, names, based) for identifier in names}


def _built_in(identifier: str, names: Mapping[str, str], based: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while identifier not in seen:
        seen.add(identifier)
        if names.get(identifier, "").startswith(_TOLD):
            return names[identifier]
        identifier = based.get(identifier, identifier)
    return ""


def _part(paragraph: Any, styles: Mapping[str, str]) -> Part:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    identifier = style.get(f"{W}val", "") if style is not None else ""
    name = styles.get(identifier) or identifier.lower()
    if name == "title":
        return Part("title", 0, 0)
    if name.startswith(("toc ", "table of figures")):
        return Part("furniture", 0, 0, reason="table of contents")
    if name.startswith(("heading", "subtitle")) or paragraph.find(f"{W}pPr/{W}outlineLvl") is not None:
        return Part("heading", 0, 0)
    if name.startswith("list") or paragraph.find(f"{W}pPr/{W}numPr") is not None:
        return Part("list_item", 0, 0)
    return Part("quotation" if name in ("quote", "intense quote") else "paragraph", 0, 0)


def _placed(text: str, blocks: Sequence[_Block]) -> tuple[list[Part], list[tuple[int, int]]]:
    """Find the paragraphs in the reader's text, in order, and what is set in bold at their beginnings.

    What stands before and after them is headers and footers.
    """
    found: list[Part] = []
    marked: list[tuple[int, int]] = []
    position, titled = 0, False
    for block in blocks:
        start = text.find(block.text, position)
        if start < 0:
            continue  # The rules for plain text judge what the reader wrote in another way.
        kind = "heading" if block.part.kind == "title" and titled else block.part.kind
        titled = titled or kind == "title"
        position = start + len(block.text)
        found.append(replace(block.part, kind=kind, start=start, end=position))
        if block.bold > 0:
            marked.append((start, start + block.bold))
    if found:
        above, below = _page_furniture(text, 0, found[0].start), _page_furniture(text, found[-1].end, len(text))
        found = [*above, *found, *below]
    return found, marked


def _page_furniture(text: str, start: int, end: int) -> Iterator[Part]:
    inner = text[start:end].strip()
    if inner:
        first = text.index(inner, start)
        yield Part("furniture", first, first + len(inner), reason="page header or footer")


def _facts(archive: zipfile.ZipFile) -> tuple[Fact, ...]:
    if "docProps/core.xml" not in archive.namelist():
        return ()
    core = xml_of(archive, "docProps/core.xml")
    return facts_of_properties(
        title=core.findtext(f"{_DC}title"),
        author=core.findtext(f"{_DC}creator"),
        published=(core.findtext(f"{_TERMS}created") or "")[:10] or None,
    )
