"""Gives each unit of a text its language: its own where that can be told, else that of what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.comments import Mark
from index.detecting import Asking
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
_SAID: frozenset[SegmentKind] = frozenset({"paragraph", "list_item", "quotation"})
_AS_AROUND: frozenset[SegmentKind] = frozenset({"furniture", "byline", "heading", "title"})
"""Kinds of units that are in the language of what stands around them."""


def find_languages(
    looks: Sequence[Look], marks: Sequence[Mark | None], kinds: Sequence[SegmentKind]
) -> Asking[list[str]]:
    """Return a language for each unit; asks for those of texts on its way.

    The document's language is that of its running text, or of its comments where it is a thread: a title is too short
    to tell. A comment may be in another one, and so may a paragraph, but
    only if it is long and the detector is sure: a name or a quoted sentence in English makes no English paragraph.
    """
    units = list(zip(looks, marks, kinds, strict=True))
    comments: dict[int, list[str]] = {}
    for line, mark, _ in units:
        if mark and mark.role == "body":
            comments.setdefault(mark.number, []).append(line.text)
    judged = [_judged(" ".join(texts), _COMMENT_LONG_ENOUGH) for texts in comments.values()]
    judged += [None if kind in _AS_AROUND else _judged(line.text, _LONG_ENOUGH) for line, _, kind in units]
    running = _sample(line.text for line, mark, kind in units if not mark and kind in ("paragraph", "list_item"))
    if len(running or "") < _LONG_ENOUGH:  # as in an interview, of which all is somebody's
        running = _sample(line.text for line, mark, kind in units if not mark and kind in _SAID)
    guesses = iter((yield [text for text in (running, *judged) if text is not None]))
    everything = None if running is None else next(guesses).language
    guessed = [None if text is None else (text, next(guesses)) for text in judged]
    if everything is None:
        everything = yield from _of_no_running_text(units)
    base = {0: everything}
    for number, own in zip(comments, guessed, strict=False):
        base[number] = yield from _own_language(own, everything)
    found: list[str] = []
    for mark, own in zip(marks, guessed[len(comments) :], strict=True):
        found.append((yield from _own_language(own, base.get(mark.number if mark else 0, everything))))
    return found


def _of_no_running_text(units: Sequence[tuple[Look, Mark | None, SegmentKind]]) -> Asking[str]:
    said = [line.text for line, mark, _ in units if mark and mark.role == "body"]
    article = [line.text for line, mark, kind in units if not mark and kind != "furniture"]
    for texts in (said, article, [line.text for line, _, _ in units]):
        if (sample := _sample(texts)) is not None:
            return (yield [sample])[0].language
    return _UNKNOWN


def _sample(texts: Iterable[str]) -> str | None:
    """What is looked at of these texts; None where they have no letter."""
    sample = ""
    for text in texts:
        sample += text + "\n"
        if len(sample) >= _SAMPLE:
            break
    return sample[:_SAMPLE] if any(map(str.isalpha, sample)) else None


def _judged(text: str, long_enough: int) -> str | None:
    """What is looked at of a text whose language may be its own; None where that is too short to tell."""
    if len(text) < long_enough:
        return None
    # What a paragraph quotes or borrows does not make its language: quotations are left out.
    own = text[:_SAMPLE]
    if not _QUOTES.isdisjoint(own):  # Looking for where a quotation may begin takes longer than all that follows.
        own = _QUOTED.sub(" ", own)
    return own if len(own) >= long_enough else None


def _own_language(judged: tuple[str, LanguageGuess] | None, base: str) -> Asking[str]:
    """The language of a text, given what was looked at of it and what was guessed; else that of what is around."""
    if judged is None:
        return base
    own, guess = judged
    if guess.language == base or guess.confidence < _CERTAIN:
        return base
    if {guess.language, base} <= _CLOSE and len(own) < _LONG_ENOUGH_AMONG_CLOSE:
        return base
    # It is in another language only if both its halves are.
    middle = own.find(" ", len(own) // 2)
    halves = yield [own[:middle], own[middle:]]
    return guess.language if all(half.language == guess.language for half in halves) else base
