"""Makes the library hold what a folder holds: reads, prepares, stores, forgets, and brings the indexes up to date."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from index.errors import EmbeddingUnavailable, EngineAway, InvalidData, NoDocuments, UnreadableDocument
from index.exchange import NewVersion, exchange, remove
from index.facts import detected_encoding
from index.library import Library
from index.load import SUFFIXES, ambiguous_files, document_id, find_files, read_document
from index.making import ToMake, made
from index.rows import Version
from index.sources import read_sources
from index.subwords import SubwordEmbedding

Progress = Callable[[int, int, str], None]

CATCH_UP_AFTER = 1000
CATCH_UP_AFTER_CHARACTERS = 2_000_000
"""Documents, or characters of them, that are stored at once: an interrupted build loses no more work than this."""
ADDED_INSTEAD = (
    "expected a name that no added document has, found {!r}: the added one stays; "
    "`kilde index remove` it to have the file instead"
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why. If it was indexed before, that version stays."""

    path: Path
    reason: str


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


@dataclass(frozen=True, slots=True)
class _File:
    """A file that may become a document. `version` is what it would be made from; its SHA-256 is not known yet."""

    path: Path
    id: str
    version: Version


@dataclass(slots=True)
class _Count:
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    decoded: list[Decoded] = field(default_factory=list)

    def note(self, *, is_new: bool) -> None:
        self.added += is_new
        self.changed += not is_new


def build(
    library: Library, folder: Path, *, progress: Progress | None = None, workers: int = 1, ray: str | None = None
) -> BuildReport:
    """Make the library hold exactly the documents of a folder, and those that were added one by one.

    Each document is stored whole or not at all: a build may be interrupted at any moment, and the next one completes
    it. Whoever searches meanwhile sees the old or the new version of a document. A file that cannot be read is left out
    and reported; the version of it that was indexed before stays.

    Args:
        library: an opened library.
        folder: where the files are; its `sources.toml` says what their text does not.
        progress: called with (files done, files in all, what is being done).
        workers: processes that prepare documents where there are many, if the embedding and the lexicon are the
            defaults. More than one needs a main module that may be imported, as any program started as a command is.
        ray: the address of a Ray cluster whose workers prepare the documents instead, on the same condition.

    Raises:
        NoDocuments: the folder does not exist or holds no document.
        IndexUnavailable: another process is writing, or the data folder cannot be written.
        InvalidData: `sources.toml` is malformed.
    """
    started = time.perf_counter()
    count = _Count()
    with library.writing() as upkeep:
        files, skipped = _look(library, folder)
        try:
            _take_in(library, files, skipped, count, progress, workers, ray)
        except Exception:
            # What has been stored until then is to be found; the vectors of it are found without an index.
            upkeep.catch_up()
            raise
        unembedded = unindexed = None
        try:
            upkeep.bring_up_to_date(progress=progress)
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
        skipped=tuple(skipped),
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
        files, _ = _look(library, folder)
    except NoDocuments:
        if stored:
            return False
        raise
    return bool(_gone(files, stored)) or any(
        not _is_stored(file, stored.get(file.id)) and _is_readable(library, file) for file in files
    )


def _take_in(
    library: Library,
    files: Sequence[_File],
    skipped: list[Skipped],
    count: _Count,
    progress: Progress | None,
    workers: int,
    ray: str | None,
) -> None:
    """Store what is new or different, some documents at a time, and remove what is gone."""
    stored = library.record.details()
    new = [file for file in files if not _is_stored(file, stored.get(file.id))]
    count.unchanged = len(files) - len(new)
    batch: list[NewVersion] = []
    characters = 0
    with closing(_made(library, new, workers, ray)) as results:
        try:
            for done, file in enumerate(new, count.unchanged):
                if progress:
                    progress(done, len(files), "Indexing")
                result = next(results)
                if isinstance(result, str):
                    skipped.append(Skipped(file.path, result))
                    continue
                count.note(is_new=file.id not in stored)
                if encoding := detected_encoding(result.prepared.document.facts):
                    count.decoded.append(Decoded(file.path, encoding))
                batch.append(result)
                characters += len(result.prepared.document.text)
                if len(batch) >= CATCH_UP_AFTER or characters >= CATCH_UP_AFTER_CHARACTERS:
                    exchange(library.upkeep, batch)
                    batch, characters = [], 0
        finally:
            # Also when an embedding fails in the middle: what has been made is kept.
            if batch:
                exchange(library.upkeep, batch)
    count.removed = remove(library.upkeep, _gone(files, stored))
    if progress:
        progress(len(files), len(files), "Indexing")


def _made(
    library: Library, files: Sequence[_File], workers: int, ray: str | None
) -> Generator[NewVersion | str, None, None]:
    upkeep = library.upkeep
    default = type(upkeep.embedding) is SubwordEmbedding
    wanted = [ToMake(file.path.resolve(), file.version) for file in files]
    limits = {"max_tokens": upkeep.max_tokens, "max_bytes": library.max_bytes}
    if ray is None:
        return made(library.maker(), wanted, workers=workers if default else 1, **limits)
    if not default:
        raise InvalidData(f"expected the default embedding for a build on Ray, found {upkeep.embedding.name}")
    # Imported here: an optional package, which takes seconds.
    from index.ray_making import made_on_ray

    words, fingerprint = upkeep.analyzer.words, upkeep.analyzer.fingerprint
    return made_on_ray(ray, wanted, words=words, fingerprint=fingerprint, **limits)


def _look(library: Library, folder: Path) -> tuple[list[_File], list[Skipped]]:
    """Find the files that may become documents, and those that cannot because something else has their name."""
    paths = find_files(folder)
    if not paths:
        raise NoDocuments(f"expected documents ({', '.join(sorted(SUFFIXES))} files) in {folder}, found none")
    sources, ambiguous = read_sources(folder), ambiguous_files(paths)
    added = {name: kept.path for name, kept in library.record.details().items() if kept.origin == "added"}
    files: list[_File] = []
    skipped = [Skipped(path, reason) for path, reason in ambiguous.items()]
    for path in paths:
        name = document_id(path)
        if path in ambiguous:
            continue
        if name in added and added[name] != str(path.resolve()):
            skipped.append(Skipped(path, ADDED_INSTEAD.format(name)))
            continue
        said = asdict(sources[name]) if name in sources else None
        # The path within the folder, so that the folder may be moved.
        place = path.relative_to(folder).as_posix()
        files.append(_File(path, name, Version("", place, said, library.upkeep.preparation, "folder")))
    return files, skipped


def _is_stored(file: _File, stored: Version | None) -> bool:
    if stored is None or replace(stored, sha256="") != file.version:
        return False
    try:
        with file.path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == stored.sha256
    except OSError:
        return False  # Reading it as a document says why.


def _is_readable(library: Library, file: _File) -> bool:
    try:
        read_document(file.path, max_bytes=library.max_bytes)
    except UnreadableDocument:
        return False
    return True


def _gone(files: Sequence[_File], stored: Mapping[str, Version]) -> list[str]:
    present = {file.id for file in files}
    return [name for name, version in stored.items() if version.origin == "folder" and name not in present]
