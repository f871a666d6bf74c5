"""The real lexicon and analyzer, loaded once for all tests, and small passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index import scoring
from index.analysis import Analyzer, Occurrences
from index.lexicon import Lexicon, load_lexicon
from index.records import Passage, Span, Speaker


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


@cache
def analyzer() -> Analyzer:
    return Analyzer(lexicon())


def passage(document_id: str, language: str, text: str, speaker: str | None = None, context: str = "") -> Passage:
    """A passage that is its whole document: one sentence."""
    return Passage(
        id=f"{document_id}:0-{len(text)}:0",
        document_id=document_id,
        start=0,
        end=len(text),
        text=text,
        language=language,
        speaker=Speaker(speaker, "author"),
        kind="paragraph",
        sentences=(Span(0, len(text)),),
        context=context,
    )


def pack(occurrences: Occurrences, vector: NDArray[np.float32]) -> bytes:
    """One passage as the scorer needs it."""
    terms = occurrences.terms
    (packed,) = scoring.pack(
        np.array([occurrences.length]),
        np.array([len(terms)]),
        np.array([scoring.term_hash(term) for term, _, _ in terms], dtype=np.uint64),
        np.array([sentence for _, sentence, _ in terms], dtype=np.int64),
        np.array([weight for _, _, weight in terms], dtype=np.float64),
        vector[np.newaxis],
    )
    return packed


class Memory:
    """Passages as the record gives them."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = {one.id: one for one in passages}

    def passages(self, ids: Sequence[str]) -> Mapping[str, Passage]:
        return {id_: self._passages[id_] for id_ in ids if id_ in self._passages}
