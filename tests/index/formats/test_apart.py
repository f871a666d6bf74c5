"""Files that are built to harm their reader: they cost what the limits allow, and nothing else."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.formats import apart
from index.formats.apart import read_apart
from index.formats.pdf import read_pdf
from index.load import read_document
from tests.index.formats.making_files import pdf


def endless_pdf(operators: int = 4_000_000) -> bytes:
    """A PDF of one page that shows a letter so many times: some kilobytes that take minutes to read."""
    stream = zlib.compress(b"BT /F1 12 Tf " + b"(a) Tj " * operators + b"ET", 9)
    data = pdf([["x"]]).decode("windows-1252")
    start, end = data.index("<< /Length"), data.index("\nendstream")
    head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n"
    return data[:start].encode("windows-1252") + head.encode() + stream + data[end:].encode("windows-1252")


def test_what_is_read_apart_is_what_the_format_gives() -> None:
    """The other process says the same as the reader itself, also of characters that no text should hold."""
    data = pdf([["Blåbær på øya", "Line \u2019two\u2019"]], info={"Title": "Om \xe5ret", "Author": "Kari Nordmann"})
    assert read_apart(".pdf", data) == read_pdf(data)


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """The reading is ended at the limit; the next file is read by a new process."""
    data = endless_pdf()
    assert len(data) < 100_000
    with pytest.raises(UnreadableDocument, match=r"within 0\.5 s, found one that takes longer"):
        read_apart(".pdf", data, timeout_seconds=0.5)
    (tmp_path / "good.pdf").write_bytes(pdf([["Good."]]))
    assert read_document(tmp_path / "good.pdf")[0].text == "Good.\n"


def test_a_reader_that_dies_is_told_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the process, as the system does where memory is short, ends in a reason."""
    data = pdf([["Good."]])
    monkeypatch.setattr(apart, "MAX_MEMORY_BYTES", 1)
    read_apart(".pdf", data)
    (idle,) = apart._idle
    # Between two files: noticed, and nobody hears of it.
    os.kill(idle._process.pid, 9)
    idle._process.wait()
    assert read_apart(".pdf", data).text == "Good.\n"
    # While it reads.
    (idle,) = apart._idle
    monkeypatch.setattr(type(idle), "is_alive", lambda _: True)
    os.kill(idle._process.pid, 9)
    idle._process.wait()
    with pytest.raises(UnreadableDocument, match="ended the process reading it"):
        read_apart(".pdf", data)
    monkeypatch.undo()
    assert read_apart(".pdf", data).text == "Good.\n"


def test_the_other_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads hostile files has no key in its environment."""
    monkeypatch.setenv("KILDE_LLM_API_KEY", "not-for-readers")
    monkeypatch.setenv("OPENAI_API_KEY", "not-for-readers")
    reader = apart._Reader()
    try:
        environment = Path(f"/proc/{reader._process.pid}/environ")
        if environment.exists():
            assert b"not-for-readers" not in environment.read_bytes()
        else:  # No such files outside of Linux.
            assert apart._SECRET == ("KILDE_", "OPENAI_")
    finally:
        reader.close()


def test_too_much_memory_is_a_reason() -> None:
    """A file that asks for more than the limit is refused in words, by the reader itself."""

    def greedy(_: bytes) -> None:
        raise MemoryError

    assert "little memory" in apart._answer(greedy, b"")["refused"]  # type: ignore[arg-type]  # it never returns
    deep = b"<div>" * 200_000
    with pytest.raises(UnreadableDocument, match="expected"):
        read_apart(".html", deep)
