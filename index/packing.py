"""What the lexical index stores of passages; made without an index, so that other processes may make it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index import scoring
from index.analysis import Analyzer
from index.inverted import Entry
from index.records import Passage, Span
from index.subwords import SubwordEmbedding


class Packing:
    """Turns passages into entries of the lexical index."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._subwords = SubwordEmbedding()

    def entries(self, passages: Sequence[Passage], vectors: NDArray[np.float32] | None = None) -> list[Entry]:
        """One entry a passage. `vectors` are their subword vectors, (n, dimensions), where they are known already."""
        texts = [found_by(passage) for passage in passages]
        if vectors is None:
            vectors = self._subwords.embed(texts)
        return [
            self._entry(passage, text, vector) for passage, text, vector in zip(passages, texts, vectors, strict=True)
        ]

    def _entry(self, passage: Passage, text: str, vector: NDArray[np.float32]) -> Entry:
        shift = len(text) - len(passage.text) - passage.start
        sentences = [Span(span.start + shift, span.end + shift) for span in passage.sentences]
        occurrences = self._analyzer.occurrences(text, passage.language, sentences)
        totals: dict[str, float] = {}
        for term, _, weight in occurrences.terms:
            totals[term] = totals.get(term, 0.0) + weight
        return Entry(
            id=passage.id,
            document_id=passage.document_id,
            speaker=passage.speaker.name or "",
            terms=[term for term, weight in totals.items() for _ in range(math.ceil(weight))],
            length=occurrences.length,
            packed=scoring.pack(occurrences, vector),
        )


def found_by(passage: Passage) -> str:
    """What a passage is found by: its context, then its own text."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text
