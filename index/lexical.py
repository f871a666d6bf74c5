"""The lexical leg: one inverted index a language for candidates, exact scores for the best of them.

One index a language makes rarity and length the language's own, needs no filter clause, and gives every language its
own quota of candidates, so that none buries another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import committed, explanation, scoring, word_cache
from index.analysis import CONCEPT, SURFACE, Analyzer, QuestionTerm, QuestionTerms
from index.asking import Asked
from index.errors import IndexUnavailable, unwritable
from index.explanation import Contribution
from index.inverted import Entry, InvertedIndex
from index.packed import PackedRows, PackedWriter
from index.packing import Packing, found_by
from index.records import Filters, Passage
from index.scoring import Group, Weights
from index.spelling import Speller
from index.subwords import SubwordEmbedding

BATCH = 256
# Candidates that are scored exactly, of the question's language and of each other one (decision 0103).
CANDIDATES, FOREIGN_CANDIDATES = 100, 50
# Where the words find fewer passages of a language, the rest is compared by vector, exactly, and no vector index is
# needed for it: all of a language of at most COMPARED passages join the candidates, else the nearest, if the passages
# of all languages are at most COMPARED_IN_ALL, or fewer where a setting says so (decisions 1001 and 1010).
FEW, COMPARED, COMPARED_IN_ALL = 20, 1000, 200_000
NO_ROWS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages with their lexical scores and the cosines of their subword vectors with the question's, shape (n,).

    `groups[i]` is the place of passage i's language in `languages`; those of one language follow one another.
    """

    languages: tuple[str, ...]
    groups: NDArray[np.intp]
    scores: NDArray[np.float64]
    cosines: NDArray[np.float32]
    rows: NDArray[np.int64]
    packed: PackedRows

    def ids(self, places: Sequence[int] | None = None) -> list[str]:
        """The ids of the passages at these places, or of all."""
        return self.packed.ids(self.rows if places is None else self.rows[list(places)])


class LexicalIndex:
    """Passages by stems and concepts. Changes count after `commit`, in other processes after their `reload`.

    Every method may raise IndexUnavailable; the caller then rebuilds the index from the record.
    """

    def __init__(
        self,
        folder: Path,
        analyzer: Analyzer,
        *,
        weights: Weights = scoring.DEFAULTS,
        compare_at_most: int = COMPARED_IN_ALL,
    ) -> None:
        self.folder = folder
        self._compare_at_most = compare_at_most
        self.failed = False
        """Whether a search failed; to be set by whoever noticed."""
        self._analyzer = analyzer
        self._weights = weights
        self._subwords = SubwordEmbedding()
        self._packing = Packing(analyzer)
        self._indexes: dict[str, InvertedIndex] = {}
        self._grown: set[str] = set()
        self._writer: PackedWriter | None = None
        self._find_languages()
        self._rows, self._speller = self._read_rows(None)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have an index."""
        return tuple(sorted(self._indexes))

    def add(self, passages: Iterable[Passage]) -> None:
        """Add passages; those of an earlier version of their document have to be removed first."""
        batches: dict[str, list[Passage]] = {}
        for passage in passages:
            batch = batches.setdefault(passage.language, [])
            batch.append(passage)
            if len(batch) == BATCH:
                self._add(passage.language, self._packing.entries(batches.pop(passage.language)))
        for language, batch in batches.items():
            self._add(language, self._packing.entries(batch))

    def add_entries(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """Add analysed passages, each with its language."""
        by_language: dict[str, list[Entry]] = {}
        for language, entry in entries:
            by_language.setdefault(language, []).append(entry)
        for language, some in by_language.items():
            self._add(language, some)

    def _add(self, language: str, entries: Sequence[Entry]) -> None:
        index = self._language(language)
        writer = self._writer = self._writer or PackedWriter(self.folder)
        index.add((entry, writer.add(entry.id, entry.packed)) for entry in entries)
        self._grown.add(language)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Remove every passage of these documents."""
        ids = tuple(document_ids)
        for index in self._indexes.values():
            index.remove(ids)

    def remove_passages(self, ids: Iterable[tuple[str, str]]) -> None:
        """Remove passages by (language, id), whatever their document; other languages' indexes are not written."""
        by_language: dict[str, list[str]] = {}
        for language, id_ in ids:
            by_language.setdefault(language, []).append(id_)
        for language, gone in by_language.items():
            self._language(language).remove_passages(gone)

    def commit(self) -> None:
        """Make all changes lasting, and keep the analysed words for later processes."""
        if self._writer is not None:
            # Rows first: whatever an inverted index knows of has to be there.
            self._writer.flush()
            self._writer = None
        for language, index in self._indexes.items():
            if index.commit() and language in self._grown:
                self._keep_words(language)
        self._grown.clear()
        self._rows, self._speller = self._read_rows(self._rows)

    def _keep_words(self, language: str) -> None:
        words = self._analyzer.words
        if self._words_file(language).exists() and not words.has_news(language, word_cache.MAX_WORDS):
            return
        try:
            word_cache.save(self._words_file(language), words.seen(language), self._analyzer.fingerprint)
            words.note_kept(language)
        except OSError as error:
            raise unwritable(f"cannot write the lexical index in {self.folder}", error) from error

    def _words_file(self, language: str) -> Path:
        return self.folder / word_cache.FILE_NAME.format(language)

    def reload(self) -> None:
        """See what another process has committed."""
        self._find_languages()
        for index in self._indexes.values():
            index.reload()
        self._rows, self._speller = self._read_rows(self._rows)

    def _read_rows(self, former: PackedRows | None) -> tuple[PackedRows, Speller]:
        """The rows as they now are, and what corrects words by them: what it remembers holds until they change."""
        rows = PackedRows(self.folder, former)
        return rows, Speller(self._analyzer, rows.may_have)

    def warm_up(self) -> None:
        """Find out now which rows there are, where the first question whose words find little would wait for it."""
        if self.count() <= self._compare_at_most:
            for index in self._indexes.values():
                index.everything()

    def count(self, language: str | None = None) -> int:
        """How many passages there are, in one language or in all."""
        return sum(index.count() for name, index in self._indexes.items() if language in (None, name))

    def counts(self) -> dict[str, int]:
        """How many passages there are of each language that has any."""
        counted = {name: self._indexes[name].count() for name in self.languages}
        return {name: count for name, count in counted.items() if count}

    def document_frequency(self, term: QuestionTerm) -> int:
        """How many passages have the term, as its stem or as the one of its concepts that most of them have."""
        names = [CONCEPT + id_ for id_, _ in term.concepts]
        if term.surface:
            names.append(SURFACE + term.surface)
        total = 0
        try:
            for index in self._indexes.values():
                total += max(map(index.document_frequency, names), default=0)
        except IndexUnavailable:
            self.failed = True
            raise
        return total

    def correct(self, question: QuestionTerms) -> QuestionTerms:
        """The question with words that neither a dictionary nor a passage has read as what they were meant to be."""
        return self._speller.correct(question, self.document_frequency)

    def search(
        self,
        question: QuestionTerms,
        languages: Sequence[str] = (),
        limit: int = CANDIDATES,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> Candidates:
        """Up to `limit` passages of each language that was asked for; of all languages if none was.

        Of languages other than the question's no more than FOREIGN_CANDIDATES.
        """
        wanted = languages or tuple(filters.languages) or self.languages
        indexes = {language: self._indexes[language] for language in wanted if language in self._indexes}
        terms = Asked.of(question, self._weights)
        asked = {foreign: committed.asked(terms.candidates(foreign)) for foreign in (False, True)}
        vector = self._subwords.embed([question.text])[0]
        # Without a letter or digit there is nothing to compare.
        comparable = bool(vector.any()) and not (filters.documents or filters.speakers)
        found: dict[str, list[int]] = {}
        for language, index in indexes.items():
            foreign = language != question.language
            found[language] = index.search(
                asked[foreign], min(limit, FOREIGN_CANDIDATES) if foreign else limit, filters
            )
        others: dict[str, NDArray[np.int64]] = {}
        if comparable and (few := {name: rows for name, rows in found.items() if len(rows) < FEW}):
            others = self._near(few, vector)
        groups: list[Group] = []
        for language, index in indexes.items():
            foreign = language != question.language
            rarities = index.rarities(terms.sought[foreign].terms)
            passages = len(found[language]) + len(others.get(language, ()))
            groups.append(terms.group(foreign, rarities, index.average_length(), passages))
        return self._scored(vector, terms.keys, found, others, groups)

    def _near(self, found: Mapping[str, Sequence[int]], vector: NDArray[np.float32]) -> dict[str, NDArray[np.int64]]:
        """The rows of some languages beside those found, or the nearest; none where they are too many to compare."""
        others: dict[str, NDArray[np.int64]] = {}
        many: dict[str, NDArray[np.int64]] = {}
        for language, rows in found.items():
            index = self._indexes[language]
            if index.count() <= COMPARED or self.count() <= self._compare_at_most:
                left = _without(index.everything(), rows)
                (many if len(left) > COMPARED else others)[language] = left
        if many:
            packed = self._packed(np.concatenate(list(many.values())))
            nearest = packed.nearest(list(many.values()), vector, CANDIDATES)
            others.update(zip(many, nearest, strict=True))
        return others

    def _packed(self, rows: NDArray[np.int64]) -> PackedRows:
        packed = self._rows
        if int(rows.max(initial=-1)) >= packed.count:
            # Another thread has just reloaded the inverted indexes; rows are written before what refers to them.
            packed = PackedRows(self.folder, packed)
        return packed

    def _scored(
        self,
        vector: NDArray[np.float32],
        keys: NDArray[np.uint32],
        found: Mapping[str, list[int]],
        others: Mapping[str, NDArray[np.int64]],
        groups: Sequence[Group],
    ) -> Candidates:
        """The candidates of every language with their exact scores; all are scored in one pass.

        Args:
            found: what the words have found.
            others: what is compared by its vector only.
        """
        parts: list[NDArray[np.int64]] = []
        for language, some in found.items():
            parts += [np.array(some, dtype=np.int64), others.get(language, NO_ROWS)]
        rows = np.concatenate([NO_ROWS, *parts])
        packed = self._packed(rows)
        with_terms = np.array([True, False] * len(found), dtype=bool).repeat(list(map(len, parts)))
        gathered = packed.gather(rows, vector, with_terms)
        return Candidates(
            languages=tuple(found),
            groups=np.arange(len(groups)).repeat([group.passages for group in groups]),
            scores=scoring.score(keys, groups, gathered, self._weights),
            cosines=gathered.cosines,
            rows=rows,
            packed=packed,
        )

    def explain(self, question: QuestionTerms, passage: Passage) -> tuple[Contribution, ...]:
        """Which terms of the question met which terms of an indexed passage, and what each contributed."""
        index = self._language(passage.language)
        looked_for = scoring.elements(question, passage.language != question.language, self._weights)
        occurrences = self._analyzer.occurrences(found_by(passage), passage.language)

        def rarity(term: str) -> float:
            return index.rarities([term])[0]

        return explanation.explain(question, looked_for, occurrences, rarity, index.average_length(), self._weights)

    def _language(self, language: str) -> InvertedIndex:
        if language not in self._indexes:
            self._indexes[language] = InvertedIndex(self.folder / language)
            file, fingerprint = self._words_file(language), self._analyzer.fingerprint
            self._analyzer.words.add_source(language, partial(word_cache.load, file, fingerprint))
        return self._indexes[language]

    def _find_languages(self) -> None:
        """Open the languages that are on the disk and not yet open."""
        if self.folder.is_dir():
            for folder in self.folder.iterdir():
                if folder.is_dir():
                    self._language(folder.name)


def _without(rows: NDArray[np.int64], some: Sequence[int]) -> NDArray[np.int64]:
    """Ascending rows without those that are among `some`; for so few numpy's own set operations take five times as
    long."""
    if not (some and len(rows)):
        return rows
    left = np.ones(len(rows), dtype=bool)
    places = np.minimum(rows.searchsorted(some), len(rows) - 1)
    left[places[rows[places] == some]] = False
    return rows[left]
