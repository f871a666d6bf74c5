"""Queries as people really type them: with a slip, without diacritics, in capitals, as keywords. By rule, no chance."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from benchmarks.datasets import Query
from index.folding import strip_diacritics
from index.lexicon import load_lexicon
from index.words import WordAnalyzer

WORD = re.compile(r"[^\W\d_]+")


def typos(query: Query) -> Query:
    """One slip in every third word of five letters or more: two letters swapped, one left out, or one doubled."""

    def slip(match: re.Match[str]) -> str:
        word = match[0]
        number = zlib.crc32(f"{query.id}{match.start()}".encode())
        if len(word) < 5 or number % 3:
            return word
        place = 1 + number // 3 % (len(word) - 2)
        kind = number // 97 % 3
        if kind == 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        return word[:place] + word[place + 1 :] if kind == 1 else word[:place] + word[place] + word[place:]

    return replace(query, text=WORD.sub(slip, query.text))


def plain_letters(query: Query) -> Query:
    """Without diacritics: `forstar` for `forstår`, `oko` for `øko`."""
    return replace(query, text=strip_diacritics(query.text))


def capitals(query: Query) -> Query:
    """IN UPPER CASE."""
    return replace(query, text=query.text.upper())


def keywords(query: Query) -> Query:
    """Only the words that carry content, in their order, in lower case, without punctuation."""
    words = _words()
    kept = [
        match[0] for match in re.finditer(r"[\w'’-]+", query.text) if not words.word(match[0], query.language).function
    ]
    return replace(query, text=" ".join(kept).lower() or query.text)


_cache: list[WordAnalyzer] = []


def _words() -> WordAnalyzer:
    if not _cache:
        _cache.append(WordAnalyzer(load_lexicon()))
    return _cache[0]


VARIANTS: Mapping[str, Callable[[Query], Query]] = {
    "typos": typos,
    "plain letters": plain_letters,
    "capitals": capitals,
    "keywords": keywords,
}
