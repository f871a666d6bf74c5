"""Opens everything that answers are found with, under one data folder, and keeps it fit to use.

Layout: `record.sqlite3` is the truth. `derived/` holds the lexical and the vector index in numbered folders, and
`manifest.json`, which says which of them are current. `writer.lock` is held by the one process that changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.analysis import Analyzer, QuestionTerm
from index.basis import Basis
from index.caretaker import Caretaker
from index.chunk import MAX_TOKENS
from index.database import building_documents, writing_documents
from index.embedder import Progress
from index.embedding import Embedding
from index.engine import EngineSearch, EngineUpkeep, Words
from index.engines import open_engine, upkeep_of
from index.errors import IndexUnavailable, unwritable
from index.language import LanguageDetector
from index.lexical import COMPARED_IN_ALL
from index.lexicon import load_lexicon
from index.load import MAX_BYTES
from index.lock import BUILDING_NAME, writer_lock
from index.making import Maker
from index.making_aside import MakingAside, place_of
from index.neural import NeuralEmbedding
from index.record import Record
from index.reranking import Reranker
from index.retrieve import Retriever
from index.subwords import SubwordEmbedding
from index.vectors import VectorSearch

RECORD_NAME = "record.sqlite3"
LOCK_TIMEOUT_SECONDS = 60.0
COMPARE_AT_MOST = 2000
"""Reading so many vectors and comparing them takes 30 ms, importing Chroma and opening its index 600 ms."""


class Library:
    """The record and what is derived from it. Safe to use from several threads.

    `retriever`, `lexical` and `vectors` are always the present ones, also after another process has changed them:
    take them from the library each time, and keep them no longer than for one question.
    """

    def __init__(
        self,
        data_dir: Path,
        upkeep: EngineUpkeep,
        search: EngineSearch,
        *,
        max_bytes: int,
        reranker: Reranker | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.upkeep = upkeep
        self.max_bytes = max_bytes
        self._search = search
        self._reranker = reranker
        self._caretaker = Caretaker(data_dir, upkeep, search)
        self.aside: MakingAside | None = None
        """Takes in documents in another process, once `warm_up` was called."""

    @property
    def record(self) -> Record:
        """The documents."""
        return self.upkeep.record

    @property
    def analyzer(self) -> Analyzer:
        """The analysis of texts and questions."""
        return self.upkeep.analyzer

    @property
    def detector(self) -> LanguageDetector:
        """The detection of languages."""
        return self.upkeep.detector

    @property
    def embedding(self) -> Embedding:
        """What the vectors are made with."""
        return self.upkeep.embedding

    @property
    def retriever(self) -> Retriever:
        """The search over both legs."""
        return self._search.retriever

    @property
    def lexical(self) -> Words:
        """The words of the passages."""
        return self._search.lexical

    @property
    def vectors(self) -> VectorSearch:
        """The vectors, as a search."""
        return self._search.vectors

    def moment(self, *, at_once: bool = False) -> tuple[Retriever, int] | None:
        """What is another one as soon as a search may find something else: for those who remember searches.

        None where that cannot be told in some microseconds, and where a model, which may fail, has a say; with
        `at_once` also where indexes that have changed would be opened first.
        """
        if self._reranker is not None or self.upkeep.is_shared or isinstance(self.embedding, NeuralEmbedding):
            return None
        generation = self.record.watched_generation()
        retriever = self._search.opened if at_once else self.retriever
        return None if generation is None or retriever is None else (retriever, generation)

    def conditions(self) -> dict[str, str]:
        """The state of each part: "ok", or what is wrong with it."""
        found = {"record": "ok"}
        try:
            self.record.generation()
        except IndexUnavailable as error:
            found["record"] = str(error)
        found |= self._search.conditions()
        for name, fault in self._caretaker.faults.items():
            if found[name] == "ok":
                found[name] = f"damaged, and built anew from the record: {fault}"
        if self._reranker is not None:
            found["reranker"] = self._reranker.trouble or "ok"
        return found

    def maker(self) -> Maker:
        """What makes documents from files, with this library's settings."""
        upkeep = self.upkeep
        return Maker(
            upkeep.analyzer,
            upkeep.detector,
            upkeep.embedding,
            max_tokens=upkeep.max_tokens,
            max_bytes=self.max_bytes,
        )

    def lag(self) -> dict[str, int]:
        """How many passages of the record each part of the engine does not hold yet. Raises IndexUnavailable."""
        return self.upkeep.lag()

    def document_frequency(self, term: QuestionTerm) -> int:
        """How many passages have a term; 0 while the engine cannot say so."""
        try:
            return self.lexical.document_frequency(term)
        except IndexUnavailable:
            return 0

    def indexed_passages(self) -> int:
        """How many passages are indexed; those of the record while the engine cannot say so."""
        try:
            return self.lexical.count()
        except IndexUnavailable:
            return sum(self.record.count().values())

    def warm_up(self) -> None:
        """Do now what the first search would wait for, and look after the engine from now on: for who stays."""
        self._search.warm_up()
        self._caretaker.start()
        if self.aside is None and isinstance(self.embedding, SubwordEmbedding | NeuralEmbedding):
            self.aside = MakingAside(self.upkeep.max_tokens, self.max_bytes, place_of(self.upkeep))

    @contextmanager
    def writing(self, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[EngineUpkeep]:
        """Hold the writer lock. Raises IndexUnavailable that names who holds it."""
        with self._search.pausing(), self.changing(timeout_seconds) as upkeep:
            yield upkeep

    @contextmanager
    def building(self, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
        """Be the one who goes through a folder: nobody else does, and nobody mends the indexes behind the scenes.

        The writer lock is not held: whoever builds takes it by `changing` for every batch of documents.
        """
        with (
            self._search.pausing(),
            writer_lock(self.data_dir, timeout_seconds=timeout_seconds, file_name=BUILDING_NAME),
            building_documents(self.record.engine, timeout_seconds),
        ):
            yield

    @contextmanager
    def changing(self, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[EngineUpkeep]:
        """Hold the writer lock within `building`. Raises as `writing` does."""
        with (
            writer_lock(self.data_dir, timeout_seconds=timeout_seconds),
            writing_documents(self.record.engine, timeout_seconds),
        ):
            yield self.upkeep

    def look_after(self) -> bool:
        """Have the engine follow the record, and mend them, once; return whether anything was not in order.

        A service does so every second, once it is warmed up. Raises what `Caretaker.look` raises.
        """
        return self._caretaker.look()

    def on_repair(self, observer: Callable[[str], None]) -> None:
        """Have somebody told whenever this process has built a part of the engine anew: "lexical", say."""
        self._caretaker.repaired.append(observer)

    def close(self) -> None:
        """Wait for a repair that is under way, and close the indexes and the record."""
        self._caretaker.stop()
        if self.aside is not None:
            self.aside.close()
        self._search.close()
        if isinstance(self.embedding, NeuralEmbedding):
            self.embedding.close()
        if self._reranker is not None:
            self._reranker.close()
        self.record.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_record(data_dir: Path, database_url: str | None = None) -> Record:
    """Open the record alone, in its data folder, which is made where it is missing, or wherever it is.

    Raises:
        IndexUnavailable: the folder or the record cannot be used.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(f"expected a data folder at {data_dir}, and it cannot be made", error) from None
    return Record.open(database_url or data_dir / RECORD_NAME)


def open_library(
    data_dir: Path,
    *,
    max_tokens: int = MAX_TOKENS,
    max_bytes: int = MAX_BYTES,
    database_url: str | None = None,
    chroma_url: str = "",
    index_url: str = "",
    index_api_key: str = "",
    embedding: Embedding | None = None,
    reranker: Reranker | None = None,
    analyzer: Analyzer | None = None,
    compare_at_most: int = COMPARE_AT_MOST,
    vector_index_above: int = COMPARED_IN_ALL,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
    progress: Progress | None = None,
) -> Library:
    """Open a data folder, making it where it is missing, and bring what is derived up to the record.

    Args:
        data_dir: the folder of the record and the indexes.
        max_tokens: of a passage; documents that were cut with another number are cut anew from their stored text.
        max_bytes: of a file that `build` takes in.
        database_url: where the record is, if not in the data folder.
        chroma_url: the Chroma server that holds the vector index, if not a folder in the data folder.
        index_url: where both indexes are instead, as `index.qdrant.place.parse` reads it.
        index_api_key: what is shown there, if anything.
        embedding: what makes the vectors; hashed subwords by default. Another one than before embeds all anew.
        reranker: what puts the best passages into its own order, if anything does.
        analyzer: the analysis with its lexicon, for those who open several libraries; by default it is loaded.
        compare_at_most: so many vectors are compared one by one, until `warm_up` is called, instead of opening the
            vector index: a command that answers one question and ends saves what importing Chroma takes.
        vector_index_above: the subword vectors of so many passages need no index of their own: the lexical index
            has them, too, and compares them. COMPARED_IN_ALL at most.
        lock_timeout_seconds: how long to wait for another process to finish where nothing can be searched before.
        progress: called with (done, total, what) while documents are prepared or embedded anew.

    Raises:
        IndexUnavailable: the folder cannot be used, or another process is building the first index.
        InvalidData: one of the project's own data files is malformed.
    """
    record = open_record(data_dir, database_url)
    try:
        basis = Basis.of(data_dir, record, analyzer or Analyzer(load_lexicon()), embedding, max_tokens)
        upkeep = upkeep_of(
            basis,
            chroma_url=chroma_url,
            vector_index_above=vector_index_above,
            index_url=index_url,
            index_api_key=index_api_key,
        )
        search = open_engine(
            upkeep,
            compare_at_most=compare_at_most,
            lock_timeout_seconds=lock_timeout_seconds,
            reranker=reranker,
            progress=progress,
        )
        return Library(data_dir, upkeep, search, max_bytes=max_bytes, reranker=reranker)
    except BaseException:
        record.close()
        raise


def examine(
    data_dir: Path,
    record: Record,
    embedding: Embedding | None,
    *,
    max_tokens: int = MAX_TOKENS,
    chroma_url: str = "",
    vector_index_above: int = COMPARED_IN_ALL,
    index_url: str = "",
    index_api_key: str = "",
) -> dict[str, str]:
    """The state of each part of the engine, without opening or changing it: "ok", or what is wrong with it."""
    basis = Basis.of(data_dir, record, Analyzer(load_lexicon()), embedding, max_tokens)
    return upkeep_of(
        basis,
        chroma_url=chroma_url,
        vector_index_above=vector_index_above,
        index_url=index_url,
        index_api_key=index_api_key,
    ).examine()
