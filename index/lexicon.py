"""The concept lexicon: which words of which language name which concept, and how concepts relate.

The data is `index/data/lexicon/*.tsv`; docs/lexicon.md says how it is kept. Loading takes about 0.2 s and checks every
line, so that a slip of a maintainer is named by file and line instead of silently spoiling retrieval.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.errors import InvalidData

LANGUAGES = ("en", "da", "nb", "nn", "sv")
PARTS_OF_SPEECH = frozenset({"noun", "verb", "adj", "adv", "name", "phrase", "func"})
# In the order in which senses are preferred: the everyday sense of a word is the one in core.
CONCEPT_FILES = ("core", "general", "business", "society", "technology", "world")
HEADER = ("id", "pos", *LANGUAGES)
FOLDER = Path(__file__).parent / "data" / "lexicon"


@dataclass(frozen=True, slots=True)
class Concept:
    """One sense with its words: `words[language]` are citation forms, the commonest first."""

    id: str
    pos: str
    file: str
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Lexicon:
    """All concepts in order of preference, their relations, and lemma corrections.

    `related[id]` are (other id, closeness in 0..1), closest first and symmetric.
    `forms[language]` maps an inflected form to the lemma that simplemma gets wrong.
    `sha256` changes with any change of the data: an index made with another lexicon has to be rebuilt.
    """

    concepts: Mapping[str, Concept]
    related: Mapping[str, tuple[tuple[str, float], ...]]
    forms: Mapping[str, Mapping[str, str]]
    sha256: str

    @cached_property
    def _words(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        return {language: self._words_of(language) for language in LANGUAGES}

    def _words_of(self, language: str) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for concept in self.concepts.values():
            only = (concept.id,)
            for word in concept.words[language]:
                lower = word.lower()
                ids = found.setdefault(lower, only)
                if concept.id not in ids:
                    found[lower] = ids + only
        return found

    def words(self, language: str) -> Mapping[str, tuple[str, ...]]:
        """Lower-case entry (one word or several, separated by one blank) → concept ids, preferred sense first."""
        return self._words.get(language, {})

    def senses(self, word: str, language: str) -> tuple[Concept, ...]:
        """The concepts that `word`, in citation form, names in `language`, the preferred sense first."""
        return tuple(self.concepts[id_] for id_ in self.words(language).get(word.lower(), ()))


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """Read and check the lexicon in `folder` (the project's own by default).

    Raises:
        InvalidData: a file is missing or a line malformed; the message names file and line.
    """
    folder = folder or FOLDER
    digest = hashlib.sha256()
    concepts: dict[str, Concept] = {}
    latin: set[str] = set()
    for name in CONCEPT_FILES:
        lines = _read(folder / f"{name}.tsv", HEADER, digest)
        for number, cells in lines:
            concept = _concept(cells, name, number, latin)
            if concept.id in concepts:
                raise InvalidData(
                    f"{name}.tsv line {number}: the id {concept.id!r} already stands in {concepts[concept.id].file}.tsv"
                )
            concepts[concept.id] = concept
    related = _related(folder / "related.tsv", concepts, digest)
    forms = _forms(folder / "forms.tsv", digest)
    return Lexicon(concepts=concepts, related=related, forms=forms, sha256=digest.hexdigest())


def _read(path: Path, header: tuple[str, ...], digest: hashlib._Hash) -> Iterator[tuple[int, list[str]]]:
    """The lines after the header as (line number, cells), each with as many cells as the header."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise InvalidData(f"{path.name}: expected a lexicon file in {path.parent}, found none") from error
    except UnicodeDecodeError as error:
        raise InvalidData(f"{path.name}: expected UTF-8, found another encoding at byte {error.start}") from error
    digest.update(data)
    lines = text.split("\n")
    if tuple(lines[0].split("\t")) != header:
        raise InvalidData(f"{path.name} line 1: expected the columns {' '.join(header)}, found {lines[0]!r}")
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != len(header):
            raise InvalidData(f"{path.name} line {number}: expected {len(header)} columns, found {len(cells)}")
        yield number, cells


def _concept(cells: list[str], name: str, number: int, latin: set[str]) -> Concept:
    """One line's concept; `latin` collects the signs that have been looked at and may stand in a word."""
    id_, pos = cells[0], cells[1]
    if not id_ or " " in id_ or not id_.isascii():
        raise InvalidData(f"{name}.tsv line {number}: expected an id of ASCII letters without blanks, found {id_!r}")
    if pos not in PARTS_OF_SPEECH:
        raise InvalidData(
            f"{name}.tsv line {number}: expected one of {', '.join(sorted(PARTS_OF_SPEECH))}, found {pos!r}"
        )
    words = {}
    for language, cell in zip(LANGUAGES, cells[2:], strict=True):
        if not cell.isascii():
            _check_alphabet(cell, f"{name}.tsv line {number}, column {language}", latin)
        entries = tuple(cell.split("|")) if cell else ()
        if not all(entries) or cell != cell.strip():
            where = f"{name}.tsv line {number}, column {language}"
            raise InvalidData(f"{where}: expected words separated by '|', found {cell!r}")
        words[language] = entries
    return Concept(id=id_, pos=pos, file=name, words=words)


def _check_alphabet(cell: str, where: str, latin: set[str]) -> None:
    """A letter that is not Latin (a Cyrillic о, say) looks right and never matches."""
    for letter in set(cell).difference(latin):
        if letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN"):
            raise InvalidData(f"{where}: expected Latin letters, found {letter!r} in {cell!r}")
        latin.add(letter)
    if not unicodedata.is_normalized("NFC", cell):
        raise InvalidData(f"{where}: expected composed letters (NFC), found {cell!r}")


def _related(
    path: Path, concepts: Mapping[str, Concept], digest: hashlib._Hash
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Relations in both directions. Closeness falls with the rank in the row: 1, 0.9, 0.8, … down to 0.5."""
    closeness: dict[str, dict[str, float]] = {}
    seen: set[str] = set()
    for number, (id_, cell) in _read(path, ("id", "related"), digest):
        others = cell.split("|")
        for name in (id_, *others):
            if name not in concepts:
                raise InvalidData(f"{path.name} line {number}: no concept has the id {name!r}")
        if id_ in seen:
            raise InvalidData(f"{path.name} line {number}: the id {id_!r} already has a row")
        seen.add(id_)
        for rank, other in enumerate(others):
            if other == id_:
                raise InvalidData(f"{path.name} line {number}: {id_!r} is related to itself")
            value = max(0.5, 1 - 0.1 * rank)
            for one, two in ((id_, other), (other, id_)):
                row = closeness.setdefault(one, {})
                row[two] = max(value, row.get(two, 0.0))
    return {id_: tuple(sorted(row.items(), key=lambda pair: (-pair[1], pair[0]))) for id_, row in closeness.items()}


def _forms(path: Path, digest: hashlib._Hash) -> dict[str, dict[str, str]]:
    forms: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for number, (language, form, lemma) in _read(path, ("language", "form", "lemma"), digest):
        if language not in forms:
            raise InvalidData(f"{path.name} line {number}: expected one of {' '.join(LANGUAGES)}, found {language!r}")
        if form in forms[language]:
            raise InvalidData(f"{path.name} line {number}: the form {form!r} already has a lemma")
        forms[language][form] = lemma
    return forms
