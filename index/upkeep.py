"""Brings what is derived from the record up to it: passages and vectors in the record, then the two indexes.

Everything here is done by one process at a time, which holds the writer lock, and can be interrupted at any moment:
the record changes one document a transaction, an index that is built anew becomes the current one when it is whole,
and what was missed is done the next time.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from index import lexical_upkeep, shared_vectors, staging, stored_vectors
from index import manifest as manifests
from index import vectors as vector_index
from index.chroma import Server
from index.database import writing_vectors
from index.embedder import Progress
from index.errors import IndexUnavailable, unwritable
from index.exchange import NewVersion
from index.inspection import Inspection
from index.manifest import Leg, Manifest
from index.preparing import prepare_anew

VECTORS_AT_ONCE = 5000
"""20 MB of them; Chroma takes less time for many at once (docs/decisions/0208)."""
MIN_RECENT = 1000
"""Passages that may be newer than the vector index before it is written anew; comparing them takes 1 ms a search."""
RECENT_SHARE = 0.1
MAX_RECENT = 20_000
"""… or a tenth of the index if that is more, but never more than this: 80 MB of vectors, 10 ms a search."""
AHEAD = "vectors-ahead"
"""The folder of a vector index that is written without the writer lock, by whoever holds that for building."""
WAIT_FOR_REPLICA_SECONDS = 10.0
"""Before a replica that finds another one writing the shared vector index goes on without, and looks again later."""
BUILT_AT_OPENING = 5000
"""Passages of which a vector index is written while somebody waits for a library to open: that takes 3 s."""

# Files that SQLite changes by itself and checks itself.
VECTORS_SKIP = frozenset({f"chroma.sqlite3{suffix}" for suffix in ("", "-journal", "-wal", "-shm")})


@dataclass(frozen=True, slots=True)
class Upkeep(Inspection):
    """Derives everything again, under the writer lock."""

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
            suspect: folders of indexes that failed in use and must not be kept.
            opening: somebody waits: a large vector index is left for later, and one that is behind is left alone.
            progress: called with (done, total, what) while documents are prepared or embedded anew.
            ahead: what `work_ahead` has made.

        Raises:
            EmbeddingUnavailable: the model failed; everything but the vectors is up to date.
        """
        self._make_folder()
        prepare_anew(self, progress)
        manifest = lexical_upkeep.bring(self, suspect, renewing=not opening)
        self._bring_vectors(manifest, suspect, opening, progress, ahead if isinstance(ahead, Leg) else None)
        self.sweep()
        if ahead is not None:
            shutil.rmtree(self.folder / AHEAD, ignore_errors=True)

    def work_ahead(self, *, suspect: Collection[str] = (), progress: Progress | None = None) -> Leg | None:
        """Have a model embed what it has not yet, and write the vector index if a new one is due.

        What is stored meanwhile is newer than that index, as it is newer than any other: it is compared.
        """
        self._make_folder()
        shutil.rmtree(self.folder / AHEAD, ignore_errors=True)  # Of a process that was ended while it wrote.
        manifest = self.manifest()
        if self.embedder.is_neural:
            usable = manifest.vectors is not None and self.find_vectors_fault(manifest) is None
            while self.embedder.lacks_vectors():  # Uploads come in.
                self.embedder.embed_by_model(progress, changing=usable)
        if not self.needs_vector_index(manifest) or self._are_vectors_fresh(manifest, suspect):
            return None
        if not self.embedder.is_neural:
            self.embedder.embed(progress)
        return self._write_anew(manifest.vectors, suspect, AHEAD)

    def finish_exchange(self) -> None:
        """See `EngineUpkeep.finish_exchange`."""
        self._bring_vectors(lexical_upkeep.bring(self), (), opening=True, progress=None)

    def catch_up(self) -> None:
        """Bring the lexical index up to the record; the vectors of changed documents are found without an index."""
        self._make_folder()
        lexical_upkeep.bring(self)

    def begin(self, progress: Progress | None = None) -> None:
        """Nothing: an index of this machine is written in one go."""

    def follow(self) -> None:
        """Bring both indexes up to what replicas have stored; the vectors of few documents need no index."""
        self.catch_up()
        manifest = self.manifest()
        # What a model makes has a thread of its own (index.repairs); what is damaged is mended apart (index.caretaker).
        sound = manifest.vectors is None or self.find_vectors_fault(manifest) is None
        if sound and not self.embedder.is_neural:
            with suppress(IndexUnavailable):  # Of the server of vectors: words must not wait for it.
                self._bring_vectors(manifest, (), opening=False, progress=None)
                self.sweep()

    def stage(self, versions: Sequence[NewVersion], old: Collection[tuple[str, str]]) -> object | None:
        """See `EngineUpkeep.stage`."""
        return staging.stage(self, versions, old)

    def settle(self, staged: object | None, gone: Collection[tuple[str, str]]) -> None:
        """See `EngineUpkeep.settle`."""
        staging.settle(self, staged, gone)

    def renew(self, stopped: Callable[[], bool]) -> bool:
        """See `EngineUpkeep.renew`."""
        return lexical_upkeep.renew(self, stopped)

    def is_worn(self) -> bool:
        """Whether most rows of the lexical index belong to passages that were removed."""
        leg = self.manifest().lexical
        return leg is not None and lexical_upkeep.is_worn(self, leg)

    def _bring_vectors(
        self,
        manifest: Manifest,
        suspect: Collection[str],
        opening: bool,
        progress: Progress | None,
        ahead: Leg | None = None,
    ) -> None:
        leg = manifest.vectors
        if self.embedder.is_neural:
            if opening:
                return  # Nobody waits for a model; it is asked behind the scenes (index.repairs).
            usable = leg is not None and self.find_vectors_fault(manifest) is None
            # Readers of an index that goes on being used learn of the new vectors by the change of their documents.
            self.embedder.embed_by_model(progress, changing=usable)
            manifest = lexical_upkeep.bring(self)
        if not self.needs_vector_index(manifest):
            self._do_without_vectors(manifest, opening)
            return
        if self._are_vectors_fresh(manifest, suspect, may_be_newer=MAX_RECENT if opening else None):
            return
        if opening and sum(self.record.count().values()) > BUILT_AT_OPENING:
            return
        if not self.embedder.is_neural:
            self.embedder.embed(progress)
        self._build_vectors(manifest, suspect, ahead)

    def _are_vectors_fresh(
        self, manifest: Manifest, suspect: Collection[str], *, may_be_newer: int | None = None
    ) -> bool:
        """Whether there is a sound vector index that is not too far behind the record."""
        leg = manifest.vectors
        if leg is None or leg.folder in suspect or self.find_vectors_fault(manifest) is not None:
            return False
        most = self._may_be_newer(leg) if may_be_newer is None else may_be_newer
        return self.record.passages_since(leg.generation) <= most

    def _do_without_vectors(self, manifest: Manifest, opening: bool) -> None:
        """Have no vector index; where the lexical index fails, the vectors in the record are compared."""
        if manifest.vectors is not None:
            self.switch(replace(manifest, vectors=None))
        if not opening and stored_vectors.are_missing(self.record, self.embedding.name):
            self.embedder.embed(None)
            self.record.remove_other_vectors(self.embedding.name)

    def _may_be_newer(self, leg: Leg) -> int:
        """Passages that may be newer than the vector index."""
        return min(MAX_RECENT, max(MIN_RECENT, int(RECENT_SHARE * sum(leg.passages.values()))))

    def _build_vectors(self, manifest: Manifest, suspect: Collection[str], ahead: Leg | None) -> None:
        if ahead is not None and self.record.passages_since(ahead.generation) <= self._may_be_newer(ahead):
            leg: Leg | None = self._taken_up(ahead)
        else:
            leg = self._write_anew(manifest.vectors, suspect, self.new_folder("vectors"))
        self.switch(replace(manifest, vectors=leg))
        self.record.remove_other_vectors(self.embedding.name)

    def _taken_up(self, ahead: Leg) -> Leg:
        """Give an index that was written ahead the name of its own that it is used by."""
        if self.chroma_url:
            return ahead
        folder = self.new_folder("vectors")
        (self.folder / AHEAD).rename(self.folder / folder)
        return replace(ahead, folder=folder)

    def _write_anew(self, present: Leg | None, suspect: Collection[str], folder: str) -> Leg | None:
        return self._share_vectors(present, suspect) if self.chroma_url else self._write_vectors(folder)

    def _write_vectors(self, folder: str) -> Leg | None:
        place = self.vectors_place(folder)
        # Of one moment, because others may write meanwhile.
        with self.record.one_moment(long=True):
            generation, counts = self.record.generation(), self.record.count(self.embedding.name)
            if not counts:
                return None
            vector_index.write(place, self.record.vectors(self.embedding.name, VECTORS_AT_ONCE), counts)
        files = manifests.take_stock(place, {}, skip=VECTORS_SKIP) if isinstance(place, Path) else {}
        return Leg(folder, self._vector_settings, generation, counts, files)

    def _share_vectors(self, present: Leg | None, suspect: Collection[str]) -> Leg | None:
        """Take up the index that another replica has written to the server, or write it."""
        server, settings = Server(self.chroma_url, self._server_prefix), self._vector_settings
        with writing_vectors(self.record.engine, WAIT_FOR_REPLICA_SECONDS):
            found = shared_vectors.newest(server, settings, suspect)
            if found and found != present and self.record.passages_since(found.generation) <= self._may_be_newer(found):
                return found
            written = self._write_vectors(shared_vectors.new_name(settings, self.record.generation()))
            # The one before may be in use by other replicas until they take this one up.
            shared_vectors.sweep(server, written, found)
            return written

    def switch(self, manifest: Manifest) -> Manifest:
        """Make a manifest the current one; every reader looks at it before its next search."""
        manifests.write(self.folder, manifest)
        return manifest

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(f"the folder {self.folder} cannot be made", error) from None

    def new_folder(self, leg: str) -> str:
        """A name that no index, "lexical" or "vectors", has had."""
        taken = [
            int(found.name.rpartition("-")[2]) for found in self.folder.glob(f"{leg}-*") if found.name[-1].isdigit()
        ]
        # The present one may be gone from the disk, and still be open somewhere.
        manifest = self.manifest()
        taken += [
            int(one.folder.removeprefix(f"{leg}-"))
            for one in (manifest.lexical, manifest.vectors)
            if one and one.folder.removeprefix(f"{leg}-").isdecimal()
        ]
        return f"{leg}-{max(taken, default=0) + 1}"

    def sweep(self) -> None:
        """Remove what an interrupted build left, and indexes that were replaced; open files stay readable."""
        manifest = self.manifest()
        current = {leg.folder for leg in (manifest.lexical, manifest.vectors) if leg}
        for found in self.folder.iterdir():
            if found.is_dir() and found.name not in {*current, AHEAD, lexical_upkeep.AHEAD}:
                shutil.rmtree(found, ignore_errors=True)
            elif found.name.startswith(f"{manifests.FILE_NAME}."):
                found.unlink(missing_ok=True)
