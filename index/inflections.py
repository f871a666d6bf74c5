"""Leads an inflected word to its citation form by its ending, where no full-form dictionary knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from index.errors import InvalidData
from index.lexicon import LANGUAGES, Lexicon

RULES = Path(__file__).parent / "data" / "inflections.tsv"
# What a rule may lead to, and the shortest stem that it may leave.
INFLECTED = frozenset({"noun", "verb", "adj", "name"})
MIN_STEM = 3


def citation(word: str, language: str, lexicon: Lexicon) -> str | None:
    """A content word of the lexicon that the lower-case `word` is an inflection of by rule."""
    entries = lexicon.words(language)
    for ending, replacement in _rules()[language].get(word[-1:], ()):
        stem = word[: -len(ending)]
        if len(stem) < MIN_STEM or not word.endswith(ending):
            continue
        ids = entries.get(stem + replacement)
        if ids and all(lexicon.concepts[id_].pos in INFLECTED for id_ in ids):
            return stem + replacement
    return None


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, Mapping[str, Sequence[tuple[str, str]]]]:
    """Language → last letter → (ending, what stands there in the citation form), the longest endings first."""
    rules: dict[str, list[tuple[str, str]]] = {language: [] for language in LANGUAGES}
    for number, line in enumerate(RULES.read_text(encoding="utf-8").splitlines()[1:], start=2):
        cells = line.split("\t")
        if len(cells) != 3 or cells[0] not in rules or not cells[1]:
            raise InvalidData(f"{RULES.name} line {number}: expected language, ending, replacement, found {line!r}")
        rules[cells[0]].append((cells[1], cells[2]))
    return {language: _by_last_letter(found) for language, found in rules.items()}


def _by_last_letter(rules: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for rule in sorted(rules, key=lambda rule: -len(rule[0])):
        found.setdefault(rule[0][-1], []).append(rule)
    return found
