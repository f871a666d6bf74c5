"""Subtitles and transcripts with times."""

from __future__ import annotations

import pytest

from index.errors import UnreadableDocument
from index.formats.extracted import Extracted
from index.formats.read import FORMATS
from index.formats.subtitles import read_subtitles

VTT = """WEBVTT - Møte

NOTE laget av et program

STYLE
::cue { color: white }

1
00:00:01.000 --> 00:00:04.000 align:start
<v Kari Moen>Vi flyttet hit da
broen ble bygget,</v>

2
00:00:04.000 --> 00:00:06.000
<v Kari Moen>og så kom <i>skolen</i>.</v>

3
00:00:06.500 --> 00:00:08.000
<v Ola Vik>Hvem betalte?</v>
"""
SRT = """1
00:00:01,000 --> 00:00:04,000
Broen ble bygget

2
00:00:04,100 --> 00:00:06,000
i fjor.

3
00:00:06,100 --> 00:00:08,000
Den er lang.

4
00:01:06,100 --> 00:01:08,000
Her er skolen.
"""


def kinds(found: Extracted) -> list[tuple[str | None, str | None, str]]:
    return [(part.kind, part.name, found.text[part.start : part.end]) for part in found.parts]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_voices_are_speakers(newline: str) -> None:
    """A sentence over several subtitles is whole, and of whom the markup names; times and remarks are no text."""
    found = FORMATS[".vtt"](VTT.replace("\n", newline).encode())
    assert kinds(found) == [
        ("quotation", "Kari Moen", "Vi flyttet hit da\nbroen ble bygget,\nog så kom skolen."),
        ("quotation", "Ola Vik", "Hvem betalte?"),
    ]


def test_a_pause_ends_a_paragraph() -> None:
    """Sentences that follow one another are a paragraph until nobody speaks for a while."""
    assert kinds(FORMATS[".srt"](SRT.encode())) == [
        ("paragraph", None, "Broen ble bygget\ni fjor.\nDen er lang."),
        ("paragraph", None, "Her er skolen."),
    ]


def test_names_before_a_colon_are_speakers() -> None:
    """As meeting programs write them, each at the beginning of a subtitle."""
    turns = [
        "Ola Vik: Hvem betalte?",
        "Kari Moen: Det gjorde vi.",
        "Ola Vik: Alle sammen?",
        "Kari Moen: Ja, det tror jeg.",
    ]
    cues = "".join(f"00:00:0{n}.000 --> 00:00:0{n + 1}.000\n{said}\n\n" for n, said in enumerate(turns))
    said = [
        (name, text) for kind, name, text in kinds(FORMATS[".vtt"](f"WEBVTT\n\n{cues}".encode())) if kind == "quotation"
    ]
    assert said == [tuple(turn.split(": ")) for turn in turns]


def test_captions_that_roll_are_said_once() -> None:
    """Captions made by a program repeat the line above in the next one."""
    cues = "00:01.000 --> 00:02.000\nVi bygger\n\n00:02.000 --> 00:03.000\nVi bygger\nen bro.\n"
    assert read_subtitles(f"WEBVTT\n\n{cues}").text == "Vi bygger\nen bro.\n"


def test_a_file_without_subtitles_is_refused() -> None:
    """The message says what subtitles look like."""
    with pytest.raises(UnreadableDocument, match="expected subtitles"):
        read_subtitles("WEBVTT\n\nNOTE tom\n")
