"""Makes new versions of documents from files: reads, prepares, embeds, analyses; in several processes where it pays."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from index.analysis import Analyzer
from index.embedding import Embedding, embed_passages
from index.errors import IndexUnavailable, UnreadableDocument
from index.exchange import NewVersion
from index.formats.extracted import Extracted
from index.language import LanguageDetector
from index.lexicon import load_lexicon
from index.load import ChangedWhileRead, read_document
from index.neural import NeuralEmbedding
from index.packing import Packing
from index.prepare import prepare
from index.rows import Version
from index.sources import SourceInfo
from index.subwords import SubwordEmbedding
from index.word_cache import MAX_WORDS
from index.words import Word, WordAnalyzer

WORTH_PROCESSES = 300
"""Files from which on further processes are started: each loads the lexicon and the sentence models first, for 2 s."""
FILES_A_TASK = 16
TASKS_AHEAD = 4
"""Tasks a process that are handed out before the first is taken back: enough to keep it busy, in little memory."""
READING_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class ToMake:
    """A file, and what the document made from it is to be: `version` without its SHA-256, which is not known yet."""

    path: Path
    version: Version


@dataclass(frozen=True, slots=True)
class Finished:
    """What another process made of some files: a version or a reason each, the words it analysed, and with what."""

    outcomes: list[NewVersion | str]
    words: dict[str, dict[str, Word]]
    fingerprint: str


class Maker:
    """Makes one version after the other, in this process."""

    def __init__(
        self, analyzer: Analyzer, detector: LanguageDetector, embedding: Embedding, *, max_tokens: int, max_bytes: int
    ) -> None:
        self.words = analyzer.words
        self.fingerprint = analyzer.fingerprint
        self._packing = Packing(analyzer)
        self._detector = detector
        self._embedding = embedding
        self._max_tokens = max_tokens
        self._max_bytes = max_bytes

    def make(self, file: ToMake) -> NewVersion:
        """Read a file and make everything of it that is stored.

        Raises:
            UnreadableDocument: the file cannot be taken in, or changes again and again while it is read.
        """
        version = file.version
        extracted, sha256 = self._read(file.path)
        source = None if version.source is None else SourceInfo(**version.source)
        prepared = prepare(
            Path(version.path),
            extracted.text,
            sha256,
            source,
            self._detector.detect,
            max_tokens=self._max_tokens,
            facts=extracted.facts,
            parts=extracted.parts,
        )
        # A model is asked at the end, for passages of many documents at once (index.embedder).
        neural = isinstance(self._embedding, NeuralEmbedding)
        vectors = None if neural else embed_passages(self._embedding, prepared.passages)
        known = vectors if isinstance(self._embedding, SubwordEmbedding) else None
        entries = self._packing.entries(prepared.passages, known)
        return NewVersion(prepared, vectors, entries, version.source, version.origin)

    def _read(self, path: Path) -> tuple[Extracted, str]:
        """A file as it was at one moment: read again where somebody wrote to it meanwhile."""
        for _ in range(READING_ATTEMPTS):
            with suppress(ChangedWhileRead):
                return read_document(path, max_bytes=self._max_bytes)
        raise UnreadableDocument("expected a file that stays as it is while it is read, found one that keeps changing")


def made(
    maker: Maker, files: list[ToMake], *, workers: int, max_tokens: int, max_bytes: int
) -> Generator[NewVersion | str, None, None]:
    """For each file, in order, its new version or the reason why there is none.

    Args:
        maker: makes them in this process, where there is one worker or few files.
        files: what to make.
        workers: processes at most; only for the embedding and the lexicon that are the defaults.
        max_tokens, max_bytes: as the maker has them.

    Raises:
        IndexUnavailable: a process was ended from outside.
    """
    if workers < 2 or len(files) < WORTH_PROCESSES:
        yield from (_outcome(maker, file) for file in files)
        return
    # Not forked: a service has threads. What is started anew loads its own lexicon.
    # Its words come back with its results, because what is kept for later processes is written by this one.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=(max_tokens, max_bytes))
    task = partial(work, max_tokens=max_tokens, max_bytes=max_bytes)
    try:
        yield from _from_processes(pool, task, files, workers * TASKS_AHEAD, maker.words)
    except BrokenProcessPool:
        raise IndexUnavailable("a process that prepares documents was ended; there may be too little memory") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _from_processes(
    pool: ProcessPoolExecutor,
    task: Callable[[list[ToMake]], Finished],
    files: Iterable[ToMake],
    ahead: int,
    words: WordAnalyzer,
) -> Iterator[NewVersion | str]:
    waiting: deque[Future[Finished]] = deque()
    rest = iter(files)
    while True:
        while len(waiting) < ahead and (some := list(islice(rest, FILES_A_TASK))):
            waiting.append(pool.submit(task, some))
        if not waiting:
            return
        finished = waiting.popleft().result()
        words.learn(finished.words)
        yield from finished.outcomes


_worker: list[Maker] = []
"""The one maker of a worker process; empty elsewhere."""
_sent: dict[str, int] = {}
"""How many analysed words of each language a worker process has sent back."""


def _start_worker(max_tokens: int, max_bytes: int) -> None:
    analyzer = Analyzer(load_lexicon())
    detector = LanguageDetector(analyzer.words)
    _worker.append(Maker(analyzer, detector, SubwordEmbedding(), max_tokens=max_tokens, max_bytes=max_bytes))


def work(files: list[ToMake], max_tokens: int, max_bytes: int) -> Finished:
    """Make versions of files in a process that does nothing else; the first call loads what is needed."""
    if not _worker:
        _start_worker(max_tokens, max_bytes)
    maker = _worker[0]
    outcomes = [_outcome(maker, file) for file in files]
    return Finished(outcomes, maker.words.news(_sent, MAX_WORDS), maker.fingerprint)


def _outcome(maker: Maker, file: ToMake) -> NewVersion | str:
    try:
        return maker.make(file)
    except UnreadableDocument as error:
        return str(error)
