"""The packed passages beside the inverted indexes: files that are written once and then only read.

Every passage has a row number, by which its language's inverted index knows it. A file holds the passages of
consecutive rows as columns, so that the hundreds of candidates of a question are gathered by a few array operations
from mapped memory instead of being read and decompressed one by one (docs/decisions/1001). Numbers stay what they are
when files are merged, and rows of passages that have been removed stay until the index is built anew.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexUnavailable, unwritable
from index.scoring import HEADER, VECTOR_SCALE, Packed

MAGIC = int.from_bytes(b"kilde-p1", "little")
FLUSH_ROWS = 16_384
"""Rows that a writer holds in memory, some 30 MB, before it writes a file."""
MAX_MERGED_ROWS = 262_144
COMPARED_AT_ONCE = 2048
"""Rows whose vectors are read together: 2 MB, which stay in the processor's cache."""
_HEAD = 5
"""The numbers, 8 bytes each, that a file begins with: magic, rows, bytes of a vector, terms, bytes of all ids."""


@dataclass(frozen=True, slots=True)
class _File:
    """One file, mapped: `count` rows from row `base`, the terms of row i at starts[i] to starts[i + 1]."""

    path: Path
    base: int
    count: int
    vectors: NDArray[np.int8]
    starts: NDArray[np.uint64]
    terms: NDArray[np.uint64]
    id_starts: NDArray[np.uint32]
    lengths: NDArray[np.uint16]
    ids: NDArray[np.uint8]


class PackedRows:
    """The rows in a folder, for searching. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Map the files of a folder.

        Raises:
            IndexUnavailable: a file is damaged, or one is missing between others.
        """
        self.folder = folder
        self._files = _opened(folder)
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

    def nearest(self, rows: NDArray[np.int64], vector: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
        """Those of the rows, `limit` at most, whose vectors have the largest cosines with `vector`; in their order.

        Raises:
            IndexUnavailable: there is no such row.
        """
        dimensions = np.flatnonzero(vector)
        factors = vector[dimensions]
        cosines = np.zeros(len(rows), dtype=np.float32)
        for file, places, within in self._files_of(rows):
            for start in range(0, len(places), COMPARED_AT_ONCE):
                some = slice(start, start + COMPARED_AT_ONCE)
                cosines[places[some]] = file.vectors[within[some]].take(dimensions, axis=1).astype(np.float32) @ factors
        if limit >= len(rows):
            return rows
        return rows[np.sort(np.argpartition(-cosines, limit)[:limit])]

    def ids(self, rows: NDArray[np.int64]) -> list[str]:
        """The passage ids of these rows, in their order; one that is damaged is no passage's."""
        found = [""] * len(rows)
        for file, places, within in self._files_of(rows):
            starts, ends = file.id_starts[within].tolist(), file.id_starts[within + 1].tolist()
            for place, start, end in zip(places.tolist(), starts, ends, strict=True):
                found[place] = file.ids[start:end].tobytes().decode(errors="replace")
        return found

    def _files_of(self, rows: NDArray[np.int64]) -> list[tuple[_File, NDArray[np.intp], NDArray[np.int64]]]:
        """Each file that has some of the rows, with their places in `rows` and their numbers within the file."""
        if len(rows) == 0:
            return []
        if int(rows.max()) >= self.count:
            raise IndexUnavailable(f"expected row {int(rows.max())} in {self.folder}, found {self.count} rows")
        if len(self._files) == 1:
            return [(self._files[0], np.arange(len(rows)), rows)]
        numbers = self._bases.searchsorted(rows, side="right") - 1
        found = []
        for number in sorted(set(numbers.tolist())):
            places = np.flatnonzero(numbers == number)
            found.append((self._files[number], places, rows[places] - self._files[number].base))
        return found


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
        path = self.folder / _name(self._base, len(self._waiting))
        _write(path, *_as_columns(self._waiting))
        self._base += len(self._waiting)
        self._waiting = []
        _merge_last(self.folder)


def count_rows(folder: Path) -> int:
    """How many rows a folder holds, those of removed passages included, by its files' names."""
    return max((base + count for base, count in map(_place, folder.glob("rows-*.packed"))), default=0)


def _place(path: Path) -> tuple[int, int]:
    """The first row of a file, and how many it has."""
    _, base, count = path.stem.split("-")
    return int(base), int(count)


def _name(base: int, count: int) -> str:
    return f"rows-{base}-{count}.packed"


# What a file holds beside its head: vectors, starts, terms, id_starts, lengths, ids.
_Columns = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def _as_columns(passages: Sequence[tuple[str, bytes]]) -> _Columns:
    """Passages as columns. The form of a packed one is that of `scoring.pack`: header, vector, terms."""
    size = HEADER.itemsize
    heads = np.frombuffer(b"".join(packed[:size] for _, packed in passages), dtype=HEADER)
    width = len(passages[0][1]) - size - 8 * int(heads["terms"][0])
    vectors = b"".join(packed[size : size + width] for _, packed in passages)
    terms = b"".join(packed[size + width :] for _, packed in passages)
    ids = [id_.encode() for id_, _ in passages]
    return (
        np.frombuffer(vectors, dtype="i1").reshape(len(passages), width),
        _sums(heads["terms"], "<u8"),
        np.frombuffer(terms, dtype="<u8"),
        _sums([len(one) for one in ids], "<u4"),
        heads["length"],
        np.frombuffer(b"".join(ids), dtype="u1"),
    )


def _sums(counts: Sequence[int] | NDArray[np.uint32], kind: str) -> NDArray[Any]:
    sums = np.zeros(len(counts) + 1, dtype=kind)
    np.cumsum(counts, out=sums[1:])
    return sums


def _write(path: Path, *columns: NDArray[Any]) -> None:
    """Write a file so that it is there whole or not at all."""
    vectors, _, terms, _, lengths, ids = columns
    head = np.array([MAGIC, len(lengths), vectors.shape[1], len(terms), len(ids)], dtype="<u8")
    temporary = path.with_suffix(".new")
    try:
        with temporary.open("wb") as file:
            for column in (head, *columns):
                file.write(np.ascontiguousarray(column).data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise unwritable(f"the packed passages {path} cannot be written", error) from error


def _open(path: Path) -> _File:
    base, count = _place(path)
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    magic, rows, width, terms, ids = (int(value) for value in np.frombuffer(data, dtype="<u8", count=_HEAD))
    shapes = (("i1", rows * width), ("<u8", rows + 1), ("<u8", terms), ("<u4", rows + 1), ("<u2", rows), ("u1", ids))
    expected = 8 * _HEAD + sum(np.dtype(kind).itemsize * size for kind, size in shapes)
    if magic != MAGIC or rows != count or len(data) != expected:
        raise IndexUnavailable(f"expected {expected} bytes of packed passages in {path}, found {len(data)}")
    columns, place = [], 8 * _HEAD
    for kind, size in shapes:
        columns.append(np.frombuffer(data, dtype=kind, count=size, offset=place))
        place += columns[-1].nbytes
    columns[0] = columns[0].reshape(rows, width)
    return _File(path, base, rows, *columns)


def _opened(folder: Path) -> list[_File]:
    """The files of a folder by row; of those that begin at the same row only the longest, merged one."""
    while True:
        try:
            files: list[_File] = []
            end = 0
            for path in _listed(folder):
                base, count = _place(path)
                if base + count <= end:
                    continue
                if base != end:
                    raise IndexUnavailable(f"expected packed passages from row {end} in {folder}, found {path.name}")
                files.append(_open(path))
                end = base + count
        except FileNotFoundError:
            continue  # Another process has just merged it into a longer one.
        except (OSError, ValueError) as error:
            raise IndexUnavailable(f"cannot read the packed passages in {folder}: {error}") from error
        return files


def _listed(folder: Path) -> list[Path]:
    """The files of a folder by their first row, and of those that begin at the same one the longest first."""

    return sorted(folder.glob("rows-*.packed"), key=lambda path: (_place(path)[0], -_place(path)[1]))


def _merge_last(folder: Path) -> None:
    """Merge the last files while one is not twice as long as all after it, so that there are never many."""
    files = _opened(folder)
    first, rows = len(files) - 1, files[-1].count
    while first > 0 and files[first - 1].count <= 2 * rows and rows + files[first - 1].count <= MAX_MERGED_ROWS:
        first -= 1
        rows += files[first].count
    merged = files[first:]
    if len(merged) > 1:
        _write(
            folder / _name(merged[0].base, rows),
            np.concatenate([file.vectors for file in merged]),
            _joined([file.starts for file in merged]),
            np.concatenate([file.terms for file in merged]),
            _joined([file.id_starts for file in merged]),
            np.concatenate([file.lengths for file in merged]),
            np.concatenate([file.ids for file in merged]),
        )
    kept = {file.path for file in files[:first]} | {folder / _name(merged[0].base, rows)}
    for path in _listed(folder):
        if path not in kept:
            path.unlink()


def _joined(sums: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Running sums that follow one another as those of all."""
    counts = np.concatenate([np.diff(one) for one in sums])
    return _sums(counts, sums[0].dtype.str)
