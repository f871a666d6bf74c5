"""What the lexical index stores of passages; made without an index, so that other processes may make it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index import scoring
from index.analysis import Analyzer
from index.inverted import Entry
from index.records import Passage
from index.subwords import SubwordEmbedding
from index.term_table import TermTable, totals


class Packing:
    """Turns passages into entries of the lexical index."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._subwords = SubwordEmbedding()
        self._tables: dict[str, TermTable] = {}

    def entries(self, passages: Sequence[Passage], vectors: NDArray[np.float32] | None = None) -> list[Entry]:
        """One entry a passage. `vectors` are their subword vectors, (n, dimensions), where they are known already."""
        texts = [found_by(passage) for passage in passages]
        if vectors is None:
            vectors = self._subwords.embed(texts)
        by_language: dict[str, list[int]] = {}
        for place, passage in enumerate(passages):
            by_language.setdefault(passage.language, []).append(place)
        found: dict[int, Entry] = {}
        for language, places in by_language.items():
            some = [passages[place] for place in places]
            entries = self._entries(language, some, [texts[place] for place in places], vectors[places])
            found.update(zip(places, entries, strict=True))
        return [found[place] for place in range(len(passages))]

    def _entries(
        self, language: str, passages: Sequence[Passage], texts: Sequence[str], vectors: NDArray[np.float32]
    ) -> list[Entry]:
        """The entries of passages of one language."""
        table = self._tables.get(language)
        if table is None:
            table = self._tables[language] = TermTable(self._analyzer, language)
        counted = table.count(texts, [_ends(passage, text) for passage, text in zip(passages, texts, strict=True)])
        packed = scoring.pack(
            counted.lengths, counted.counts, table.hashes_of(counted.terms), counted.sentences, counted.weights, vectors
        )
        owners, terms, weights = totals(counted)
        names = list(map(table.names.__getitem__, terms.repeat(np.ceil(weights).astype(np.int64)).tolist()))
        ends = np.bincount(owners, weights=np.ceil(weights), minlength=len(texts)).cumsum().astype(np.int64).tolist()
        return [
            Entry(
                id=passage.id,
                document_id=passage.document_id,
                speaker=passage.speaker.name or "",
                terms=" ".join(names[start:end]),
                length=length,
                packed=bytes_,
            )
            for passage, start, end, length, bytes_ in zip(
                passages, [0, *ends], ends, counted.lengths.tolist(), packed, strict=False
            )
        ]


def _ends(passage: Passage, text: str) -> list[int]:
    """Where the passage's sentences end in what it is found by."""
    shift = len(text) - len(passage.text) - passage.start
    return [span.end + shift for span in passage.sentences]


def found_by(passage: Passage) -> str:
    """What a passage is found by: its context, then its own text."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text
