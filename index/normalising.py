"""Brings a token as written into the one form under which words are looked up."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

CONTRACTIONS = ("'re", "'ll", "'ve", "'d", "'m")


@lru_cache(maxsize=65_536)
def normalise(token: str) -> str:
    """Lower case, composed letters, straight apostrophes, no possessive 's; numbers without grouping, with a point."""
    word = unicodedata.normalize("NFC", token).lower().replace("’", "'")
    if word.endswith("'s") or word.endswith("s'"):
        word = word[:-2] if word.endswith("'s") else word[:-1]
    elif "'" in word:
        word = next((word.removesuffix(ending) for ending in CONTRACTIONS if word.endswith(ending)), word)
    if word and word[0].isdigit():
        return _number(word)
    return word or token


def _number(word: str) -> str:
    """10.000, 10,000 and 10 000 → 10000; 1,5 → 1.5."""
    word = "".join(word.split())
    groups = word.replace(",", ".").split(".")
    if len(groups) > 1 and all(len(group) == 3 and group.isdigit() for group in groups[1:]) and groups[0] != "0":
        return "".join(groups)
    return ".".join(groups)
