"""Gives each unit of a text its language: its own where that can be told, else that of what stands around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from index.comments import Mark
from index.looks import Look
from index.records import LanguageGuess, SegmentKind

_UNKNOWN = "en"
_QUOTED = re.compile(r"«[^«»]{1,400}»|»[^«»]{1,400}«|[“„][^“”„]{1,400}[“”]|\"[^\"]{1,400}\"")
_QUOTES = frozenset('«»“”„"')
_SAMPLE = 4_000  # characters; more changes no decision and costs time
# Shorter texts are told apart badly: of two words the detector is wrong in one case of eight, Danish and Bokmål most.
_LONG_ENOUGH = 100
_COMMENT_LONG_ENOUGH = 60
_CERTAIN = 0.9
_CLOSE = frozenset({"da", "nb", "nn"})  # Between these a single paragraph needs more evidence.
_LONG_ENOUGH_AMONG_CLOSE = 250


def find_languages(
    looks: Sequence[Look],
    marks: Sequence[Mark | None],
    kinds: Sequence[SegmentKind],
    detect: Callable[[str], LanguageGuess],
) -> list[str]:
    """Return a language for each unit.

    The document's language is that of its running text, or of its comments where it is a thread: a title is too short
    to tell. A comment may be in another one, and so may a paragraph, but
    only if it is long and the detector is sure: a name or a quoted sentence in English makes no English paragraph.
    """
    units = list(zip(looks, marks, kinds, strict=True))
    running = [line.text for line, mark, kind in units if not mark and kind in ("paragraph", "list_item")]
    article = [line.text for line, mark, kind in units if not mark and kind != "furniture"]
    said = [line.text for line, mark, _ in units if mark and mark.role == "body"]
    own = _detected(running, detect) or _detected(said, detect) or _detected(article, detect)
    everything = own or _detected([line.text for line in looks], detect) or _UNKNOWN
    comments: dict[int, list[str]] = {}
    for line, mark in zip(looks, marks, strict=True):
        if mark and mark.role == "body":
            comments.setdefault(mark.number, []).append(line.text)
    base = {0: everything}
    for number, texts in comments.items():
        base[number] = _own_language(" ".join(texts), everything, detect, _COMMENT_LONG_ENOUGH)
    return [
        _unit_language(line, kind, base.get(mark.number if mark else 0, everything), detect)
        for line, mark, kind in units
    ]


def _detected(texts: Iterable[str], detect: Callable[[str], LanguageGuess]) -> str | None:
    sample = ""
    for text in texts:
        sample += text + "\n"
        if len(sample) >= _SAMPLE:
            break
    return detect(sample[:_SAMPLE]).language if any(map(str.isalpha, sample)) else None


def _unit_language(line: Look, kind: SegmentKind, base: str, detect: Callable[[str], LanguageGuess]) -> str:
    if kind in ("furniture", "byline", "heading", "title"):
        return base
    return _own_language(line.text, base, detect, _LONG_ENOUGH)


def _own_language(text: str, base: str, detect: Callable[[str], LanguageGuess], long_enough: int) -> str:
    if len(text) < long_enough:
        return base
    # What a paragraph quotes or borrows does not make its language: quotations are left out, and it is in another
    # language only if both its halves are.
    own = text[:_SAMPLE]
    if not _QUOTES.isdisjoint(own):  # Looking for where a quotation may begin takes longer than all that follows.
        own = _QUOTED.sub(" ", own)
    if len(own) < long_enough:
        return base
    guess = detect(own)
    if guess.language == base or guess.confidence < _CERTAIN:
        return base
    if {guess.language, base} <= _CLOSE and len(own) < _LONG_ENOUGH_AMONG_CLOSE:
        return base
    middle = own.find(" ", len(own) // 2)
    return (
        guess.language
        if all(detect(half).language == guess.language for half in (own[:middle], own[middle:]))
        else base
    )
