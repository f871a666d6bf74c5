"""What an engine is: whatever holds the passages to be searched, derived from the record.

There is one on this machine (`index.embedded`: tantivy and Chroma in the data folder) and one for corpora and loads
beyond one machine (`index.qdrant`). A library has one of them, in two parts: `EngineUpkeep` changes it, one
process at a time, and `EngineSearch` searches it and says what state it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from index.analysis import Analyzer, QuestionTerm, QuestionTerms
from index.basis import Basis
from index.embedder import Progress
from index.embedding import Embedding
from index.exchange import NewVersion
from index.explanation import Contribution
from index.language import LanguageDetector
from index.record import Record
from index.records import Passage
from index.retrieve import Retriever
from index.vectors import VectorSearch


class Words(Protocol):
    """What is asked about the words in the passages. Every method may raise IndexUnavailable."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are passages in."""
        ...

    def count(self, language: str | None = None) -> int:
        """How many passages there are, in one language or in all."""
        ...

    def document_frequency(self, term: QuestionTerm) -> int:
        """How many passages have the term, as its stem or as the one of its concepts that most of them have."""
        ...

    def correct(self, question: QuestionTerms) -> QuestionTerms:
        """The question with words that neither a dictionary nor a passage has read as what they were meant to be."""
        ...

    def explain(self, question: QuestionTerms, passage: Passage) -> tuple[Contribution, ...]:
        """Which terms of the question met which terms of an indexed passage, and what each contributed."""
        ...


class EngineSearch(Protocol):
    """An engine, open for searching. Safe to use from several threads."""

    @property
    def retriever(self) -> Retriever:
        """The search over the passages as they are now; to be kept no longer than for one question."""
        ...

    @property
    def opened(self) -> Retriever | None:
        """`retriever`, if it is there in some microseconds; None where anything had to be opened or asked first."""
        ...

    @property
    def lexical(self) -> Words:
        """The words of the passages as they are now."""
        ...

    @property
    def vectors(self) -> VectorSearch:
        """The vectors of the passages as they are now."""
        ...

    def conditions(self) -> dict[str, str]:
        """The state of each part of the engine: "ok", or what is wrong with it."""
        ...

    def find_faults(self) -> dict[str, str]:
        """What is damaged, missing or has failed in use, by part; looked for once a second."""
        ...

    def mend(self, faults: Collection[str]) -> None:
        """Build these parts anew from the record, under the writer lock; searching goes on with what is left."""
        ...

    def warm_up(self) -> None:
        """Do now what the first search would otherwise wait for."""
        ...

    def pausing(self) -> AbstractContextManager[None]:
        """Have nothing change the engine behind the scenes meanwhile: somebody does it in the foreground."""
        ...

    def close(self) -> None:
        """Wait for what is being done behind the scenes, and close the engine."""
        ...


class EngineUpkeep(Protocol):
    """What it takes to bring an engine up to the record. What changes anything wants the writer lock.

    Every method may raise IndexUnavailable, and can be interrupted at any moment: the record is changed one document a
    transaction, and what an engine missed it is brought the next time.
    """

    @property
    def basis(self) -> Basis:
        """What the engine is derived from, to derive another one from."""
        ...

    @property
    def record(self) -> Record:
        """The documents."""
        ...

    @property
    def analyzer(self) -> Analyzer:
        """The analysis of texts and questions."""
        ...

    @property
    def detector(self) -> LanguageDetector:
        """The detection of languages."""
        ...

    @property
    def embedding(self) -> Embedding:
        """What the vectors are made with."""
        ...

    @property
    def max_tokens(self) -> int:
        """Of a passage."""
        ...

    @property
    def preparation(self) -> str:
        """Everything that decides which passages are made of a text, as documents remember it."""
        ...

    @property
    def is_shared(self) -> bool:
        """Whether other data folders use the same engine, so that the folder's lock is not enough to change it."""
        ...

    def lag(self) -> dict[str, int]:
        """How many passages of the record each part of the engine does not hold yet."""
        ...

    def behind(self) -> bool:
        """Whether the record has changed since the engine was last brought up to it."""
        ...

    def examine(self) -> dict[str, str]:
        """The state of each part without opening it: "ok", or what is wrong with it."""
        ...

    def work_ahead(self, *, suspect: Collection[str] = (), progress: Progress | None = None) -> object | None:
        """Do what takes long of bringing the engine up to date without the writer lock: others write meanwhile.

        The caller holds the lock for building, so that nobody else does the same.

        Args:
            suspect: names of parts that failed in use and must not be kept.
            progress: called with (done, total, what).

        Returns what `bring_up_to_date` wants.

        Raises:
            EmbeddingUnavailable: the model failed.
        """
        ...

    def bring_up_to_date(
        self,
        *,
        suspect: Collection[str] = (),
        opening: bool = False,
        progress: Progress | None = None,
        ahead: object | None = None,
    ) -> None:
        """Derive whatever is missing, stale, damaged or made with other settings.

        Args:
            suspect: names of parts that failed in use and must not be kept.
            opening: somebody waits: what takes long and can wait is left for later.
            progress: called with (done, total, what).
            ahead: what `work_ahead` has made.

        Raises:
            EmbeddingUnavailable: the model failed; everything but the vectors is up to date.
        """
        ...

    def finish_exchange(self) -> None:
        """Do what single documents that were exchanged leave to do, in a time that others do not lengthen."""
        ...

    def catch_up(self) -> None:
        """Bring the engine up to what has changed in the record, and no more."""
        ...

    def begin(self, progress: Progress | None = None) -> None:
        """Write what takes long of an engine that nobody uses yet, without the writer lock; interrupted, it goes on."""
        ...

    def follow(self) -> None:
        """Bring the engine up to what replicas have stored, once a second where there are any."""
        ...

    def is_worn(self) -> bool:
        """Whether most of what a part of the engine holds was removed, so that it should be made anew."""
        ...

    def renew(self, stopped: Callable[[], bool]) -> bool:
        """Make anew what is worn, and switch to it; others search and write meanwhile. Takes the locks it needs.

        Args:
            stopped: asked again and again, also to go slowly; once it returns True, all is left as it was.

        Returns whether anything was made anew.

        Raises:
            IndexBusy: another process is at it.
        """
        ...

    def stage(self, versions: Sequence[NewVersion], old: Collection[tuple[str, str]]) -> object | None:
        """Put the passages of new versions beside the old ones, which are (language, passage id).

        Returns what `settle` wants; None where that cannot be, and the engine has to catch up afterwards.
        """
        ...

    def settle(self, staged: object | None, gone: Collection[tuple[str, str]]) -> None:
        """Take the passages out that the record has no more, and note that the engine is up to it.

        An engine that is away is no reason to fail: the record has what was asked for, and the engine catches up.
        """
        ...
