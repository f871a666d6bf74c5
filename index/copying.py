"""Writes the index to another engine from the record: nothing is embedded again, and the present one stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from index.embedder import Progress
from index.engine import EngineSearch
from index.engines import open_engine, upkeep_of
from index.errors import KildeError
from index.library import COMPARE_AT_MOST, LOCK_TIMEOUT_SECONDS, Library
from index.lock import COPYING_NAME, writer_lock
from index.records import Hit, Passage
from index.retrieve import Retriever

T = TypeVar("T")

SAMPLED = 50
"""Passages whose beginnings are asked of both engines."""
LIMIT = 10
CLOSE = 0.01
"""Scores that differ by less are the same …"""
LEAST_SAME = 0.9
"""… and so are engines that agree on so many questions: vector indexes are not exact."""
WORDS = 12


class CopyDiffers(KildeError):
    """The copy does not hold or find what the index does."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """How many passages were copied, and how many of the questions that were asked of both found the same."""

    passages: int
    asked: int
    same: int


def copy(library: Library, index_url: str, index_api_key: str = "", *, progress: Progress | None = None) -> CopyReport:
    """Have another engine hold what the record holds, and compare the two.

    A copy to Qdrant that was interrupted goes on where it was. Documents may be changed meanwhile: the copy is brought
    up to them at the end, for which the writer lock is taken.

    Args:
        index_url: where to; empty for the engine of the data folder.

    Raises:
        CopyDiffers: the numbers of passages or the answers of both differ.
        IndexUnavailable: either engine cannot be used, or another process is copying.
    """
    target = upkeep_of(library.upkeep.basis, index_url=index_url, index_api_key=index_api_key)
    with writer_lock(library.data_dir, timeout_seconds=0, file_name=COPYING_NAME):
        target.begin(progress)
        with library.writing():
            target.bring_up_to_date(progress=progress)
        search = open_engine(target, compare_at_most=COMPARE_AT_MOST, lock_timeout_seconds=LOCK_TIMEOUT_SECONDS)
        try:
            return compare(library, search)
        finally:
            search.close()


def compare(library: Library, other: EngineSearch) -> CopyReport:
    """Hold another engine to what the library's finds.

    Raises:
        CopyDiffers: they do not hold the same number of passages, or find something else.
    """
    expected, found = library.lexical.count(), other.lexical.count()
    if expected != found:
        raise CopyDiffers(f"expected {expected} passages in the copy, found {found}; copy once more")
    sampled = _sampled(library)
    same = sum(_is_same(_asked(library.retriever, one), _asked(other.retriever, one)) for one in sampled)
    if same < LEAST_SAME * len(sampled):
        raise CopyDiffers(f"expected the same answers of both, found {same} of {len(sampled)} the same; copy once more")
    return CopyReport(found, len(sampled), same)


def _sampled(library: Library) -> Sequence[Passage]:
    """Passages drawn evenly over documents that are drawn evenly over all."""
    passages = library.record.passages_of(_evenly([info.id for info in library.record.documents()]))
    return _evenly(passages)


def _evenly(found: Sequence[T]) -> Sequence[T]:
    """SAMPLED of them, or all where they are fewer."""
    return found[:: max(1, len(found) // SAMPLED)][:SAMPLED]


def _asked(retriever: Retriever, passage: Passage) -> list[Hit]:
    """What is found for the beginning of a passage."""
    question = " ".join(passage.text.split()[:WORDS])
    return retriever.search(question, language=passage.language, limit=LIMIT)


def _is_same(one: Sequence[Hit], other: Sequence[Hit]) -> bool:
    return len(one) == len(other) and all(
        abs(hit.score - same.score) < CLOSE for hit, same in zip(one, other, strict=True)
    )
