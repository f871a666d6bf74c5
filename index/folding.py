"""One spelling for words that are written differently in the five languages.

`fold` brings cognates together (`organisasjon`, `organisation`), so that a word that the lexicon does not know still
meets its neighbours; `strip_marks` also forgets the letters that people leave out (`forstar` for `forstår`). The rules
are data: `index/data/folding.tsv`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from index.errors import InvalidData

RULES = Path(__file__).parent / "data" / "folding.tsv"
PLACES = ("any", "end")
DOUBLE = re.compile(r"(.)\1+", re.DOTALL)
# Letters that NFD does not take apart.
PLAIN = str.maketrans({"æ": "a", "Æ": "A", "ø": "o", "Ø": "O", "đ": "d", "ð": "d", "þ": "t", "ł": "l", "ß": "s"})


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """(rules for any place, rules for the end of a word), in the order of the file."""
    rules: dict[str, list[tuple[str, str]]] = {place: [] for place in PLACES}
    for number, line in enumerate(RULES.read_text(encoding="utf-8").splitlines()[1:], start=2):
        cells = line.split("\t")
        if len(cells) != 3 or cells[0] not in rules or not cells[1]:
            raise InvalidData(f"{RULES.name} line {number}: expected place, from and to, found {line!r}")
        rules[cells[0]].append((cells[1], cells[2]))
    rules["end"].sort(key=lambda rule: -len(rule[0]))
    return tuple(rules["any"]), tuple(rules["end"])


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """The common spelling of a lower-case word or stem. The longest matching ending is replaced, then letters."""
    return _with_folded_letters(_with_folded_ending(word))


def fold_all(words: Sequence[str]) -> list[str]:
    """`fold` of many words, none of them empty or with a line break, in a tenth of the time; not remembered."""
    endings = tuple(ending for ending, _ in _rules()[1])
    ended = [_with_folded_ending(word) if word.endswith(endings) else word for word in words]
    # No rule speaks of a line break, so none reaches over one.
    return _with_folded_letters("\n".join(ended)).split("\n") if ended else []


def _with_folded_ending(word: str) -> str:
    for ending, replacement in _rules()[1]:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + replacement
    return word


def _with_folded_letters(text: str) -> str:
    for letters, replacement in _rules()[0]:
        if letters in text:
            text = text.replace(letters, replacement)
    return text


def strip_diacritics(text: str) -> str:
    """`text` in plain letters: å and ä as a, ø and ö as o, æ as a."""
    plain = unicodedata.normalize("NFD", text.translate(PLAIN))
    return unicodedata.normalize("NFC", "".join(letter for letter in plain if not unicodedata.combining(letter)))


@lru_cache(maxsize=65_536)
def strip_marks(word: str) -> str:
    """`word` in plain letters and with double letters single: what a hurried writer and a careful one share."""
    return DOUBLE.sub(r"\1", strip_diacritics(word.replace("aa", "a")))


def strip_marks_of_all(words: Sequence[str]) -> list[str]:
    """`strip_marks` of many words, none of them empty or with a line break, in a fifth of the time."""
    # A line break is neither composed with its neighbours nor one of two.
    return strip_marks.__wrapped__("\n".join(words)).split("\n") if words else []
