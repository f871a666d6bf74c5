"""What sources.toml may say, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import InvalidData
from index.sources import SourceInfo, read_sources


def test_a_folder_without_the_file_says_nothing(tmp_path: Path) -> None:
    """The file is optional."""
    assert read_sources(tmp_path) == {}


def test_each_document_has_what_is_said_of_it(tmp_path: Path) -> None:
    """All keys are optional; a date may be a TOML date."""
    (tmp_path / "sources.toml").write_text(
        '[a]\ntitle = " Tittel "\nauthor = "Kari Nordmann"\nurl = "https://example.org"\npublished = 2012-03-04\n'
        '[b]\npublished = "våren 2012"\n["c d"]\n',
        encoding="utf-8",
    )
    assert read_sources(tmp_path) == {
        "a": SourceInfo("Tittel", "Kari Nordmann", "https://example.org", "2012-03-04"),
        "b": SourceInfo(published="våren 2012"),
        "c d": SourceInfo(),
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[a\n", r"expected TOML, found: .*line 1"),
        (b'title = "x"\n', "expected only tables such as .*found the key 'title' outside of one"),
        (b"[a]\nautor = 'x'\n", r"\[a\]: expected the keys title, author, url, published, publication, found 'autor'"),
        (b"[a]\ntitle = 3\n", r"\[a\] title: expected a text, found 3"),
        (b"[a]\ntitle = ' '\n", r"\[a\] title: expected a text"),
        (b"[a]\ntitle = '\xe5'\n", "expected UTF-8 text"),
    ],
)
def test_a_malformed_file_names_the_line_or_key(tmp_path: Path, content: bytes, reason: str) -> None:
    """The error names the file, and the line or the key."""
    (tmp_path / "sources.toml").write_bytes(content)
    with pytest.raises(InvalidData, match=reason) as error:
        read_sources(tmp_path)
    assert "sources.toml" in str(error.value)
