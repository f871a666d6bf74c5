"""What a Word document shows, as plain paragraphs in its order: text boxes once, notes and comments below the text."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.formats.typesetting import UNSEEN

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNSHOWN = frozenset(
    {
        f"{W}moveFrom",  # It stands where it was moved to as well.
        f"{W}del",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",  # the same for older programs
    }
)
_NOTES = ("footnotes", "endnotes")
_OFF = frozenset({"0", "false", "off", "none"})


@dataclass(frozen=True, slots=True)
class Added:
    """A paragraph that stands outside of the text: of a note (number 0), or of a comment and who wrote it."""

    number: int = 0
    name: str | None = None


def xml_of(archive: zipfile.ZipFile, name: str) -> Any:
    """Return the root of a part of a document; one that declares entities is refused."""
    from defusedxml.ElementTree import fromstring

    return fromstring(archive.read(name), forbid_dtd=True)


def read_plain(archive: zipfile.ZipFile) -> tuple[Any, dict[Any, Added]]:
    """Return the document as a tree whose paragraphs are what it shows, and which of them are added below the text."""
    tree = xml_of(archive, "word/document.xml")
    body = tree.find(f"{W}body")
    _tidy(tree)
    added: dict[Any, Added] = {}
    for paragraph, whose in (*_notes(archive), *_comments(archive)):
        added[paragraph] = whose
        (tree if body is None else body).append(paragraph)
    return tree, added


def _notes(archive: zipfile.ZipFile) -> Iterator[tuple[Any, Added]]:
    for kind in _NOTES:
        for note in _parts(archive, kind):
            if note.get(f"{W}type") is None:  # The others are lines that separate.
                for paragraph in note.iter(f"{W}p"):
                    yield paragraph, Added()


def _comments(archive: zipfile.ZipFile) -> Iterator[tuple[Any, Added]]:
    for number, comment in enumerate(_parts(archive, "comments"), 1):
        name = " ".join((comment.get(f"{W}author") or "").split()) or None
        for paragraph in comment.iter(f"{W}p"):
            yield paragraph, Added(number, name)


def _parts(archive: zipfile.ZipFile, kind: str) -> list[Any]:
    name = f"word/{kind}.xml"
    if name not in archive.namelist():
        return []
    root = xml_of(archive, name)
    _tidy(root)
    return list(root)


def _tidy(parent: Any) -> None:
    """Take out what is not shown, put what stands in a text box below its paragraph, and mend hyphens."""
    for child in list(parent):
        if child.tag in _UNSHOWN or (child.tag == f"{W}r" and _is_on(child, "vanish")):
            parent.remove(child)
            continue
        if child.tag == f"{W}noBreakHyphen":
            child.tag, child.text = f"{W}t", "-"
        elif child.tag == f"{W}t" and child.text:
            child.text = child.text.translate(UNSEEN)
        _tidy(child)
        if child.tag == f"{W}p" and (boxes := list(_boxes(child))):
            place = list(parent).index(child) + 1
            parent[place:place] = boxes


def _boxes(element: Any) -> Iterator[Any]:
    for child in list(element):
        if child.tag == f"{W}txbxContent":
            element.remove(child)
            yield from child
        else:
            yield from _boxes(child)


def _is_on(run: Any, name: str) -> bool:
    found = run.find(f"{W}rPr/{W}{name}")
    return found is not None and found.get(f"{W}val", "1") not in _OFF


def written(element: Any) -> str:
    """Return what a reader of text writes for an element itself."""
    if element.tag == f"{W}t":
        return element.text or ""
    if element.tag == f"{W}tab":
        return "\t"
    return "\n" if element.tag in (f"{W}br", f"{W}cr") else ""


def set_off(paragraph: Any) -> int:
    """Return how many characters at a paragraph's beginning are in bold type."""
    length = 0
    for run in paragraph.iter(f"{W}r"):
        text = "".join(map(written, run.iter()))
        if text.strip() and not _is_on(run, "b"):
            break
        length += len(text)
    return length
