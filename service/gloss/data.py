"""The tables of the gloss under service/data/gloss/, read and checked once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.errors import InvalidData
from index.lexicon import LANGUAGES, Concept
from service.gloss.records import FunctionWord
from service.gloss.vocabulary import OWN_FILE

FOLDER = Path(__file__).parents[1] / "data" / "gloss"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a form is made: the lemma's ending is replaced. A leading + stands for the consonant before it, doubled."""

    pos: str
    feature: str
    lemma_ending: str
    form_ending: str


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables.

    `function_words` in the file's order; `rules[language]`; `defaults[language]` rules for what no dictionary has;
    `irregular[language][pos, lemma, feature]` → forms, the
    usual one first; `contractions` English, lower case; `names` words that are rather names where they are capitalised;
    `transitions[tag, next tag]` weights; `preferred[language, word]` → concept ids in order;
    `wordings[concept id, language]` what a concept is called in a gloss; `entries` concepts that only a gloss needs;
    `prefixes` of verbs, which leave a verb irregular; `no_parts` are words that inside another are rarely a part of a
    compound; `doubtful` (language, lemma) have meanings that no rule here tells apart.
    """

    function_words: tuple[FunctionWord, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    defaults: Mapping[str, tuple[Rule, ...]]
    irregular: Mapping[str, Mapping[tuple[str, str, str], tuple[str, ...]]]
    contractions: Mapping[str, str]
    names: frozenset[str]
    transitions: Mapping[tuple[str, str], float]
    preferred: Mapping[tuple[str, str], tuple[str, ...]]
    wordings: Mapping[tuple[str, str], str]
    entries: tuple[Concept, ...]
    prefixes: frozenset[str]
    no_parts: frozenset[str]
    doubtful: frozenset[tuple[str, str]]


@cache
def load_tables(folder: Path = FOLDER) -> Tables:
    """Read the tables.

    Raises:
        InvalidData: a table is missing or has a malformed line; the message names it.
    """
    irregular: dict[str, dict[tuple[str, str, str], tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    for language, pos, lemma, feature, form in _rows(folder / "irregular.tsv", 5):
        key = (pos, lemma, feature)
        irregular[language][key] = (*irregular[language].get(key, ()), form)
    return Tables(
        function_words=tuple(_function_word(cells) for cells in _rows(folder / "function_words.tsv", 8)),
        rules=_rules(folder / "inflection.tsv"),
        defaults=_rules(folder / "defaults.tsv"),
        irregular=irregular,
        contractions={cells[0]: cells[1] for cells in _rows(folder / "contractions.tsv", 2)},
        prefixes=frozenset(line for (line,) in _rows(folder / "prefixes.tsv", 1)),
        no_parts=frozenset(line for (line,) in _rows(folder / "no_parts.tsv", 1)),
        doubtful=frozenset((language, word) for language, word in _rows(folder / "doubtful.tsv", 2)),
        names=frozenset(line for (line,) in _rows(folder / "names.tsv", 1)),
        transitions={(tag, after): float(weight) for tag, after, weight in _rows(folder / "transitions.tsv", 3)},
        preferred={(lang, word): tuple(ids.split("|")) for lang, word, ids in _rows(folder / "preferred.tsv", 3)},
        entries=tuple(_entry(cells) for cells in _rows(folder / "entries.tsv", 7)),
        wordings={(id_, language): word for id_, language, word in _rows(folder / "wordings.tsv", 3)},
    )


def _rules(path: Path) -> dict[str, tuple[Rule, ...]]:
    rules: dict[str, list[Rule]] = {language: [] for language in LANGUAGES}
    for language, pos, feature, lemma_ending, form_ending in _rows(path, 5):
        rules[language].append(Rule(pos, feature, lemma_ending, form_ending))
    return {language: tuple(found) for language, found in rules.items()}


def _rows(path: Path, columns: int) -> Iterator[list[str]]:
    """The lines after the header, each with as many cells as there are columns."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidData(f"{path.name}: expected a UTF-8 table in {path.parent}, found: {error}") from error
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != columns:
            raise InvalidData(f"{path.name} line {number}: expected {columns} columns, found {len(cells)}")
        yield cells


def _entry(cells: list[str]) -> Concept:
    """A concept of the gloss's own; its id cannot be one of the lexicon's."""
    words = {
        language: tuple(cell.split("|")) if cell else () for language, cell in zip(LANGUAGES, cells[2:], strict=True)
    }
    return Concept(f"gloss:{cells[0]}", cells[1], OWN_FILE, words)


def _function_word(cells: list[str]) -> FunctionWord:
    tag, feature, verb, *forms = cells
    return FunctionWord(
        tag,
        feature,
        verb,
        {language: tuple(cell.split("|")) if cell else () for language, cell in zip(LANGUAGES, forms, strict=True)},
    )
