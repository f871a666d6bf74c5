"""Finds sentences, with exact offsets: Punkt's models, and abbreviations and rules for what Punkt cannot know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index import punkt
from index.errors import InvalidData
from index.phrases import DATA, read_toml
from index.records import Span
from index.speech import speech

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

_WINDOW = 20_000  # Punkt keeps a window's sentences in memory, and looks back for blanks: bounded work for any text.
_LAST_WORD = re.compile(r"[^\W_][\w.&/-]*\.$")
_NUMBER_END = re.compile(r"(?:^|[\s(])\d{1,2}\.$")
_NEXT_WORD = re.compile(r"\W*(\w+)")
_BREAK = re.compile(r"[.!?…]\W*\s")  # Without one there is nothing to cut, and no need to ask Punkt.
_NEW_SPEECH = "([{«“„‘–—-•"
_CLOSING = ")]}»”’\"'›"
_LONGEST_ABBREVIATION = 4
_FURTHER = re.compile(r"(?:…|\.\.\.|\.)[)\]}»”’\"'›]*\s+")
_LINE_BREAK = re.compile(r"(?:\r\n|\r(?!\n)|[\n\f\v\x85\u2028\u2029])[^\S\r\n]*(?:[\r\n\f\v\x85\u2028\u2029])\s*")


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """Abbreviations of a language, lower case, without the last full stop.

    `joining` ones never end a sentence (titles, "kl.", "nr."), `ending` ones may ("osv.", "etc."). `after_ordinal` are
    the words before which a number with a full stop is an ordinal ("3. mai").
    """

    joining: frozenset[str]
    ending: frozenset[str]
    after_ordinal: frozenset[str]


def sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    """Return the sentences of `text[start:end]` in order, as absolute offsets into `text`.

    The spans are trimmed of outer blanks (no-break spaces too), keep their closing quotes and brackets, and together
    hold every non-blank character. A blank line always ends a sentence. Languages without a model use the English one.
    """
    found: list[Span] = []
    for first, last in _windows(text, start, end):
        piece = text[first:last]
        if not _BREAK.search(piece):
            span = _trimmed(text, first, last)
            found += [span] if span else []
            continue
        for left, right in _merged(piece, language):
            for start_of, end_of in _cut_further(text, first + left, first + right, language):
                span = _trimmed(text, start_of, end_of)
                if span:
                    found.append(span)
    return found


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at blank lines, and what is still too long where a sentence may end, else at the last blank in reach."""
    position = start
    while position < end:
        match = _LINE_BREAK.search(text, position, min(end, position + _WINDOW))
        if match and match.start() > position:
            yield position, match.end()
            position = match.end()
            continue
        limit = position + _WINDOW
        if limit >= end:
            yield position, end
            return
        *_, cut = limit, *(match.end() for match in _BREAK.finditer(text, limit - _WINDOW // 2, limit))
        if cut == limit:
            cut = max(text.rfind(" ", position, limit), text.rfind("\n", position, limit)) + 1
        cut = cut if cut > position else limit
        yield position, cut
        position = cut


def _cut_further(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """Cut where Punkt does not: after "…" before a capital, and after "osv." before a capitalised function word."""
    position = start
    for match in _FURTHER.finditer(text, start, end):
        word = _NEXT_WORD.match(text, match.end(), end)
        if word is None or not word.group(1)[0].isupper():
            continue
        if not match.group().startswith(("…", "...")):
            last = _LAST_WORD.search(text, max(position, match.start() - 20), match.start() + 1)
            ends = last is not None and last.group()[:-1].casefold() in _abbreviations(language).ending
            if not ends or word.group(1).casefold() not in speech().function_words:
                continue
        yield position, match.end()
        position = match.end()
    yield position, end


def _trimmed(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    left, right = len(piece) - len(piece.lstrip()), len(piece.rstrip())
    return Span(start + left, start + right) if right > left else None


def _merged(piece: str, language: str) -> Iterator[tuple[int, int]]:
    """Put together what Punkt cut at an abbreviation, an ordinal, an ellipsis or before a closing quote."""
    start: int | None = None
    end = 0
    for left, right in _tokenizer(language).span_tokenize(piece):
        if start is None:
            start = left
        elif not _joins(piece, start, end, left, language):
            yield start, end
            start = left
        end = right
    if start is not None:
        yield start, max(end, len(piece.rstrip()))


def _joins(piece: str, start: int, end: int, following: int, language: str) -> bool:
    """Whether the sentence that Punkt ended at `end` goes on at `following`."""
    said = piece[max(start, end - 40) : end].rstrip()
    after = piece[following : following + 40].lstrip()
    if not said or not after:
        return True
    if not any(map(str.isalnum, after.split(maxsplit=1)[0])) and after[0] in _CLOSING + ".!?":
        return True
    word = _NEXT_WORD.match(after)
    starts = word.group(1) if word else ""
    lists = _abbreviations(language)
    # The word has no blank in it; to begin at every letter of what is said takes longer.
    last = _LAST_WORD.search(said, said.rfind(" ") + 1) if said.endswith(".") else None
    abbreviation = last.group()[:-1].casefold() if last else ""
    if starts[:1].islower() and after[0] not in _NEW_SPEECH:
        # A small letter goes on after "?!" and an abbreviation, known or not; after a longer word the writer just does
        # not use capitals.
        return said.rstrip(_CLOSING)[-1:] in ("?", "!", "…") or bool(last and _looks_abbreviated(abbreviation, lists))
    if abbreviation in lists.joining:
        return True
    if abbreviation in lists.ending and starts[:1].isdigit():
        return True
    return bool(_NUMBER_END.search(said)) and starts.casefold() in lists.after_ordinal


def _looks_abbreviated(word: str, lists: Abbreviations) -> bool:
    if word in lists.joining or word in lists.ending or "." in word:
        return True
    return len(word) <= _LONGEST_ABBREVIATION and word not in speech().function_words


@cache
def _abbreviations(language: str) -> Abbreviations:
    return load_abbreviations(DATA / "abbreviations.toml", language)


def load_abbreviations(path: Path, language: str) -> Abbreviations:
    """Read a language's abbreviations, together with those of all languages.

    Raises:
        InvalidData: the file is malformed; the message names the table and the key.
    """
    tables = read_toml(path)
    lists: dict[str, frozenset[str]] = {}
    for name in ("joining", "ending", "after_ordinal"):
        table = tables.get(name)
        if not isinstance(table, dict):
            raise InvalidData(f"{path}: expected a table [{name}], found {table!r}")
        words: set[str] = set()
        for key in ("any", language):
            listed = table.get(key, [])
            if not isinstance(listed, list) or not all(isinstance(word, str) and word for word in listed):
                raise InvalidData(f"{path}: [{name}] {key}: expected a list of words, found {listed!r}")
            words.update(word.lower().removesuffix(".") for word in listed)
        lists[name] = frozenset(words)
    return Abbreviations(lists["joining"], lists["ending"], lists["after_ordinal"])


@cache
def _tokenizer(language: str) -> PunktSentenceTokenizer:
    lists = _abbreviations(language)
    return punkt.tokenizer(language, lists.joining | lists.ending)
