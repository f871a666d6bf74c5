"""The files that packed passages are in: how they are laid out, written, merged and mapped.

A file is written once, whole, and then only read; several small ones are replaced by one that has the rows of all.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.byte_vectors import BLOCK
from index.errors import IndexUnavailable, unwritable
from index.scoring import HEADER

MAGIC = int.from_bytes(b"kilde-p2", "little")
FORMER = int.from_bytes(b"kilde-p1", "little")
"""What files begin with that were written before there were `hashes` and `turned`."""
MAX_MERGED_ROWS = 262_144
_HEAD = 6
"""The numbers, 8 bytes each, that a file begins with: magic, rows, bytes of a vector, terms, bytes of all ids, hashes;
no hashes in a former file."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file, mapped: `count` rows from row `base`, the terms of row i at starts[i] to starts[i + 1].

    `hashes` are those of all terms, ascending, each once, and `turned` are the vectors once more, by dimension:
    (dimensions, rows) of every BLOCK rows after one another. Both are None in a former file. `stamp` tells the file
    from another one of its name.
    """

    path: Path
    stamp: tuple[int, int, int]
    base: int
    count: int
    vectors: NDArray[np.int8]
    starts: NDArray[np.uint64]
    terms: NDArray[np.uint64]
    id_starts: NDArray[np.uint32]
    hashes: NDArray[np.uint32] | None
    lengths: NDArray[np.uint16]
    ids: NDArray[np.uint8]
    turned: NDArray[np.int8] | None

    def blocks(self) -> Iterator[tuple[int, NDArray[np.int8]]]:
        """Each block's first row within the file, and its vectors, (dimensions, rows); nothing of a former file."""
        width = self.vectors.shape[1]
        if self.turned is not None:
            for start in range(0, self.count, BLOCK):
                end = min(start + BLOCK, self.count)
                yield start, self.turned[start * width : end * width].reshape(width, end - start)


def place_of(path: Path) -> tuple[int, int]:
    """The first row of a file, and how many it has."""
    _, base, count = path.stem.split("-")
    return int(base), int(count)


def name_of(base: int, count: int) -> str:
    """The name of the file of so many rows from row `base`."""
    return f"rows-{base}-{count}.packed"


# What a file holds beside its head and the turned vectors: vectors, starts, terms, id_starts, hashes, lengths, ids.
Columns = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def columns_of(passages: Sequence[tuple[str, bytes]]) -> Columns:
    """Passages as columns. The form of a packed one is that of `scoring.pack`: header, vector, terms."""
    size = HEADER.itemsize
    heads = np.frombuffer(b"".join(packed[:size] for _, packed in passages), dtype=HEADER)
    width = len(passages[0][1]) - size - 8 * int(heads["terms"][0])
    vectors = b"".join(packed[size : size + width] for _, packed in passages)
    terms = b"".join(packed[size + width :] for _, packed in passages)
    ids = [id_.encode() for id_, _ in passages]
    packed = np.frombuffer(terms, dtype="<u8")
    return (
        np.frombuffer(vectors, dtype="i1").reshape(len(passages), width),
        _sums(heads["terms"], "<u8"),
        packed,
        _sums([len(one) for one in ids], "<u4"),
        _hashes(packed),
        heads["length"],
        np.frombuffer(b"".join(ids), dtype="u1"),
    )


def _hashes(terms: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The hashes of packed terms, ascending, each once."""
    return np.unique((terms >> np.uint64(32)).astype("<u4"))


def _sums(counts: Sequence[int] | NDArray[np.uint32], kind: str) -> NDArray[Any]:
    sums = np.zeros(len(counts) + 1, dtype=kind)
    np.cumsum(counts, out=sums[1:])
    return sums


def write(path: Path, *columns: NDArray[Any]) -> None:
    """Write a file so that it is there whole or not at all."""
    vectors, _, terms, _, hashes, lengths, ids = columns
    head = np.array([MAGIC, len(lengths), vectors.shape[1], len(terms), len(ids), len(hashes)], dtype="<u8")
    temporary = path.with_suffix(".new")
    try:
        with temporary.open("wb") as file:
            for column in (head, *columns):
                file.write(np.ascontiguousarray(column).data)
            for start in range(0, len(vectors), BLOCK):
                file.write(np.ascontiguousarray(vectors[start : start + BLOCK].T).data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise unwritable(f"the packed passages {path} cannot be written", error) from error


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _open(path: Path) -> PackedFile:
    base, count = place_of(path)
    with path.open("rb") as file:
        stamp = _stamp(os.fstat(file.fileno()))
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    magic, rows, width, terms, ids, hashes = np.frombuffer(data, dtype="<u8", count=_HEAD).tolist()
    if magic == FORMER:
        hashes = 0
    shapes = (
        ("i1", rows * width),
        ("<u8", rows + 1),
        ("<u8", terms),
        ("<u4", rows + 1),
        ("<u4", hashes),
        ("<u2", rows),
        ("u1", ids),
        ("i1", rows * width if magic == MAGIC else 0),
    )
    place = 8 * (_HEAD if magic == MAGIC else _HEAD - 1)
    expected = place + sum(np.dtype(kind).itemsize * size for kind, size in shapes)
    if magic not in (MAGIC, FORMER) or rows != count or len(data) != expected:
        raise IndexUnavailable(f"expected {expected} bytes of packed passages in {path}, found {len(data)}")
    columns = []
    for kind, size in shapes:
        columns.append(np.frombuffer(data, dtype=kind, count=size, offset=place))
        place += columns[-1].nbytes
    columns[0] = columns[0].reshape(rows, width)
    found = PackedFile(path, stamp, base, rows, *columns)
    return found if magic == MAGIC else replace(found, hashes=None, turned=None)


def opened(folder: Path, former: Sequence[PackedFile] = ()) -> list[PackedFile]:
    """The files of a folder by row; of those that begin at the same row only the longest, merged one.

    Args:
        former: files that are mapped already, and stay so where they are still there.
    """
    mapped = {file.path: file for file in former}
    while True:
        try:
            files: list[PackedFile] = []
            end = 0
            for path in _listed(folder):
                base, count = place_of(path)
                if base + count <= end:
                    continue
                if base != end:
                    raise IndexUnavailable(f"expected packed passages from row {end} in {folder}, found {path.name}")
                known = mapped.get(path)
                files.append(known if known and known.stamp == _stamp(path.stat()) else _open(path))
                end = base + count
        except FileNotFoundError:
            continue  # Another process has just merged it into a longer one.
        except (OSError, ValueError) as error:
            raise IndexUnavailable(f"cannot read the packed passages in {folder}: {error}") from error
        return files


def _listed(folder: Path) -> list[Path]:
    """The files of a folder by their first row, and of those that begin at the same one the longest first."""
    return sorted(folder.glob("rows-*.packed"), key=lambda path: (place_of(path)[0], -place_of(path)[1]))


def merge_last(folder: Path) -> None:
    """Merge the last files while one is not twice as long as all after it, so that there are never many."""
    files = opened(folder)
    first, rows = len(files) - 1, files[-1].count
    while first > 0 and files[first - 1].count <= 2 * rows and rows + files[first - 1].count <= MAX_MERGED_ROWS:
        first -= 1
        rows += files[first].count
    merged = files[first:]
    if len(merged) > 1:
        write(
            folder / name_of(merged[0].base, rows),
            np.concatenate([file.vectors for file in merged]),
            _joined([file.starts for file in merged]),
            np.concatenate([file.terms for file in merged]),
            _joined([file.id_starts for file in merged]),
            np.unique(np.concatenate([_hashes(file.terms) if file.hashes is None else file.hashes for file in merged])),
            np.concatenate([file.lengths for file in merged]),
            np.concatenate([file.ids for file in merged]),
        )
    kept = {file.path for file in files[:first]} | {folder / name_of(merged[0].base, rows)}
    for path in _listed(folder):
        if path not in kept:
            path.unlink()


def _joined(sums: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Running sums that follow one another as those of all."""
    counts = np.concatenate([np.diff(one) for one in sums])
    return _sums(counts, sums[0].dtype.str)
