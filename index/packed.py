"""The packed passages beside the inverted indexes: files that are written once and then only read.

Every passage has a row number, by which its language's inverted index knows it. A file holds the passages of
consecutive rows as columns, so that the hundreds of candidates of a question are gathered by a few array operations
from mapped memory instead of being read and decompressed one by one (docs/decisions/1001). Numbers stay what they are
when files are merged, and rows of passages that have been removed stay until the index is built anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.byte_vectors import BLOCK, VECTOR_SCALE
from index.errors import IndexUnavailable
from index.packed_files import PackedFile, columns_of, merge_last, name_of, opened, place_of, write
from index.scoring import Packed, are_among

FLUSH_ROWS = 16_384
"""Rows that a writer holds in memory, some 30 MB, before it writes a file."""
QUICKER_TURNED = 6
"""How many rows are compared dimension by dimension, all of them, in the time of one that is chosen (decision 0104)."""


class PackedRows:
    """The rows in a folder, for searching. Safe to use from several threads."""

    def __init__(self, folder: Path, former: PackedRows | None = None) -> None:
        """Map the files of a folder.

        Args:
            former: its rows as they were before; files that are still there stay mapped, because giving back the maps
                of a million passages takes 20 ms, and touching them again as long.

        Raises:
            IndexUnavailable: a file is damaged, or one is missing between others.
        """
        self.folder = folder
        self._files: list[PackedFile] = opened(folder, () if former is None else former._files)
        self._bases = np.array([file.base for file in self._files], dtype=np.int64)
        self.count = self._files[-1].base + self._files[-1].count if self._files else 0

    def gather(self, rows: NDArray[np.int64], vector: NDArray[np.float32], with_terms: NDArray[np.bool_]) -> Packed:
        """The packed passages of these rows, in their order, with the cosines of their vectors and `vector`.

        Args:
            with_terms: of which rows the terms are read; the others are compared by their vectors only.

        Raises:
            IndexUnavailable: there is no such row.
        """
        # A question has few n-grams, so most of its dimensions are 0 and need not be looked at.
        dimensions = np.flatnonzero(vector)
        factors = vector[dimensions] / np.float32(VECTOR_SCALE)
        lengths, cosines = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.float32)
        owners, terms = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.uint64)]
        for file, places, within in self._files_of(rows):
            starts = file.starts[within].astype(np.int64)
            counts = file.starts[within + 1].astype(np.int64) - starts
            if counts.min() < 0 or starts.min() < 0 or int((starts + counts).max()) > len(file.terms):
                raise IndexUnavailable(f"expected the places of {len(file.terms)} terms in {file.path}, found others")
            counts *= with_terms[places]
            ends = counts.cumsum()
            lengths[places] = file.lengths[within]
            cosines[places] = file.vectors[within].take(dimensions, axis=1).astype(np.float32) @ factors
            owners.append(places.repeat(counts))
            terms.append(file.terms[np.arange(int(ends[-1])) + (starts - ends + counts).repeat(counts)])
        return Packed(lengths, np.concatenate(owners), np.concatenate(terms), cosines)

    def nearest(
        self, some: Sequence[NDArray[np.int64]], vector: NDArray[np.float32], limit: int
    ) -> list[NDArray[np.int64]]:
        """Of each of some lists of rows those, `limit` at most, whose vectors have the largest cosines with `vector`.

        They stay in their order.

        Raises:
            IndexUnavailable: there is no such row.
        """
        dimensions = np.flatnonzero(vector)
        factors = vector[dimensions]
        found = []
        compared: NDArray[np.float32] | None = None
        if self._is_quicker_compared(sum(map(len, some))):
            compared = self._compared(dimensions, factors)
        for rows in some:
            if limit >= len(rows):
                found.append(rows)
                continue
            if compared is None:
                cosines = self._cosines(rows, dimensions, factors)
            elif int(rows.max()) < self.count:
                cosines = compared[rows]
            else:
                raise self._no_such_row(rows)
            found.append(rows[np.sort(np.argpartition(-cosines, limit)[:limit])])
        return found

    def _is_quicker_compared(self, rows: int) -> bool:
        """Whether comparing all rows dimension by dimension is quicker than comparing so many one by one."""
        return rows * QUICKER_TURNED > self.count and all(file.turned is not None for file in self._files)

    def _compared(self, dimensions: NDArray[np.intp], factors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The products of all rows' vectors with one that has these factors in these dimensions, 0 elsewhere."""
        products = np.empty(self.count, dtype=np.float32)
        for file in self._files:
            for start, block in file.blocks():
                first = file.base + start
                products[first : first + block.shape[1]] = factors @ block.take(dimensions, axis=0).astype(np.float32)
        return products

    def _cosines(
        self, rows: NDArray[np.int64], dimensions: NDArray[np.intp], factors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The same of these rows."""
        products = np.zeros(len(rows), dtype=np.float32)
        for file, places, within in self._files_of(rows):
            for start in range(0, len(places), BLOCK):
                some = slice(start, start + BLOCK)
                vectors = file.vectors[within[some]].take(dimensions, axis=1)
                products[places[some]] = vectors.astype(np.float32) @ factors
        return products

    def ids(self, rows: NDArray[np.int64]) -> list[str]:
        """The passage ids of these rows, in their order; one that is damaged is no passage's."""
        found = [""] * len(rows)
        for file, places, within in self._files_of(rows):
            starts, ends = file.id_starts[within].tolist(), file.id_starts[within + 1].tolist()
            for place, start, end in zip(places.tolist(), starts, ends, strict=True):
                found[place] = file.ids[start:end].tobytes().decode(errors="replace")
        return found

    def may_have(self, hashes: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which of these terms' hashes any row may have, those of removed passages among them."""
        found = np.zeros(len(hashes), dtype=bool)
        for file in self._files:
            if file.hashes is None:
                return np.ones(len(hashes), dtype=bool)
            found |= are_among(hashes, file.hashes)
        return found

    def _files_of(self, rows: NDArray[np.int64]) -> list[tuple[PackedFile, NDArray[np.intp], NDArray[np.int64]]]:
        """Each file that has some of the rows, with their places in `rows` and their numbers within the file."""
        if len(rows) == 0:
            return []
        if int(rows.max()) >= self.count:
            raise self._no_such_row(rows)
        if len(self._files) == 1:
            return [(self._files[0], np.arange(len(rows)), rows)]
        numbers = self._bases.searchsorted(rows, side="right") - 1
        found = []
        for number in sorted(set(numbers.tolist())):
            places = np.flatnonzero(numbers == number)
            found.append((self._files[number], places, rows[places] - self._files[number].base))
        return found

    def _no_such_row(self, rows: NDArray[np.int64]) -> IndexUnavailable:
        return IndexUnavailable(f"expected row {int(rows.max())} in {self.folder}, found {self.count} rows")


class PackedWriter:
    """Adds rows to a folder; one writer at a time. Nothing is there before `flush`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._base = PackedRows(folder).count
        self._waiting: list[tuple[str, bytes]] = []

    def add(self, id_: str, packed: bytes) -> int:
        """Add a passage that `scoring.pack` packed, and return its row number."""
        self._waiting.append((id_, packed))
        row = self._base + len(self._waiting) - 1
        if len(self._waiting) >= FLUSH_ROWS:
            self.flush()
        return row

    def flush(self) -> None:
        """Write what has been added, lasting, and merge it with small files before it."""
        if not self._waiting:
            return
        path = self.folder / name_of(self._base, len(self._waiting))
        write(path, *columns_of(self._waiting))
        self._base += len(self._waiting)
        self._waiting = []
        merge_last(self.folder)


def count_rows(folder: Path) -> int:
    """How many rows a folder holds, those of removed passages included, by its files' names."""
    return max((base + count for base, count in map(place_of, folder.glob("rows-*.packed"))), default=0)
