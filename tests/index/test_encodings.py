"""Which encodings are told, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encodings import decode
from index.errors import UnreadableDocument

DANISH = "Blåbærgrød på øen er en ret, som de færreste kender, »og« det er synd."
SWEDISH = "Åsa köpte ärtsoppa i går – den var god …"
RUSSIAN = "Это обычный русский текст, который достаточно длинный, чтобы его кодировку можно было узнать. " * 3


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (DANISH, "latin-1", "windows-1252"),
        (SWEDISH, "cp1252", "windows-1252"),
        ("Blåbær", "latin-1", "windows-1252"),
        ("Det er òg 12 km² og ein ¥ att; São Paulo.", "cp1252", "windows-1252"),
        ("It’s hers, isn’t it", "cp1252", "windows-1252"),
        ("Blåbærgrød på øen er en ret.", "mac-roman", "mac-roman"),
        ("Åsa köpte ärtsoppa i går.", "mac-roman", "mac-roman"),
        ("Blåbærgrød på øen er en ret.", "cp865", "cp865"),
        (DANISH, "utf-16", "utf-16"),
        (DANISH, "utf-32", "utf-32"),
        (DANISH, "utf-8", "utf-8"),
        ("\ufeff" + DANISH, "utf-8", "utf-8"),
    ],
)
def test_nordic_texts_are_read_in_the_encodings_that_they_come_in(text: str, encoding: str, name: str) -> None:
    """The text is what was written, character for character."""
    assert decode(text.encode(encoding)) == (text, name)


def test_other_languages_are_detected() -> None:
    """A Russian text in its old encoding is read as Russian."""
    assert decode(RUSSIAN.encode("windows-1251"))[0] == RUSSIAN


def test_what_is_declared_counts() -> None:
    """A declaration tells apart what the bytes do not; one that is wrong does not count."""
    assert decode("Łódź".encode("iso-8859-2"), declared="iso-8859-2") == ("Łódź", "iso8859-2")
    assert decode("Blåbær".encode("latin-1"), declared="no-such-encoding")[0] == "Blåbær"
    assert decode("Blåbær".encode(), declared="iso-8859-1") == ("Blåbær", "utf-8")


@pytest.mark.parametrize(
    "data", [b"\x00\xff\x01\xfe" * 50, bytes(range(0x80, 0xA0)) * 4, b"\xff\xfe\x00", b"MZ\x90\x00\x03\xe5"]
)
def test_binary_data_is_refused(data: bytes) -> None:
    """Nothing is read wrongly rather than not at all."""
    with pytest.raises(UnreadableDocument, match="expected"):
        decode(data)


@given(st.binary(max_size=400))
def test_any_bytes_have_an_outcome(data: bytes) -> None:
    """A text or a reason, never another error; UTF-8 is never taken for anything else."""
    try:
        text, encoding = decode(data)
    except UnreadableDocument:
        return
    if encoding == "utf-8":
        assert text.encode() == data
