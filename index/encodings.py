"""Tells a text file's encoding where its bytes do so clearly, and refuses what is no text."""

from __future__ import annotations

import codecs
import re

from index.errors import UnreadableDocument

# Control characters that text files hold: tab, the line breaks, form feed, and the older ones that readers treat as
# blanks. NUL and its neighbours stand in no text: they tell a binary file whose bytes happen to be valid UTF-8.
_BINARY = re.compile("[\\x00-\\x08\\x0e-\\x19]")

_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"))
_UTF_16 = (*_MARKS, (codecs.BOM_UTF16_BE, "utf-16"))

# What a Nordic, English, German or French text has above ASCII in windows-1252. Other languages' letters and box
# drawing, read by the wrong table, fall outside of it nearly always.
_WESTERN = frozenset(
    "ÆØÅÄÖÜÉÈÊËÀÁÂÇÍÎÏÓÔÚÛÑÐÞÝæøåäöüéèêëàáâçíîïóôúûñðþýßŒœòÒãÃõÕ‘’‚“”„«»‹›–—…•·§©®™°±½¼¾€£¡¿´×¨²³¥\u00a0\u00ad"
)
_OLDER = ("mac-roman", "cp865", "cp850")
_NORDIC = frozenset("æøåäöé")
_CAPITALS = frozenset("ÆØÅÄÖÉ")  # An apostrophe of windows-1252 is Æ under DOS.
_LEAST_NORDIC, _MOST_NORDIC = 0.2, 0.8
_MOST_CHAOS = 0.1  # charset-normalizer's measure of mess; its own threshold is 0.2.
_SAMPLE = 200_000  # bytes that the detection looks at


def decode(data: bytes, *, declared: str | None = None) -> tuple[str, str]:
    """Return the text that bytes hold, and the name of their encoding ("utf-8", "windows-1252", …).

    UTF-8 is decoded as it is, its byte order mark included. Else the mark of UTF-16 or UTF-32 counts, then what the
    file declares of itself, then windows-1252 if nothing but western letters and signs stand above ASCII, then what
    charset-normalizer finds without much doubt.

    Raises:
        UnreadableDocument: binary, or in an encoding that cannot be told; the message says what was found.
    """
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        text, encoding = _decode_other(data, declared, error)
    refuse_binary(text)
    return text, encoding


def refuse_binary(text: str) -> None:
    """Raise UnreadableDocument where a control character stands that no text holds."""
    found = _BINARY.search(text)
    if found:
        raise UnreadableDocument(
            f"expected text, found binary data (control character U+{ord(found.group()):04X} at offset {found.start()})"
        )


def _decode_other(data: bytes, declared: str | None, error: UnicodeDecodeError) -> tuple[str, str]:
    wide = next((name for mark, name in _UTF_16 if data.startswith(mark)), None)
    if wide:
        try:
            return data.decode(wide), wide
        except UnicodeDecodeError:
            raise UnreadableDocument(f"expected text, found broken {wide.upper()}") from None
    found = "binary data"
    if b"\0" not in data:
        western = _known(data, declared) or _older(data) or _western(data) or _detected(data)
        if western:
            return western
        found = "an encoding that cannot be told, or binary data"
    raise UnreadableDocument(
        f"expected UTF-8 text, found {found} (byte 0x{data[error.start]:02x} at offset {error.start}); save it as UTF-8"
    )


def _known(data: bytes, declared: str | None) -> tuple[str, str] | None:
    if not declared:
        return None
    try:
        # As browsers do: a page that says Latin-1 is in windows-1252, which has more characters.
        name = codecs.lookup(declared).name
        name = "windows-1252" if name in ("iso8859-1", "ascii", "cp1252") else name
        return data.decode(name), name
    except (LookupError, UnicodeDecodeError, ValueError):
        return None


def _western(data: bytes) -> tuple[str, str] | None:
    try:
        text = data.decode("windows-1252")
    except UnicodeDecodeError:
        return None
    above = [character for character in text if character > "\x7f" and character not in _CAPITALS]
    letters = sum(character.isalpha() for character in text)
    # Words hold more plain letters than others; noise does not.
    plain = letters >= 2 * sum(map(str.isalpha, above)) and letters * 2 >= len(text.replace(" ", ""))
    return (text, "windows-1252") if plain and all(character in _WESTERN for character in above) else None


def _older(data: bytes) -> tuple[str, str] | None:
    """Return the text of a file that was written on an old Mac or under DOS.

    Read as windows-1252 hardly one of its letters above ASCII is Nordic ("f¿rt", "stŒr", "h”st"); read as what it is,
    nearly all are.
    """
    sample = data[:_SAMPLE]
    if _nordic(sample, "windows-1252") > _LEAST_NORDIC:
        return None
    share, name = max((_nordic(sample, name), name) for name in _OLDER)
    return (data.decode(name), name) if share >= _MOST_NORDIC else None


def _nordic(data: bytes, encoding: str) -> float:
    """Return how much of what stands above ASCII are Nordic letters, from 0 to 1, in a text of an encoding."""
    text = data.decode(encoding, errors="replace")
    above = [character for character in text if character > "\x7f" and character not in _CAPITALS]
    return sum(character in _NORDIC for character in above) / max(1, len(above))


def _detected(data: bytes) -> tuple[str, str] | None:
    # Imported here: it is only needed for the rare file in another encoding.
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    if best is None or best.chaos > _MOST_CHAOS or not best.coherence:
        return None
    return _known(data, best.encoding)
