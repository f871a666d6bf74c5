"""Holds the indexes open: as the manifest describes them, also after this or another process has changed it."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from index import conditions
from index.errors import IndexUnavailable
from index.lexical import LexicalIndex
from index.manifest import FILE_NAME, Leg, Manifest
from index.nearest import NearestPassages, OpenedIndex
from index.pool import TwoLegs
from index.repairs import Repairs
from index.reranking import Reranker
from index.retrieve import Retriever
from index.served import SharedIndex, address_of
from index.upkeep import Upkeep
from index.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class Legs:
    """Both indexes, opened, and the search over them; `manifest` describes them, `stamp` tells it from others."""

    stamp: tuple[int, int] | None
    manifest: Manifest
    lexical: LexicalIndex
    vectors: NearestPassages
    retriever: Retriever


class OpenLegs:
    """Always the present indexes. Safe to use from several threads."""

    def __init__(
        self,
        data_dir: Path,
        upkeep: Upkeep,
        *,
        compare_at_most: int,
        lock_timeout_seconds: float,
        reranker: Reranker | None = None,
    ) -> None:
        """Open the indexes.

        Raises:
            IndexUnavailable: there is no lexical index for the present settings, or it cannot be opened.
        """
        self._upkeep = upkeep
        self._manifest = str(upkeep.folder / FILE_NAME)
        self._compare_at_most = compare_at_most
        self._reranker = reranker
        self._refreshing = threading.Lock()
        self._repairs = Repairs(data_dir, upkeep, lock_timeout_seconds)
        self._warm = False
        self._legs = self._open(None)
        if upkeep.find_vectors_fault(self._legs.manifest) or upkeep.embedder.lacks_vectors():
            # Too large to be waited for, or another process has the lock; then it is at it, and nothing is to be done.
            self._repairs.start(timeout_seconds=0)

    def current(self) -> Legs:
        """The indexes as the manifest now describes them: looking whether it has changed takes 2 µs."""
        if self._stamp() != self._legs.stamp:
            with self._refreshing:
                if self._stamp() != self._legs.stamp:
                    self._refresh()
        return self._legs

    def warm_up(self) -> None:
        """Open the vector index now, however small it is, or what is compared instead of one."""
        with self._refreshing:
            if not self._warm:
                self._warm = True
                self._legs = self._open(None)
        with suppress(IndexUnavailable):  # The first search notices, and has it mended.
            self._legs.lexical.warm_up()
        self._legs.vectors.warm_up()

    def close(self) -> None:
        """Wait for a repair that is under way, and close the indexes; what a model still has to embed waits."""
        self._repairs.close()
        self._legs.vectors.close()

    def pausing(self) -> AbstractContextManager[None]:
        """Have no model embed behind the scenes meanwhile: somebody does it in the foreground."""
        return self._repairs.pausing()

    @property
    def retriever(self) -> Retriever:
        """The search over both indexes."""
        return self.current().retriever

    @property
    def opened(self) -> Retriever | None:
        """The search over both indexes, where they have not changed since they were opened."""
        legs = self._legs
        return legs.retriever if self._stamp() == legs.stamp else None

    @property
    def lexical(self) -> LexicalIndex:
        """The lexical index."""
        return self.current().lexical

    @property
    def vectors(self) -> NearestPassages:
        """The vectors, as a search."""
        return self.current().vectors

    def conditions(self) -> dict[str, str]:
        """The state of each index: "ok", or what is wrong with it."""
        return conditions.of_indexes(self._upkeep, self.current)

    def find_faults(self) -> dict[str, str]:
        """What is damaged, missing or has failed in use, by part: "lexical", "vectors"."""
        upkeep = self._upkeep
        manifest = upkeep.manifest()
        found = {"lexical": upkeep.find_lexical_fault(manifest.lexical) or upkeep.find_missing(manifest.lexical)}
        if not upkeep.embedder.is_neural:  # What waits for a model is a thread of its own (`index.repairs`).
            served = manifest.vectors if not upkeep.chroma_url else None
            found["vectors"] = upkeep.find_vectors_fault(manifest) or upkeep.find_missing(served)
        for part, folder in self._failed().items():
            leg = manifest.lexical if part == "lexical" else manifest.vectors
            if leg is not None and leg.folder == folder and not found.get(part):
                found[part] = "it failed in use"
        return {part: fault for part, fault in found.items() if fault}

    def mend(self, faults: Collection[str]) -> None:
        """Build these parts anew from the record, under the writer lock."""
        manifest = self._upkeep.manifest()
        legs = {"lexical": manifest.lexical, "vectors": manifest.vectors}
        suspect = {leg.folder for part, leg in legs.items() if leg is not None and part in faults}
        self._upkeep.bring_up_to_date(suspect=suspect)

    def _failed(self) -> dict[str, str]:
        """Which index failed in use, and its folder."""
        legs, failed = self._legs, {}
        if legs.manifest.lexical and legs.lexical.failed:
            failed["lexical"] = legs.manifest.lexical.folder
        if legs.manifest.vectors and legs.vectors.failed:
            failed["vectors"] = legs.manifest.vectors.folder
        return failed

    def _newest(self) -> Retriever:
        return self.current().retriever

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._manifest)  # noqa: PTH116 - several times a search; a Path takes five times as long
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _refresh(self) -> None:
        stamp, manifest = self._stamp(), self._upkeep.manifest()
        if _same_indexes(manifest, self._legs.manifest):
            # Somebody has begun to change documents, and nothing else yet.
            self._legs = replace(self._legs, stamp=stamp, manifest=manifest)
            return
        try:
            self._legs = self._open(self._legs)
            self._repairs.go_on_embedding()
        except IndexUnavailable:
            return  # What is open stays in use: another process is changing the rest, or runs with other settings.

    def _open(self, former: Legs | None) -> Legs:
        stamp, manifest = self._stamp(), self._upkeep.manifest()
        # What was open before is looked at every second (index.caretaker).
        fault = self._upkeep.find_lexical_fault(_changed(manifest.lexical, former))
        if manifest.lexical is None or fault:
            raise IndexUnavailable(f"expected a lexical index in {self._upkeep.folder}, found: {fault}")
        if former and former.manifest.lexical and former.manifest.lexical.folder == manifest.lexical.folder:
            lexical = former.lexical
            lexical.reload()
        else:
            lexical = LexicalIndex(
                self._upkeep.folder / manifest.lexical.folder,
                self._upkeep.analyzer,
                compare_at_most=self._upkeep.vector_index_above,
            )
        held, expected = lexical.count(), sum(manifest.lexical.passages.values())
        if held != expected and not self._upkeep.is_behind(manifest) and self._stamp() == stamp:
            raise IndexUnavailable(f"expected {expected} passages in {lexical.folder}, found {held}")
        if former and former.manifest.vectors == manifest.vectors and not former.vectors.failed:
            vectors = former.vectors
        else:
            vectors = self._open_vectors(manifest)
        upkeep = self._upkeep
        # The vectors of some passages only would push the others down: until a model has made all, words search alone.
        incomplete = upkeep.embedder.is_neural and upkeep.find_vectors_fault(manifest)
        searched = None if incomplete else vectors
        upkeep.embedder.expect_dimensions()
        retriever = Retriever(
            upkeep.record, TwoLegs(lexical, searched, upkeep.embedding), upkeep.analyzer, self._newest, self._reranker
        )
        return Legs(stamp, manifest, lexical, vectors, retriever)

    def _open_vectors(self, manifest: Manifest) -> NearestPassages:
        leg = manifest.vectors
        record, name = self._upkeep.record, self._upkeep.embedding.name
        small = leg is not None and not self._warm and sum(leg.passages.values()) <= self._compare_at_most
        if leg is None or small or self._upkeep.find_vectors_fault(manifest):
            return NearestPassages(record, name, None, 0)
        return NearestPassages(
            record,
            name,
            lambda: self._open_index(manifest, leg),
            leg.generation,
            on_failure=lambda: self._repairs.start(leg.folder),
        )

    def _open_index(self, manifest: Manifest, leg: Leg) -> OpenedIndex:
        # Looked at again, because this may be long after: garbage in Chroma's files can end the process.
        if fault := self._upkeep.find_vectors_fault(manifest):
            raise IndexUnavailable(fault)
        place = self._upkeep.vectors_place(leg.folder)
        served = isinstance(place, Path) and address_of(self._upkeep.folder, leg.folder)
        index = SharedIndex(self._upkeep.folder, leg.folder) if served else VectorIndex(place)
        found = index.count()
        if found != dict(leg.passages):
            raise IndexUnavailable(f"expected {dict(leg.passages)} vectors in {place}, found {found}")
        return index


def _changed(leg: Leg | None, former: Legs | None) -> Leg | None:
    """An index with those of its files only that are others than they were; with all where it is another one."""
    before = former.manifest.lexical if former else None
    if leg is None or before is None or leg.folder != before.folder:
        return leg
    return replace(leg, files={name: state for name, state in leg.files.items() if before.files.get(name) != state})


def _same_indexes(one: Manifest, other: Manifest) -> bool:
    """Whether two manifests differ at most in the documents that are under way."""
    if one.lexical is None or other.lexical is None:
        return False
    return replace(one, lexical=replace(one.lexical, pending=other.lexical.pending)) == other
