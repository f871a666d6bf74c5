"""Subtitles and transcripts with times (WebVTT, SubRip): what is said, put together again, without the times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.errors import UnreadableDocument
from index.formats.extracted import Blocks, Extracted
from index.lines import ends_sentence

_TIMES = re.compile(r"(?P<from>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s+-->\s+(?P<to>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_LABEL = re.compile(r"[-–—]\s|[^\W\d_][^:.!?]{0,40}:\s|[\[(][^\[\]()]*[\])]$|♪")
"""What begins something new: a dash of speech, a name before a colon, what is heard."""
_LONGEST_TIMES = 100  # characters of a line with times
_PAUSE = 2.0  # seconds without a subtitle
_LONGEST = 600  # characters of a paragraph, as far as a sentence ends there


@dataclass(slots=True)
class _Said:
    """What is said in one go: the lines of its subtitles, whom they name, and when it ends."""

    name: str | None
    lines: list[str] = field(default_factory=list)
    ends: float = 0.0


def read_subtitles(text: str) -> Extracted:
    """Return what subtitles say in paragraphs, which end with who speaks, at pauses, and where they are long.

    Raises:
        UnreadableDocument: no subtitle in it.
    """
    blocks = Blocks()
    for said in _said(text.lstrip("\ufeff")):
        blocks.add("quotation" if said.name else "paragraph", "\n".join(said.lines), name=said.name)
    found = blocks.extracted(())
    if not found.text:
        raise UnreadableDocument('expected subtitles ("00:01:02.000 --> 00:01:05.000" above each), found none')
    return found


def _said(text: str) -> Iterator[_Said]:
    now: _Said | None = None
    for start, end, name, lines in _cues(text):
        if now is not None and _goes_on(now, start, name, lines):
            # Captions that roll say each line twice.
            now.lines += [line for line in lines if line != now.lines[-1]]
            now.ends = end
            continue
        if now is not None:
            yield now
        now = _Said(name, lines, end)
    if now is not None:
        yield now


def _goes_on(now: _Said, start: float, name: str | None, lines: Sequence[str]) -> bool:
    if name != now.name or _LABEL.match(lines[0]):
        return False
    ended = ends_sentence(now.lines[-1])
    return not (ended and (start - now.ends >= _PAUSE or sum(map(len, now.lines)) >= _LONGEST))


def _cues(text: str) -> Iterator[tuple[float, float, str | None, list[str]]]:
    """Return from when to when (seconds) each subtitle is shown, whom its markup names, and its lines."""
    for block in re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip().split("\n")
        place = next((n for n, line in enumerate(lines[:2]) if _TIMES.search(line[:_LONGEST_TIMES])), None)
        if place is None:
            continue  # the head of the file, a remark, a style
        times = _TIMES.search(lines[place][:_LONGEST_TIMES])
        raw = "\n".join(lines[place + 1 :])
        voice = _VOICE.search(raw)
        said = [" ".join(line.split()) for line in _TAG.sub("", raw).split("\n")]
        said = [line for line in said if line]
        if said and times:
            yield _seconds(times["from"]), _seconds(times["to"]), voice[1].strip() if voice else None, said


def _seconds(time: str) -> float:
    seconds = 0.0
    for part in time.replace(",", ".").split(":"):
        seconds = 60 * seconds + float(part)
    return seconds
