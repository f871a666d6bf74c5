"""DOCX: the text by LlamaIndex's reader, beside it the structure that the file's styles give."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.formats.memory import make_reader, read_with
from index.formats.properties import facts_of_properties
from index.records import Fact, Part, SegmentKind

_MOST_UNPACKED = 100_000_000
"""Bytes of the parts with text, unpacked: a book of a thousand pages has ten million."""
_MOST_ENTRIES = 10_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_OLE = b"\xd0\xcf\x11\xe0"


def read_word(data: bytes) -> Extracted:
    """Return the text of a Word document, with its title, headings, lists and quotations as its styles mark them.

    What stands in page headers and footers is kept in the text as furniture.

    Raises:
        UnreadableDocument: no DOCX, damaged, locked with a password, without text, or larger unpacked than is sane.
    """
    if data.startswith(_OLE):
        raise UnreadableDocument("expected a DOCX, found one that is locked with a password, or an older Word file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_bomb(archive)
            blocks, facts = list(_blocks(archive)), _facts(archive)
        text = read_with(make_reader("DocxReader"), data, ".docx")[0]
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
    return Extracted(text, facts, tuple(_parts(text, blocks)))


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    """Look at the sizes before anything is unpacked; the unpacking itself never gives more than they say."""
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries if entry.filename.lower().endswith((".xml", ".rels")))
    if size > _MOST_UNPACKED or len(entries) > _MOST_ENTRIES:
        raise UnreadableDocument(
            f"expected a DOCX of at most {_MOST_UNPACKED:,} bytes unpacked in {_MOST_ENTRIES:,} parts, "
            f"found {size:,} in {len(entries):,}"
        )


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    from defusedxml.ElementTree import fromstring

    return fromstring(archive.read(name), forbid_dtd=True)


def _blocks(archive: zipfile.ZipFile) -> Iterator[tuple[SegmentKind, str]]:
    """Return the kind and the text of every paragraph of the body, as the reader writes it."""
    styles = _styles(archive)
    for paragraph in _xml(archive, "word/document.xml").iter(f"{_W}p"):
        text = "".join(map(_written, paragraph.iter())).strip()
        if text:
            yield _kind(paragraph, styles), text


def _written(element: Any) -> str:
    if element.tag == f"{_W}t":
        return element.text or ""
    if element.tag == f"{_W}tab":
        return "\t"
    return "\n" if element.tag in (f"{_W}br", f"{_W}cr") else ""


def _styles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the built-in names of styles by their ids, which are translated: "Overskrift1" is "heading 1"."""
    if "word/styles.xml" not in archive.namelist():
        return {}
    names: dict[str, str] = {}
    for style in _xml(archive, "word/styles.xml").iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        names[style.get(f"{_W}styleId", "")] = name.get(f"{_W}val", "").lower() if name is not None else ""
    return names


def _kind(paragraph: Any, styles: dict[str, str]) -> SegmentKind:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    identifier = style.get(f"{_W}val", "") if style is not None else ""
    name = styles.get(identifier) or identifier.lower()
    if name == "title":
        return "title"
    if name.startswith(("heading", "subtitle")):
        return "heading"
    if name.startswith("list") or paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
        return "list_item"
    return "quotation" if name in ("quote", "intense quote") else "paragraph"


def _parts(text: str, blocks: list[tuple[SegmentKind, str]]) -> Iterator[Part]:
    """Find the paragraphs in the reader's text, in order; what stands before and after them is headers and footers."""
    found: list[Part] = []
    position, titled = 0, False
    for kind, written in blocks:
        start = text.find(written, position)
        if start < 0:
            continue  # The rules for plain text judge what the reader wrote in another way.
        kind = "heading" if kind == "title" and titled else kind
        titled = titled or kind == "title"
        found.append(Part(kind, start, start + len(written)))
        position = start + len(written)
    if not found:
        return
    yield from _page_furniture(text, 0, found[0].start)
    yield from found
    yield from _page_furniture(text, found[-1].end, len(text))


def _page_furniture(text: str, start: int, end: int) -> Iterator[Part]:
    inner = text[start:end].strip()
    if inner:
        first = text.index(inner, start)
        yield Part("furniture", first, first + len(inner), reason="page header or footer")


def _facts(archive: zipfile.ZipFile) -> tuple[Fact, ...]:
    if "docProps/core.xml" not in archive.namelist():
        return ()
    core = _xml(archive, "docProps/core.xml")
    return facts_of_properties(
        title=core.findtext(f"{_DC}title"),
        author=core.findtext(f"{_DC}creator"),
        published=(core.findtext(f"{_TERMS}created") or "")[:10] or None,
    )
