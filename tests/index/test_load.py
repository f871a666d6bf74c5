"""Files as they are taken in, and why some are not."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from index.errors import NoDocuments, UnreadableDocument
from index.formats.extracted import Extracted
from index.load import ambiguous_files, document_id, find_files, read_document, unread_files


def test_supported_files_are_found_sorted_and_hidden_ones_skipped(tmp_path: Path) -> None:
    """Documents of any depth are found in order; hidden ones, other kinds and the parts of saved pages are not."""
    for name in [
        "b.txt",
        "a.TEXT",
        "sub/c.md",
        "sub/d e 🙂.txt",
        ".hidden.txt",
        ".git/x.txt",
        "picture.png",
        "sources.toml",
        "page.HTML",
        "page_files/frame.html",
        "own_files/e.pdf",
    ]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")
    (tmp_path / "folder.txt").mkdir()
    found = [str(path.relative_to(tmp_path)) for path in find_files(tmp_path)]
    assert found == ["a.TEXT", "b.txt", "own_files/e.pdf", "page.HTML", "sub/c.md", "sub/d e 🙂.txt"]


def test_documents_of_other_kinds_are_named_with_what_to_do(tmp_path: Path) -> None:
    """What people take for documents is not passed over in silence; pictures and style sheets are."""
    for name in (
        "letter.odt",
        "old.DOC",
        "sheet.xlsx",
        "post.msg",
        "photo.jpg",
        "style.css",
        "text.txt",
        ".hidden.odt",
    ):
        (tmp_path / name).write_text("x")
    found = {path.name: reason for path, reason in unread_files(tmp_path).items()}
    assert set(found) == {"letter.odt", "old.DOC", "sheet.xlsx", "post.msg"}
    assert found["old.DOC"].endswith("found .DOC, which is not read: save it as DOCX")
    assert found["post.msg"].endswith("save it as EML")


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    """A link that leads back to its own folder does not make the walk endless."""
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert find_files(tmp_path) == [tmp_path / "a.txt"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Where there is no folder, the error says what stands there instead."""
    file = tmp_path / "a.txt"
    file.write_text("x", encoding="utf-8")
    with pytest.raises(NoDocuments, match="found nothing there"):
        find_files(tmp_path / "none")
    with pytest.raises(NoDocuments, match="found a file there"):
        find_files(file)


@pytest.mark.parametrize(
    "text",
    [
        "Hej\r\nmed\rdig\n",
        "\ufeffMed byte order mark",
        "e\u0301 og é",
        "a\u00a0b\u2028c\u0085d",
        "🙂\f\v\t",
        "  x  \n\n\n",
    ],
)
def test_the_text_is_the_files_own(tmp_path: Path, text: str) -> None:
    """Nothing is normalised: the text is the bytes decoded as UTF-8, the hash is that of the bytes."""
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    assert read_document(path) == (Extracted(text), hashlib.sha256(text.encode()).hexdigest())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", r"expected text, found an empty file \(0 bytes\)"),
        (b" \n\t\r\n", "found a file of 5 bytes that holds only blanks"),
        ("\ufeff \u00a0\n".encode(), "that holds only blanks"),
        (b"ab\x81\x8d\x8f\x90\x9d", r"expected UTF-8 text, found an encoding that cannot be told.*0x81 at offset 2"),
        (b"\xff\xfe\0", "expected text, found broken UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "expected UTF-8 text, found binary data"),
        (b"abc\x00def", r"expected text, found binary data \(control character U\+0000 at offset 3\)"),
        (b"abc\x07", r"control character U\+0007"),
    ],
)
def test_what_is_no_text_is_refused_with_what_was_found(tmp_path: Path, data: bytes, reason: str) -> None:
    """Empty, blank, wrongly encoded and binary files are refused; the reason states what was expected and found."""
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(UnreadableDocument, match=reason):
        read_document(path)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """The size is looked up first: a sparse file of 200 MB costs nothing."""
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(UnreadableDocument, match="expected at most 20,000,000 bytes, found 200,000,000"):
        read_document(path)
    with pytest.raises(UnreadableDocument, match="expected at most 10 bytes, found 200,000,000"):
        read_document(path, max_bytes=10)


def test_a_file_at_the_limit_is_read(tmp_path: Path) -> None:
    """`max_bytes` itself is allowed."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 10)
    assert read_document(path, max_bytes=10)[0].text == "x" * 10


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """Folders, pipes and missing files are named, and none of them blocks."""
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableDocument, match="expected a regular file"):
        read_document(tmp_path / "folder.txt")
    with pytest.raises(UnreadableDocument, match="expected a regular file"):
        read_document(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableDocument, match="expected a readable file, found: No such file"):
        read_document(tmp_path / "none.txt")


def test_files_that_share_a_stem_are_told(tmp_path: Path) -> None:
    """Two files with one stem would be one document: the first is kept, the other has a reason that names both."""
    paths = [tmp_path / "b" / "report.txt", tmp_path / "a" / "report.md", tmp_path / "other.txt"]
    reasons = ambiguous_files(paths)
    assert list(reasons) == [tmp_path / "b" / "report.txt"]
    assert "report.md" in reasons[paths[0]]
    assert "'report'" in reasons[paths[0]]
    assert document_id(paths[0]) == "report"
