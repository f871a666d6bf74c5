"""Makes the library hold what a folder holds: reads, prepares, stores, forgets, and brings the indexes up to date."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from index.crew import Crew
from index.errors import EmbeddingUnavailable, EngineAway, InvalidData, NoDocuments
from index.exchange import NewVersion, exchange, remove
from index.facts import detected_encoding
from index.folder import ADDED_INSTEAD, File, Skipped, gone, is_readable, is_stored, look, outweighs
from index.inspection import DERIVED_NAME
from index.library import Library
from index.making import ToMake, made
from index.refusals import Refusals
from index.subwords import SubwordEmbedding

Progress = Callable[[int, int, str], None]

CATCH_UP_AFTER = 4000
CATCH_UP_AFTER_CHARACTERS = 4_000_000
"""Documents, or characters of them, that are stored at once: an interrupted build loses no more work than this. Half as
many at once take a sixth more of this process's time, and twice as many 130 MB more memory (docs/decisions/1014)."""
LAST, LAST_CHARACTERS = 500, 500_000
"""Documents, or characters, that are worth being stored by themselves before the end: of what is left then, nobody
makes others while it is stored."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file that was taken in and is not in UTF-8, and the encoding that was detected."""

    path: Path
    encoding: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: numbers of documents, and the files that were left out. `passages` are all that there are.

    `unembedded` says why a model has not made every vector; the documents are found by their words until it has.
    `unindexed` says why the engine does not have what was stored yet: it is away, and catches up when it is back.
    `decoded` are the files among those added or changed whose encoding had to be detected.
    """

    added: int
    changed: int
    unchanged: int
    removed: int
    skipped: tuple[Skipped, ...]
    passages: int
    seconds: float
    unembedded: str | None = None
    decoded: tuple[Decoded, ...] = ()
    unindexed: str | None = None


@dataclass(slots=True)
class _Batch:
    """Documents that are made and not stored yet."""

    files: list[File] = field(default_factory=list)
    versions: list[NewVersion] = field(default_factory=list)
    characters: int = 0

    def add(self, file: File, version: NewVersion) -> None:
        self.files.append(file)
        self.versions.append(version)
        self.characters += len(version.prepared.document.text)

    def is_full(self, left: int) -> bool:
        """Whether it is to be stored before the documents that are left are made: near the end, rather early."""
        if len(self.files) >= CATCH_UP_AFTER or self.characters >= CATCH_UP_AFTER_CHARACTERS:
            return True
        return len(self.files) >= 3 * left > 0 and (len(self.files) >= LAST or self.characters >= LAST_CHARACTERS)


@dataclass(slots=True)
class _Count:
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    decoded: list[Decoded] = field(default_factory=list)

    def note(self, version: NewVersion, path: Path, *, is_new: bool) -> None:
        self.added += is_new
        self.changed += not is_new
        if encoding := detected_encoding(version.prepared.document.facts):
            self.decoded.append(Decoded(path, encoding))


def build(
    library: Library,
    folder: Path,
    *,
    progress: Progress | None = None,
    workers: int = 1,
    ray: str | None = None,
    crew: Crew | None = None,
) -> BuildReport:
    """Make the library hold exactly the documents of a folder, and those that were added one by one.

    Each document is stored whole or not at all: a build may be interrupted at any moment, and the next one completes
    it. Whoever searches meanwhile sees the old or the new version of a document. A file that cannot be read is left out
    and reported; the version of it that was indexed before stays.

    One build at a time; other writers, as uploads are, come in between two batches of documents.

    Args:
        library: an opened library.
        folder: where the files are; its `sources.toml` says what their text does not.
        progress: called with (files done, files in all, what is being done).
        workers: processes that prepare documents where there are many, if the embedding and the lexicon are the
            defaults. More than one needs a main module that may be imported, as any program started as a command is.
        ray: the address of a Ray cluster whose workers prepare the documents instead, on the same condition.
        crew: the processes, where they were started before the library was opened (`index.making.crew_ahead`).

    Raises:
        NoDocuments: the folder does not exist or holds no document.
        IndexUnavailable: another process is building or writing for long, or the data folder cannot be written.
        InvalidData: `sources.toml` is malformed.
    """
    started = time.perf_counter()
    count = _Count()
    with library.building():
        files, skipped = look(library, folder)
        try:
            _take_in(library, files, skipped, count, progress, partial(_made, library, workers, ray, crew))
        except Exception:
            # What has been stored until then is to be found; the vectors of it are found without an index.
            with library.changing() as upkeep:
                upkeep.catch_up()
            raise
        unembedded = unindexed = None
        try:
            with library.changing() as upkeep:
                # Looked up again: what others have added meanwhile stays.
                count.removed = remove(upkeep, gone(files, library.record.details()))
                upkeep.bring_up_to_date(opening=True, progress=progress)
            # What takes long is made between two changes: uploads need not wait for it.
            ahead = library.upkeep.work_ahead(progress=progress)
            with library.changing() as upkeep:
                upkeep.bring_up_to_date(progress=progress, ahead=ahead)
        except EmbeddingUnavailable as error:
            unembedded = str(error)
        except EngineAway as error:
            unindexed = str(error)
    passages = sum(library.record.count().values())
    return BuildReport(
        added=count.added,
        changed=count.changed,
        unchanged=count.unchanged,
        removed=count.removed,
        skipped=tuple(sorted(skipped, key=lambda one: one.path)),
        passages=passages,
        seconds=time.perf_counter() - started,
        unembedded=unembedded,
        decoded=tuple(count.decoded),
        unindexed=unindexed,
    )


def folder_changed(library: Library, folder: Path) -> bool:
    """Whether `build` would change anything: a file is new, different or gone. Files that cannot be read count not.

    Raises:
        NoDocuments: the folder does not exist or holds no document, and nothing is indexed.
        InvalidData: `sources.toml` is malformed.
    """
    stored = library.record.details()
    try:
        files, _ = look(library, folder)
    except NoDocuments:
        if stored:
            return False
        raise
    refusals = _refusals(library)
    return bool(gone(files, stored)) or any(
        not is_stored(file, stored.get(file.id))
        and refusals.reason(file.path) is None
        and is_readable(file.path, library.max_bytes)
        for file in files
    )


def _take_in(
    library: Library,
    files: Sequence[File],
    skipped: list[Skipped],
    count: _Count,
    progress: Progress | None,
    make: Callable[[Sequence[File]], Generator[NewVersion | str, None, None]],
) -> None:
    """Store what is new or different, some documents at a time."""
    stored, refusals = library.record.details(), _refusals(library)
    new: list[File] = []
    for file in files:
        if is_stored(file, stored.get(file.id)):
            count.unchanged += 1
        elif reason := refusals.reason(file.path):
            skipped.append(Skipped(file.path, reason))
        else:
            new.append(file)
    batch = _Batch()
    with closing(make(new)) as results:
        try:
            for done, file in enumerate(new, len(files) - len(new)):
                if progress:
                    progress(done, len(files), "Indexing")
                result = next(results)
                if isinstance(result, str):
                    skipped.append(Skipped(file.path, result))
                    refusals.note(file.path, library.max_bytes)
                    continue
                batch.add(file, result)
                if batch.is_full(len(files) - done - 1):
                    full, batch = batch, _Batch()
                    _store(library, full, skipped, count)
                    del full  # Some 100 MB, that nobody needs while others are made.
        finally:
            # Also when an embedding fails in the middle: what has been made is kept.
            _store(library, batch, skipped, count)
    refusals.save()
    if progress:
        progress(len(files), len(files), "Indexing")


def _store(library: Library, batch: _Batch, skipped: list[Skipped], count: _Count) -> None:
    """Store documents in one transaction, but for those whose name somebody else has taken meanwhile."""
    if not batch.files:
        return
    with library.changing() as upkeep:
        stored = upkeep.record.details([file.id for file in batch.files])
        kept: list[NewVersion] = []
        for file, version in zip(batch.files, batch.versions, strict=True):
            if outweighs(stored.get(file.id), file):
                skipped.append(Skipped(file.path, ADDED_INSTEAD.format(file.id)))
            else:
                kept.append(version)
                count.note(version, file.path, is_new=file.id not in stored)
        exchange(upkeep, kept)


def _refusals(library: Library) -> Refusals:
    return Refusals(library.data_dir / DERIVED_NAME, f"{library.upkeep.preparation}, {library.max_bytes} bytes")


def _made(
    library: Library, workers: int, ray: str | None, crew: Crew | None, files: Sequence[File]
) -> Generator[NewVersion | str, None, None]:
    upkeep = library.upkeep
    default = type(upkeep.embedding) is SubwordEmbedding
    wanted = [ToMake(file.path.absolute(), file.version) for file in files]
    limits = {"max_tokens": upkeep.max_tokens, "max_bytes": library.max_bytes}
    if ray is None:
        return made(library.maker(), wanted, workers=workers if default else 1, **limits, crew=crew)
    if not default:
        raise InvalidData(f"expected the default embedding for a build on Ray, found {upkeep.embedding.name}")
    # Imported here: an optional package, which takes seconds.
    from index.ray_making import made_on_ray

    words, fingerprint = upkeep.analyzer.words, upkeep.analyzer.fingerprint
    return made_on_ray(ray, wanted, words=words, fingerprint=fingerprint, **limits)
