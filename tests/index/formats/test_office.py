"""PDF and DOCX: text, structure, properties, and files that are not what they should be."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.formats.pdf import read_pdf
from index.formats.properties import facts_of_properties
from index.formats.word import read_word
from tests.conftest import ROOT
from tests.index.formats.making_files import docx, locked, pdf

LINES = ["Blåbær på øya", "Her vokser det blåbær hvert år, og alle plukker dem."]
PARAGRAPHS = [
    ("Title", "Om byen"),
    ("Normal", "Byen er liten, og alle som bor der kjenner hverandre godt."),
    ("heading 1", "Hva den har"),
    ("List Bullet", "En kino med to saler"),
    ("List Bullet", "En skole"),
    ("Quote", "Jeg flytter aldri herfra."),
]


def kinds(found: Extracted) -> list[tuple[str, str]]:
    return [(part.kind, found.text[part.start : part.end]) for part in found.parts]


def facts(found: Extracted) -> dict[str, tuple[str, str]]:
    return {fact.name: (fact.value, fact.origin) for fact in found.facts}


def test_a_pdf_gives_its_pages_and_properties() -> None:
    """The text of all pages stands in order; title, author and date come from the properties."""
    info = {"Title": "Årsmelding", "Author": "Kari Nordmann", "CreationDate": "D:20190304120000Z"}
    found = read_pdf(pdf([LINES, ["Side to."]], info=info))
    assert found.text == "Blåbær på øya\nHer vokser det blåbær hvert år, og alle plukker dem.\n\nSide to.\n"
    origin = "document properties"
    assert facts(found) == {
        "title": ("Årsmelding", origin),
        "author": ("Kari Nordmann", origin),
        "published": ("2019-03-04", origin),
    }


@pytest.mark.parametrize(
    ("created", "day"),
    [
        ("D:20261122181527Z'", "2026-11-22"),
        ("D:20261122181527+01'00'", "2026-11-22"),
        ("D:20261122", "2026-11-22"),
        ("D:20261322", None),
        ("yesterday", None),
    ],
)
def test_a_date_that_a_program_writes_in_its_own_way_refuses_no_pdf(created: str, day: str | None) -> None:
    """LibreOffice ends a date in UTC with an apostrophe; what is no date is no fact."""
    found = read_pdf(pdf([LINES], info={"CreationDate": created}))
    assert found.text.startswith("Blåbær")
    assert facts(found) == ({"published": (day, "document properties")} if day else {})


@pytest.mark.parametrize(
    "title", ["c38.html", "(anonymous)", "https://example.org/a?b=c", "PowerPoint-presentasjon", "Rapport_endelig.docx"]
)
def test_a_title_that_a_program_left_is_none(title: str) -> None:
    """A browser names a page without a title by its file, a library by a word of its own."""
    escaped = title.replace("(", "\\(").replace(")", "\\)")
    assert facts(read_pdf(pdf([LINES], info={"Title": escaped}))) == {}


def test_a_pdf_without_text_says_that_it_is_scanned() -> None:
    """Pages that are pictures are refused with what to do."""
    with pytest.raises(UnreadableDocument, match=r"found 2 pages without any: scans need text recognition"):
        read_pdf(pdf([[], []]))


def test_a_locked_pdf_is_refused_and_an_open_one_read() -> None:
    """A password is needed, or it is not: many PDF files are encrypted only against changes."""
    with pytest.raises(UnreadableDocument, match="locked with a password"):
        read_pdf(locked(pdf([LINES]), "secret"))
    assert "blåbær hvert år" in read_pdf(locked(pdf([LINES]), "")).text


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", b"no PDF at all", pdf([LINES])[:300], b"%PDF-1.4\n" + bytes(5000)])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    """Whatever the parser makes of a broken file, it ends as one readable reason."""
    with pytest.raises(UnreadableDocument, match=r"expected a PDF.*found"):
        read_pdf(data)


def test_a_docx_gives_its_text_with_what_the_styles_say() -> None:
    """Title, heading, list items and quotations are told by the built-in names of the styles, whatever their ids."""
    found = read_word(docx(PARAGRAPHS, title="Byen vår", creator="Per Hansen"))
    assert kinds(found) == [
        ("title", "Om byen"),
        ("paragraph", "Byen er liten, og alle som bor der kjenner hverandre godt."),
        ("heading", "Hva den har"),
        ("list_item", "En kino med to saler"),
        ("list_item", "En skole"),
        ("quotation", "Jeg flytter aldri herfra."),
    ]
    assert facts(found)["author"] == ("Per Hansen", "document properties")
    assert facts(found)["published"] == ("2021-05-06", "document properties")


def test_page_headers_of_a_docx_are_furniture() -> None:
    """A header stays in the stored text, and is not the document's."""
    found = read_word(docx(PARAGRAPHS, header="Fortrolig utkast"))
    assert kinds(found)[0] == ("furniture", "Fortrolig utkast")
    assert kinds(found)[1] == ("title", "Om byen")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes are looked up first; and no name in the archive ("../") leads to a file."""
    monkeypatch.chdir(tmp_path)
    bomb = docx(PARAGRAPHS, extra=bytes(120_000_000))
    assert len(bomb) < 1_000_000
    with pytest.raises(UnreadableDocument, match=r"at most 100,000,000 bytes unpacked .* found 120,"):
        read_word(bomb)
    assert "Byen er liten" in read_word(docx(PARAGRAPHS, extra=b"<x/>")).text
    assert list(tmp_path.iterdir()) == []


def test_an_entity_bomb_is_refused() -> None:
    """XML that declares entities is none that Word writes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>')
    with pytest.raises(UnreadableDocument, match="expected a DOCX"):
        read_word(out.getvalue())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\3\4 broken", "a damaged file or another kind"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "locked with a password, or an older Word file"),
        (docx([]), "found one without any"),
        (docx(PARAGRAPHS)[:700], "expected a DOCX"),
    ],
)
def test_a_docx_that_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    """Damaged, locked and empty files are told apart."""
    with pytest.raises(UnreadableDocument, match=reason):
        read_word(data)


def test_what_programs_leave_behind_is_no_fact() -> None:
    """File names, default titles and user accounts say nothing about a document."""
    assert facts_of_properties(title="Microsoft Word - Document1.docx", author="admin", published=None) == ()
    assert facts_of_properties(title="rapport_v2.indd", author="Microsoft Office User", published=None) == ()


def test_reading_leaves_logging_alone() -> None:
    """The readers' package sets up the root logger when it is imported: nothing of that stays."""
    code = (
        "import logging; from index.formats.word import read_word; from tests.index.formats.making_files import docx\n"
        "read_word(docx([('Normal', 'Text.')])); raise SystemExit(len(logging.getLogger().handlers))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def furniture(found: Extracted) -> list[str]:
    return [found.text[part.start : part.end] for part in found.parts]


def test_what_every_page_repeats_is_furniture() -> None:
    """Running titles and page numbers stay in the stored text and are not the document's; nothing else is dropped."""
    pages = [
        ["Årsmelding", f"{2 * n} kapitler om havet", f"Fisken nummer {n} er stor.", f"Side {n} av 5"]
        for n in range(1, 6)
    ]
    pages[0] = ["Havet og vi", "Havet er stort.", "Side 1 av 5"]
    found = read_pdf(pdf(pages))
    repeated = [line for page in pages[1:] for line in (*page[:2], page[3])]
    assert furniture(found) == ["Side 1 av 5", *repeated]
    assert {part.reason for part in found.parts} == {"page header or footer"}


@pytest.mark.parametrize(("line", "is_title"), [("Havet og vi", True), ("12.3.2019 Havet og vi", False)])
def test_the_title_that_later_pages_repeat_is_the_title(line: str, is_title: bool) -> None:
    """It stands above the first page as it does above the others; what a program prints there has a date."""
    found = read_pdf(pdf([[line, f"Fisken nummer {number} er stor."] for number in "ABCD"]))
    assert furniture(found) == [line] * (3 if is_title else 4)


@pytest.mark.parametrize("number", ["7", "- 7 -", "Page 7", "Page 7 of 12", "Sida 7 (12)", "s. 7", "7 | 12"])
def test_page_numbers_are_furniture_of_two_pages_too(number: str) -> None:
    """A number alone at the edge of a page is the page's; a line with words is only where pages repeat it."""
    found = read_pdf(pdf([["Fish", "A fish swims.", number], ["Fish", "Another one flies.", number]]))
    assert furniture(found) == [number, number]


def test_a_page_alone_repeats_nothing() -> None:
    """A document of one page has no running title, and a figure on it may be its text."""
    assert read_pdf(pdf([["1984", "It was a bright cold day."]])).parts == ()
    assert read_pdf(pdf([["A", "x."], ["B", "y."], ["C", "z."]])).parts == ()
