"""Keeps analysed words beside an index, so that a new process need not load the dictionaries to read its own texts.

simplemma's dictionaries take 0.1 to 0.8 s a language to load; the words of five documents take some milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.words import Word, weighted

FILE_NAME = "words-{}.json"
"""Of a language."""
# A file of so many words loads in about 0.03 s; other words of larger collections are analysed anew.
MAX_WORDS = 10_000


def save(path: Path, words: Mapping[str, Word], fingerprint: str) -> None:
    """Write the first MAX_WORDS of `words` (token as written → analysis).

    Raises:
        OSError: the file cannot be written.
    """
    rows = {token: _row(word) for token, word, _ in zip(words, words.values(), range(MAX_WORDS), strict=False)}
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps([fingerprint, rows], ensure_ascii=False), encoding="utf-8")
    temporary.replace(path)


def load(path: Path, fingerprint: str) -> dict[str, Word]:
    """What `save` wrote; nothing if there is no such file, it is damaged, or another lexicon or analysis made it."""
    try:
        made_by, rows = json.loads(path.read_text(encoding="utf-8"))
        return {token: _word(row) for token, row in rows.items()} if made_by == fingerprint else {}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _row(word: Word) -> list[Any]:
    return [word.surface, word.keys, word.concepts, [_row(part) for part in word.parts], word.function, word.known]


def _word(row: list[Any]) -> Word:
    surface, keys, concepts, parts, function, known = row
    return Word(
        surface=surface,
        keys=tuple(keys),
        concepts=tuple(weighted(id_, weight) for id_, weight in concepts),
        parts=tuple(_word(part) for part in parts),
        function=function,
        known=known,
    )
