"""Makes new versions of documents from files: reads, prepares, embeds, analyses; in several processes where it pays."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from index.analysis import Analyzer
from index.crew import Crew, CrewEnded, taken
from index.detecting import Asking, answered, answered_together
from index.embedding import Embedding, embed_passages
from index.errors import IndexUnavailable, UnreadableDocument
from index.exchange import NewVersion
from index.formats.extracted import Extracted
from index.language import LanguageDetector
from index.lexicon import LANGUAGES
from index.load import ChangedWhileRead, read_document
from index.neural import NeuralEmbedding
from index.packing import Packing
from index.prepare import Prepared, prepare, preparing
from index.sharing_out import BYTES_A_TASK, FILES_A_TASK, Share, SharingOut
from index.sources import SourceInfo
from index.subwords import SubwordEmbedding
from index.versions import Version
from index.words import WordAnalyzer

WORTH_PROCESSES = 300
"""Files from which on further processes are started: the lexicon and the sentence models are loaded first, for 2 s."""
TASKS_AHEAD = 8
"""Tasks a process that are handed out before the first is taken back: enough to keep it busy while others are stored;
some ten megabytes."""
READING_ATTEMPTS = 3
WARMING_WORDS = 30
"""Function words of a language, which tell the detection of languages which it is."""


@dataclass(frozen=True, slots=True)
class ToMake:
    """A file, and what the document made from it is to be: `version` without its SHA-256, which is not known yet."""

    path: Path
    version: Version


class Maker:
    """Makes one version after the other, in this process."""

    def __init__(
        self, analyzer: Analyzer, detector: LanguageDetector, embedding: Embedding, *, max_tokens: int, max_bytes: int
    ) -> None:
        self.words = analyzer.words
        self.analyzer = analyzer
        self.fingerprint = analyzer.fingerprint
        self._packing = Packing(analyzer)
        self._detector = detector
        self.embedding = embedding
        self._max_tokens = max_tokens
        self._max_bytes = max_bytes

    def make(self, file: ToMake) -> NewVersion:
        """Read a file and make everything of it that is stored.

        Raises:
            UnreadableDocument: the file cannot be taken in, or changes again and again while it is read.
        """
        extracted, sha256 = self._read(file.path)
        return self._finished([file], [answered(self._preparing(file, extracted, sha256), self._detector.detect)])[0]

    def warm_up(self) -> None:
        """Load now what the first document of each language would load: models, dictionaries, abbreviations."""
        for language in LANGUAGES:
            words = [one.words[language][0] for one in self.analyzer.lexicon.concepts.values() if one.pos == "func"]
            text = f"{' '.join(words[:WARMING_WORDS])}. {words[0].capitalize()}."
            one = prepare(Path("text.txt"), text, "", None, self._detector.detect, max_tokens=self._max_tokens)
            Packing(self.analyzer).entries(one.passages, embed_passages(SubwordEmbedding(), one.passages))
        self.words.expect_many()
        self.words.forget()  # They are in no document.

    def outcomes(self, files: Sequence[ToMake]) -> list[NewVersion | str]:
        """For each file, in order, its new version or the reason why there is none; many at once cost less."""
        reasons: dict[int, str] = {}
        read: dict[int, tuple[Extracted, str]] = {}
        for place, file in enumerate(files):
            try:
                read[place] = self._read(file.path)
            except UnreadableDocument as error:
                reasons[place] = str(error)
        self._detector.learn(extracted.text for extracted, _ in read.values())
        prepared = answered_together(
            [self._preparing(files[place], extracted, sha256) for place, (extracted, sha256) in read.items()],
            self._detector.detect_all,
        )
        versions = iter(self._finished([files[place] for place in read], prepared))
        return [reasons[place] if place in reasons else next(versions) for place in range(len(files))]

    def _preparing(self, file: ToMake, extracted: Extracted, sha256: str) -> Asking[Prepared]:
        version = file.version
        return preparing(
            Path(version.path),
            extracted.text,
            sha256,
            None if version.source is None else SourceInfo(**version.source),
            max_tokens=self._max_tokens,
            facts=extracted.facts,
            parts=extracted.parts,
        )

    def _finished(self, files: Sequence[ToMake], prepared: Sequence[Prepared]) -> list[NewVersion]:
        """Documents with their vectors and what an engine stores of them."""
        passages = [passage for one in prepared for passage in one.passages]
        # A model is asked at the end, for passages of many documents at once (index.embedder).
        neural = isinstance(self.embedding, NeuralEmbedding)
        vectors = None if neural else embed_passages(self.embedding, passages)
        known = vectors if isinstance(self.embedding, SubwordEmbedding) else None
        entries = self._packing.entries(passages, known)
        found: list[NewVersion] = []
        end = 0
        for file, one in zip(files, prepared, strict=True):
            own = slice(end, end := end + len(one.passages))
            version = file.version
            of_it = None if vectors is None else vectors[own]
            found.append(NewVersion(one, of_it, entries[own], version.source, version.origin))
        return found

    def _read(self, path: Path) -> tuple[Extracted, str]:
        """A file as it was at one moment: read again where somebody wrote to it meanwhile."""
        for _ in range(READING_ATTEMPTS):
            with suppress(ChangedWhileRead):
                return read_document(path, max_bytes=self._max_bytes)
        raise UnreadableDocument("expected a file that stays as it is while it is read, found one that keeps changing")


def crew_ahead(folder: Path, data_dir: Path, *, workers: int, max_tokens: int, max_bytes: int) -> Crew | None:
    """Processes for the first build of a folder of many files, that load while its library is opened; else None.

    Args:
        folder: of the files.
        data_dir: of the library; where there is one, a build may find nothing to do, and starts its own if it does.
        workers, max_tokens, max_bytes: as `made` has them.
    """
    if workers < 2 or (data_dir.is_dir() and any(data_dir.iterdir())):
        return None
    if sum(1 for _ in islice(folder.rglob("*"), WORTH_PROCESSES)) < WORTH_PROCESSES:
        return None
    return Crew(workers, max_tokens=max_tokens, max_bytes=max_bytes)


def made(
    maker: Maker, files: list[ToMake], *, workers: int, max_tokens: int, max_bytes: int, crew: Crew | None = None
) -> Generator[NewVersion | str, None, None]:
    """For each file, in order, its new version or the reason why there is none.

    Args:
        maker: makes them in this process, where there is one worker or few files.
        files: what to make.
        workers: processes at most; only for the embedding and the lexicon that are the defaults.
        max_tokens, max_bytes: as the maker has them.
        crew: processes that have been started already; ended here.

    Raises:
        IndexUnavailable: a process was ended from outside.
    """
    if workers < 2 or len(files) < WORTH_PROCESSES:
        # Another embedding than the default may fail for one document, and the others are to be stored.
        default = type(maker.embedding) is SubwordEmbedding
        for some in in_tasks(files) if default else ([file] for file in files):
            yield from maker.outcomes(some)
        return
    with crew or Crew(workers, max_tokens=max_tokens, max_bytes=max_bytes) as crew:
        try:
            yield from _from_processes(crew, files, workers * TASKS_AHEAD, maker)
        except CrewEnded:
            raise IndexUnavailable(
                "a process that prepares documents was ended; there may be too little memory"
            ) from None


def in_tasks(files: Iterable[ToMake]) -> Iterator[list[ToMake]]:
    """Files by so many, in order, as are made at once."""
    some: list[ToMake] = []
    size = 0
    for file in files:
        some.append(file)
        with suppress(OSError):  # What is the matter with it is said where it is read.
            size += file.path.stat().st_size
        if len(some) >= FILES_A_TASK or size >= BYTES_A_TASK:
            yield some
            some, size = [], 0
    if some:
        yield some


def _from_processes(crew: Crew, files: Sequence[ToMake], ahead: int, maker: Maker) -> Iterator[NewVersion | str]:
    waiting: deque[list[tuple[Share, Future[bytes]]]] = deque()
    together = SharingOut(maker.words.lexicon, crew.count).of(files)
    while True:
        while sum(map(len, waiting)) < ahead and (shares := next(together, None)):
            waiting.append([(share, crew.submit(share.files, share.process)) for share in shares])
        if not waiting:
            return
        yield from _in_order(waiting.popleft(), maker.words)


def _in_order(shares: Sequence[tuple[Share, Future[bytes]]], words: WordAnalyzer) -> Iterator[NewVersion | str]:
    """What was made of the files that were shared out together, in their order, each as soon as it is there."""
    owners = {place: number for number, (share, _) in enumerate(shares) for place in share.places}
    made_of: dict[int, NewVersion | str] = {}
    for place in range(len(owners)):
        if place not in made_of:
            share, future = shares[owners[place]]
            finished = taken(future.result())
            # What is kept for later processes is written by this one.
            words.learn(finished.words)
            made_of.update(zip(share.places, finished.outcomes, strict=True))
        yield made_of.pop(place)
