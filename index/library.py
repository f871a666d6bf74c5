"""Opens everything that answers are found with, under one data folder, and keeps it fit to use.

Layout: `record.sqlite3` is the truth. `derived/` holds the lexical and the vector index in numbered folders, and
`manifest.json`, which says which of them are current. `writer.lock` is held by the one process that changes anything.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.analysis import Analyzer
from index.chunk import MAX_TOKENS
from index.errors import IndexUnavailable
from index.language import LanguageDetector
from index.lexical import LexicalIndex
from index.lexicon import Lexicon, load_lexicon
from index.load import MAX_BYTES
from index.lock import writer_lock
from index.manifest import FILE_NAME, Leg, Manifest
from index.nearest import NearestPassages
from index.record import Record
from index.retrieve import Retriever
from index.subwords import SubwordEmbedding
from index.upkeep import Embedding, Progress, Upkeep
from index.vectors import VectorIndex

RECORD_NAME = "record.sqlite3"
DERIVED_NAME = "derived"
DATA = Path(__file__).parent / "data"
PREPARATION = 1
"""To be raised with every change of the code from load to chunk that makes other passages of the same text."""
LOCK_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Legs:
    """The opened indexes, as one manifest describes them."""

    stamp: tuple[int, int] | None
    manifest: Manifest
    lexical: LexicalIndex
    vectors: NearestPassages
    retriever: Retriever


class Library:
    """The record and what is derived from it. Safe to use from several threads.

    `retriever`, `lexical` and `vectors` are always the current ones, also after another process has changed them:
    take them from the library each time, and keep them no longer than one question.
    """

    def __init__(
        self, data_dir: Path, record: Record, lexicon: Lexicon, upkeep: Upkeep, *, max_bytes: int, compare_at_most: int
    ) -> None:
        self.data_dir = data_dir
        self.record = record
        self.lexicon = lexicon
        self.upkeep = upkeep
        self.max_bytes = max_bytes
        self._compare_at_most = compare_at_most
        self._refreshing = threading.RLock()
        self._repair: threading.Thread | None = None
        self._legs = self._open_legs(upkeep.manifest())

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
        """The search over both indexes."""
        return self._current().retriever

    @property
    def lexical(self) -> LexicalIndex:
        """The lexical index."""
        return self._current().lexical

    @property
    def vectors(self) -> NearestPassages:
        """The vectors, as a search."""
        return self._current().vectors

    def conditions(self) -> dict[str, str]:
        """The state of each part: "ok", or what is wrong with it."""
        states: dict[str, str] = {}
        for name, look in (("record", self.record.generation), ("lexical", lambda: self.lexical.count())):
            try:
                look()
                states[name] = "ok"
            except IndexUnavailable as error:
                states[name] = str(error)
        states["vectors"] = "being rebuilt" if self._legs.vectors.failed else "ok"
        return states

    def warm_up(self) -> None:
        """Do now what the first question would otherwise wait for: opening the vector index takes half a second."""
        self.vectors.warm_up()

    @contextmanager
    def writing(self, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[Upkeep]:
        """Hold the writer lock. Raises IndexUnavailable that names who holds it."""
        with writer_lock(self.data_dir, timeout_seconds=timeout_seconds):
            yield self.upkeep

    def close(self) -> None:
        """Wait for a repair that is under way, and close the indexes and the record."""
        if self._repair is not None:
            self._repair.join()
        self._legs.vectors.close()
        self.record.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _current(self) -> _Legs:
        """The opened indexes; where the manifest has changed, as it now describes them."""
        if self._stamp() != self._legs.stamp:
            with self._refreshing:
                if self._stamp() != self._legs.stamp:
                    self._refresh()
        return self._legs

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = (self.upkeep.folder / FILE_NAME).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _refresh(self) -> None:
        former, manifest = self._legs, self.upkeep.manifest()
        try:
            self._legs = self._open_legs(manifest, former)
        except IndexUnavailable:
            return  # What is open goes on being used: another process is changing the rest, or has other settings.

    def _open_legs(self, manifest: Manifest, former: _Legs | None = None) -> _Legs:
        stamp = self._stamp()
        fit = manifest.lexical is not None and manifest.lexical.settings == self.analyzer.fingerprint
        if manifest.lexical is None or not fit:
            raise IndexUnavailable(f"expected indexes in {self.upkeep.folder} for the present settings, found others")
        if former and former.manifest.lexical and former.manifest.lexical.folder == manifest.lexical.folder:
            lexical = former.lexical
            lexical.reload()
        else:
            lexical = LexicalIndex(self.upkeep.folder / manifest.lexical.folder, self.analyzer)
        if former and former.manifest.vectors == manifest.vectors and not former.vectors.failed:
            vectors = former.vectors
        else:
            vectors = self._open_vectors(manifest.vectors)
        retriever = Retriever(self.record, lexical, vectors, self.embedding, self.analyzer)
        return _Legs(stamp, manifest, lexical, vectors, retriever)

    def _open_vectors(self, leg: Leg | None) -> NearestPassages:
        name = self.embedding.name
        if leg is None or sum(leg.passages.values()) <= self._compare_at_most:
            return NearestPassages(self.record, name, None, 0)
        if leg.settings != self.upkeep.vector_settings:
            raise IndexUnavailable(f"expected vectors by {self.upkeep.vector_settings}, found {leg.settings}")
        return NearestPassages(
            self.record,
            name,
            lambda: _open_index(self.upkeep.folder / leg.folder, leg.passages),
            leg.generation,
            on_failure=lambda: self._start_repair(leg.folder),
        )

    def _start_repair(self, folder: str) -> None:
        """Build an index that failed in use anew, while searching goes on without it."""

        def repair() -> None:
            try:
                with self.writing() as upkeep:
                    manifest = upkeep.manifest()
                    # Another process may have been faster.
                    suspect = {
                        leg.folder for leg in (manifest.lexical, manifest.vectors) if leg and leg.folder == folder
                    }
                    upkeep.bring_up_to_date(suspect=suspect)
            except IndexUnavailable:
                return  # Nothing to lose: the next opening tries again, and says what is wrong.

        self._repair = threading.Thread(target=repair, name="kilde-repair")
        self._repair.start()


def open_library(
    data_dir: Path,
    *,
    max_tokens: int = MAX_TOKENS,
    max_bytes: int = MAX_BYTES,
    database_url: str | None = None,
    embedding: Embedding | None = None,
    compare_at_most: int = 0,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
    progress: Progress | None = None,
) -> Library:
    """Open a data folder, making it where it is missing, and bring what is derived up to the record.

    Args:
        data_dir: the folder of the record and the indexes.
        max_tokens: of a passage; documents that were cut with another number are cut anew from their stored text.
        max_bytes: of a file that `build` takes in.
        database_url: where the record is, if not in the data folder.
        embedding: what makes the vectors; hashed subwords by default. Another one than before embeds all anew.
        compare_at_most: so many vectors are compared one by one instead of opening the vector index: a command that
            answers one question and ends saves the half second that importing Chroma takes.
        lock_timeout_seconds: how long to wait for another process to finish where nothing can be searched before.
        progress: called with (done, total, what) while documents are prepared or embedded anew.

    Raises:
        IndexUnavailable: the folder cannot be used, or another process is building the first index.
        InvalidData: one of the project's own data files is malformed.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexUnavailable(
            f"expected a data folder at {data_dir}, and it cannot be made: {error.strerror or error}"
        ) from None
    record = Record.open(database_url or data_dir / RECORD_NAME)
    try:
        lexicon = load_lexicon()
        upkeep = Upkeep(
            folder=data_dir / DERIVED_NAME,
            record=record,
            analyzer=Analyzer(lexicon),
            detector=LanguageDetector(lexicon),
            embedding=embedding or SubwordEmbedding(),
            max_tokens=max_tokens,
            preparation=_preparation(max_tokens, lexicon.sha256),
        )
        _make_fit(data_dir, upkeep, lock_timeout_seconds, progress)
        return _open_fit(data_dir, record, lexicon, upkeep, max_bytes, compare_at_most, lock_timeout_seconds)
    except BaseException:
        record.close()
        raise


def _make_fit(data_dir: Path, upkeep: Upkeep, timeout_seconds: float, progress: Progress | None) -> None:
    manifest = upkeep.manifest()
    fault = upkeep.find_fault(manifest)
    if fault is None and not upkeep.is_behind(manifest):
        return
    try:
        # What is only behind can be searched: it is not worth waiting for.
        with writer_lock(data_dir, timeout_seconds=timeout_seconds if fault else 0):
            upkeep.bring_up_to_date(progress=progress)
    except IndexUnavailable:
        if fault:
            raise


def _open_fit(
    data_dir: Path,
    record: Record,
    lexicon: Lexicon,
    upkeep: Upkeep,
    max_bytes: int,
    compare_at_most: int,
    timeout_seconds: float,
) -> Library:
    def opened() -> Library:
        return Library(data_dir, record, lexicon, upkeep, max_bytes=max_bytes, compare_at_most=compare_at_most)

    try:
        return opened()
    except IndexUnavailable:
        # Damaged in a way that only shows on opening.
        with writer_lock(data_dir, timeout_seconds=timeout_seconds):
            lexical = upkeep.manifest().lexical
            upkeep.bring_up_to_date(suspect={lexical.folder} if lexical else ())
        return opened()


def _open_index(folder: Path, expected: Mapping[str, int]) -> VectorIndex:
    index = VectorIndex(folder)
    found = index.count()
    if found != dict(expected):
        raise IndexUnavailable(f"expected {dict(expected)} vectors in {folder}, found {found}")
    return index


def _preparation(max_tokens: int, lexicon_sha256: str) -> str:
    """Name everything that decides which passages are made of a text: code, settings, lexicon and word lists."""
    checksum = hashlib.sha256(lexicon_sha256.encode())
    for path in sorted(DATA.iterdir()):
        if path.is_file():
            checksum.update(path.name.encode() + path.read_bytes())
    return f"version {PREPARATION}, {max_tokens} tokens, data {checksum.hexdigest()[:16]}"
