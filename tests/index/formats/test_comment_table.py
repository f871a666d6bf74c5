"""Tables of comments as programs export them, and forms with a column for each question."""

from __future__ import annotations

import pytest

from index.errors import UnreadableDocument
from index.formats.comment_table import read_comment_table
from index.formats.extracted import Extracted
from index.formats.read import FORMATS

COMMENT = "Skolen er god, men den er for liten."


def said(found: Extracted) -> list[tuple[str | None, int, str]]:
    parts = [part for part in found.parts if part.kind == "comment"]
    return [(part.name, part.number, found.text[part.start : part.end]) for part in parts]


@pytest.mark.parametrize("ending", [".csv", ".tsv"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_exports_of_office_programs_are_read(ending: str, encoding: str) -> None:
    """Excel writes tabs in UTF-16, semicolons in windows-1252, and a mark in front of UTF-8."""
    table = f"Navn\tKommentar\r\nBjørn Lie\t{COMMENT}\r\n"
    table = table.replace("\t", ";") if encoding == "windows-1252" else table
    assert said(FORMATS[ending](table.encode(encoding))) == [("Bjørn Lie", 1, COMMENT)]


@pytest.mark.parametrize("separator", ["sep=;\n", "SEP=;\r\n", ""])
def test_the_separator_may_be_stated(separator: str) -> None:
    """A line above the head says what separates; it is no part of the table."""
    assert said(read_comment_table(f"{separator}Navn;Kommentar\nKari;{COMMENT}\n")) == [("Kari", 1, COMMENT)]


def test_a_table_of_one_column_is_not_cut_at_its_commas() -> None:
    """Nothing separates where there is nothing to separate."""
    assert said(read_comment_table(f"Kommentar\n{COMMENT}\n")) == [(None, 1, COMMENT)]


def test_what_a_row_has_too_much_is_of_its_last_cell() -> None:
    """A comment that was not quoted keeps what stands behind its commas."""
    assert said(read_comment_table(f"Navn,Kommentar\nKari,{COMMENT}\n")) == [("Kari", 1, COMMENT)]


def test_forms_have_a_heading_for_each_question() -> None:
    """Each answer is a comment of its writer below the question; dates and choices are no answers."""
    table = (
        '"Tidsstempel","Navn","Hvad synes du, alt i alt?","Hvor ofte kommer du?","Fortæl om din egen skole"\n'
        f'"2024/03/14 10.14.22","Bo Friis","{COMMENT}","Hver uge","Den lå ved havnen, og den var rød."\n'
        '"2024/03/15 10.14.22","Ida Lund","Den er helt fin, synes jeg.","Aldrig","Den findes ikke mere."\n'
    )
    found = read_comment_table(table)
    assert said(found) == [
        ("Bo Friis", 1, COMMENT),
        ("Ida Lund", 2, "Den er helt fin, synes jeg."),
        ("Bo Friis", 3, "Den lå ved havnen, og den var rød."),
        ("Ida Lund", 4, "Den findes ikke mere."),
    ]
    headings = [found.text[part.start : part.end] for part in found.parts if part.kind == "heading"]
    assert headings == ["Hvad synes du, alt i alt?", "Fortæl om din egen skole"]


def test_first_and_last_names_stand_together() -> None:
    """Where a name has two columns, it is both."""
    assert said(read_comment_table(f"Fornavn;Etternavn;Svar\nKari;Moen;{COMMENT}\n")) == [("Kari Moen", 1, COMMENT)]


def test_a_table_of_things_is_no_table_of_comments() -> None:
    """What describes things is nobody's comment."""
    with pytest.raises(UnreadableDocument, match="found the columns: Name, Description"):
        read_comment_table("Name,Description\nOslo,The capital of Norway is a large town.\n")
