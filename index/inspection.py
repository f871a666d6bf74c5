"""Looks at what is derived from the record: is it there, sound, made with the present settings, and up to date?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from index import manifest as manifests
from index.basis import Basis
from index.chroma import Place, Server
from index.lexical import COMPARED_IN_ALL
from index.manifest import Leg, Manifest
from index.preparing import find_stale
from index.subwords import SubwordEmbedding

DERIVED_NAME = "derived"
TANTIVY_LISTS = ("meta.json", ".managed.json")


@dataclass(frozen=True, slots=True)
class Inspection(Basis):
    """What it takes to derive everything, and to tell whether that has been done. Anybody may look, at any moment.

    `folder` holds the indexes and their manifest. With a `chroma_url` the vector index is on that server instead, in
    collections named for its folder. Of subword vectors there is no index while all passages are at most
    `vector_index_above`: the lexical index holds them, too, and compares them.
    """

    chroma_url: str = ""
    vector_index_above: int = COMPARED_IN_ALL

    @property
    def folder(self) -> Path:
        """Where the indexes and their manifest are."""
        return self.data_dir / DERIVED_NAME

    def manifest(self) -> Manifest:
        """Return the manifest, or an empty one where there is none or it belongs to another record."""
        found = manifests.read(self.folder)
        return found if found and found.record == self.record.identity else Manifest(self.record.identity)

    def find_fault(self, manifest: Manifest) -> str | None:
        """Return in words what has to be made anew, or None."""
        return (
            self.find_lexical_fault(manifest.lexical)
            or self.find_vectors_fault(manifest)
            or find_stale(self.record, self.preparation)
        )

    def is_behind(self, manifest: Manifest) -> bool:
        """Whether the record has changed since the lexical index was last brought up to it."""
        leg = manifest.lexical
        return leg is None or bool(leg.pending) or leg.generation != self.record.generation()

    @property
    def is_shared(self) -> bool:
        """Whether other data folders use the same indexes."""
        return False

    def behind(self) -> bool:
        """Whether the record has changed since the lexical index was last brought up to it."""
        return self.is_behind(self.manifest())

    def examine(self) -> dict[str, str]:
        """Look at both indexes without opening or changing them: "ok", or what is wrong with each."""
        manifest, lag = self.manifest(), self.lag()
        faults = {
            "lexical": self.find_lexical_fault(manifest.lexical),
            "vectors": self.find_vectors_fault(manifest),
        }
        if self.is_behind(manifest) and not faults["lexical"]:
            faults["lexical"] = f"behind the record by {lag['lexical']} passages"
        return {name: fault or "ok" for name, fault in faults.items()}

    def lag(self) -> dict[str, int]:
        """How many passages belong to documents that were stored after each index was brought up to the record."""
        manifest = self.manifest()
        searched = manifest.vectors if self.needs_vector_index(manifest) else manifest.lexical
        legs = {"lexical": manifest.lexical, "vectors": searched}
        return {name: self.record.passages_since(leg.generation if leg else 0) for name, leg in legs.items()}

    def find_lexical_fault(self, leg: Leg | None) -> str | None:
        """Return in words why the lexical index must not be searched, or None."""
        if leg is None:
            return "there is no lexical index"
        if leg.settings != self.analyzer.fingerprint:
            return "the lexical index was built with another lexicon or analysis"
        return self._fault_of_folder(leg) or _fault_of_lists(self.folder / leg.folder, leg)

    def find_vectors_fault(self, manifest: Manifest) -> str | None:
        """Return in words why the vector index must not be searched, or None; None where none is needed."""
        leg = manifest.vectors
        if leg is None:
            return "there is no vector index" if self.needs_vector_index(manifest) else None
        if leg.settings != self._vector_settings:
            return "the vector index was built with another embedding, or in another place"
        if self.chroma_url:
            return None  # The server looks after its files; what it holds is counted on opening.
        return self._fault_of_folder(leg) or _fault_of_sqlite(self.folder / leg.folder / "chroma.sqlite3")

    def needs_vector_index(self, manifest: Manifest) -> bool:
        """Whether there have to be vectors outside the lexical index: of a model, on a server, or of many passages."""
        passages = sum(manifest.lexical.passages.values()) if manifest.lexical else 0
        held = isinstance(self.embedding, SubwordEmbedding) and not self.chroma_url
        return passages > (self.vector_index_above if held else 0)

    def find_missing(self, leg: Leg | None) -> str | None:
        """Return which file of an index is gone, in words, or None. Somebody who is writing may have removed it."""
        if leg is None:
            return None
        gone = next((name for name in leg.files if not (self.folder / leg.folder / name).exists()), None)
        return f"{self.folder / leg.folder / gone} is gone" if gone else None

    def _fault_of_folder(self, leg: Leg) -> str | None:
        path = self.folder / leg.folder
        return manifests.find_damage(path, leg.files) if path.is_dir() else f"{path} is missing"

    @property
    def _vector_settings(self) -> str:
        return f"{self.embedder.settings}, at {self.chroma_url}" if self.chroma_url else self.embedder.settings

    def vectors_place(self, folder: str) -> Place:
        """Where the vector index of that name is."""
        if not self.chroma_url:
            return self.folder / folder
        return Server(self.chroma_url, f"{self._server_prefix}{folder}-")

    @property
    def _server_prefix(self) -> str:
        """What our collections on a server begin with: others may use it, too."""
        return f"kilde-{self.record.identity[:12]}-"


def _fault_of_lists(folder: Path, leg: Leg) -> str | None:
    """Return which of tantivy's own lists of files cannot be read, in words, or None; it writes each in one step."""
    for language in {name.partition("/")[0] for name in leg.files if "/" in name}:
        for name in TANTIVY_LISTS:
            path = folder / language / name
            try:
                json.loads(path.read_bytes())
            except (OSError, ValueError):
                return f"{path} cannot be read"
    return None


def _fault_of_sqlite(path: Path) -> str | None:
    """Return whether a file is no SQLite database, in words; what is behind its first bytes SQLite checks itself."""
    try:
        with path.open("rb") as file:
            return None if file.read(16) == b"SQLite format 3\0" else f"{path} is no SQLite database"
    except OSError as error:
        return f"{path} cannot be read: {error.strerror or error}"
