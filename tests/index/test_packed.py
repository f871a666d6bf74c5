"""Packed passages in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import packed, packed_files
from index.analysis import Occurrences
from index.byte_vectors import BLOCK
from index.errors import IndexUnavailable
from index.packed import PackedRows, PackedWriter
from index.packed_files import FORMER, MAGIC
from index.scoring import term_hash
from tests.index.analysing import pack

DIMENSIONS = 8
VECTOR = np.array([0, 0, 1, 0, 0, 0, 0, 0], dtype=np.float32)


def passage(number: int) -> bytes:
    terms = tuple((f"s{term}", 0, 1.0) for term in range(number % 4))
    return pack(Occurrences(terms, number), np.full(DIMENSIONS, number % 10 / 10, dtype=np.float32))


def fill(folder: Path, count: int, *, start: int = 0) -> list[int]:
    folder.mkdir(exist_ok=True)
    writer = PackedWriter(folder)
    rows = [writer.add(f"æ{number}", passage(number)) for number in range(start, start + count)]
    writer.flush()
    return rows


def check(folder: Path, rows: list[int]) -> None:
    """Row n of the folder is passage n, in whatever order they are asked for."""
    found = PackedRows(folder)
    got = found.gather(np.array(rows, dtype=np.int64), VECTOR, np.ones(len(rows), dtype=bool))
    assert got.lengths.tolist() == rows
    assert got.cosines.tolist() == pytest.approx([row % 10 / 10 for row in rows], abs=0.01)
    for place, row in enumerate(rows):
        assert {int(term) >> 32 for term in got.terms[got.rows == place]} == {
            term_hash(f"s{n}") for n in range(row % 4)
        }
    assert found.ids(np.array(rows, dtype=np.int64)) == [f"æ{row}" for row in rows]


def test_rows_come_back_in_the_order_asked_for(tmp_path: Path) -> None:
    """Length, terms, vector and id of each row."""
    assert fill(tmp_path, 30) == list(range(30))
    check(tmp_path, [7, 3, 29, 0])


@pytest.mark.parametrize("quicker_turned", [0, 100])
def test_the_nearest_rows_are_those_of_the_largest_cosines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quicker_turned: int
) -> None:
    """Over several files and pieces, of the rows asked for, in their order, one by one and dimension by dimension."""
    monkeypatch.setattr(packed_files, "MAX_MERGED_ROWS", 20)
    monkeypatch.setattr(packed_files, "BLOCK", 8)
    monkeypatch.setattr(packed, "QUICKER_TURNED", quicker_turned)
    for start in (0, 20, 40):
        fill(tmp_path, 20, start=start)
    rows = np.array([row for row in range(60) if row != 29], dtype=np.int64)
    found = PackedRows(tmp_path)
    first, second, few = found.nearest([rows, rows[::2], rows[:3]], VECTOR, 5)
    assert first.tolist() == [9, 19, 39, 49, 59]
    assert len(second) == 5
    assert set(second.tolist()) <= set(rows[::2].tolist())
    assert few.tolist() == [0, 1, 2]
    with pytest.raises(IndexUnavailable, match="row 60"):
        found.nearest([np.arange(30, 61)], VECTOR, 5)


def test_both_ways_of_comparing_find_the_same_cosines(tmp_path: Path) -> None:
    """Vectors stand in a file by row and by dimension, also where the last block is not full."""
    rng = np.random.default_rng(1)
    writer = PackedWriter(tmp_path)
    for number in range(2 * BLOCK + 5):
        vector = rng.normal(size=DIMENSIONS).astype(np.float32)
        writer.add(str(number), pack(Occurrences((), 0), vector / np.linalg.norm(vector)))
    writer.flush()
    found, rows = PackedRows(tmp_path), np.arange(0, 2 * BLOCK + 5)
    vector = np.array([0, 0.5, 0, 0, -0.5, 0, 0.5, 0.5], dtype=np.float32)
    gathered = found.gather(rows, vector, np.zeros(len(rows), dtype=bool)).cosines
    best = np.sort(np.argsort(-gathered)[:50])
    for some in (rows, rows[best]):  # The first is compared whole, the second row by row.
        (near,) = found.nearest([some], vector, 49)
        assert gathered[near].min() >= gathered[best].min()


def test_rows_keep_their_numbers_when_files_are_merged(tmp_path: Path) -> None:
    """Many small additions leave few files, and every row is found under its number."""
    for start in range(0, 40):
        assert fill(tmp_path, 1, start=start) == [start]
    assert len(list(tmp_path.iterdir())) <= 6
    check(tmp_path, list(reversed(range(40))))


def test_large_files_are_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the greatest size stays as it is when rows are added after it."""
    monkeypatch.setattr(packed_files, "MAX_MERGED_ROWS", 20)
    fill(tmp_path, 20)
    (first,) = tmp_path.iterdir()
    before = first.stat().st_mtime_ns
    fill(tmp_path, 15, start=20)
    assert first.stat().st_mtime_ns == before
    check(tmp_path, [0, 34, 19, 20])


def test_a_writer_writes_when_it_holds_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are on the disk before the writer is asked to flush."""
    monkeypatch.setattr(packed, "FLUSH_ROWS", 4)
    writer = PackedWriter(tmp_path)
    for number in range(9):
        writer.add(f"æ{number}", passage(number))
    assert PackedRows(tmp_path).count == 8
    writer.flush()
    check(tmp_path, list(range(9)))


def test_an_open_reader_reads_on_while_files_are_merged(tmp_path: Path) -> None:
    """What is mapped stays readable after it has been replaced."""
    fill(tmp_path, 2)
    reader = PackedRows(tmp_path)
    fill(tmp_path, 2, start=2)
    assert len(list(tmp_path.iterdir())) == 1
    assert reader.ids(np.array([1])) == ["æ1"]
    with pytest.raises(IndexUnavailable, match="row 3"):
        reader.gather(np.array([3]), VECTOR, np.ones(1, dtype=bool))


def test_files_stay_mapped_from_one_reader_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are still there as they were are not opened again; one that was written anew is."""
    opened: list[str] = []
    open_file = packed_files._open
    monkeypatch.setattr(packed_files, "_open", lambda path: (opened.append(path.name), open_file(path))[1])
    fill(tmp_path, 8)
    former = PackedRows(tmp_path)
    fill(tmp_path, 1, start=8)
    opened.clear()
    later = PackedRows(tmp_path, former)
    assert opened == ["rows-8-1.packed"]
    assert later.ids(np.array([8, 0])) == ["æ8", "æ0"]
    first = tmp_path / "rows-0-8.packed"
    first.unlink()
    fill(tmp_path / "other", 8, start=20)
    (tmp_path / "other" / "rows-0-8.packed").rename(first)
    opened.clear()
    assert PackedRows(tmp_path, later).ids(np.array([8, 0])) == ["æ8", "æ20"]
    assert opened == ["rows-0-8.packed"]


def test_what_an_interrupted_merge_leaves_does_no_harm(tmp_path: Path) -> None:
    """The merged file counts where those that it was made of are still there; the next writer removes them."""
    fill(tmp_path, 2)
    (small,) = tmp_path.iterdir()
    content = small.read_bytes()
    fill(tmp_path, 2, start=2)
    small.write_bytes(content)
    check(tmp_path, [0, 1, 2, 3])
    fill(tmp_path, 1, start=4)
    assert not small.exists()
    check(tmp_path, [0, 1, 2, 3, 4])


def test_a_damaged_or_missing_file_says_so(tmp_path: Path) -> None:
    """The caller is told to rebuild."""
    fill(tmp_path, 8)
    fill(tmp_path, 1, start=8)
    first, second = sorted(tmp_path.iterdir())
    second.write_bytes(second.read_bytes()[:-1])
    with pytest.raises(IndexUnavailable, match="packed passages"):
        PackedRows(tmp_path)
    second.write_bytes(b"")
    with pytest.raises(IndexUnavailable, match="packed passages"):
        PackedRows(tmp_path)
    first.unlink()
    with pytest.raises(IndexUnavailable, match="from row 0"):
        PackedRows(tmp_path)


def test_a_folder_without_files_has_no_rows(tmp_path: Path) -> None:
    """Nothing to gather is no error."""
    found = PackedRows(tmp_path)
    assert found.count == 0
    assert len(found.gather(np.zeros(0, dtype=np.int64), VECTOR, np.zeros(0, dtype=bool)).lengths) == 0


def test_terms_are_read_of_the_rows_asked_for_only(tmp_path: Path) -> None:
    """The others are compared by their vectors."""
    fill(tmp_path, 8)
    got = PackedRows(tmp_path).gather(np.array([3, 7]), VECTOR, np.array([False, True]))
    assert set(got.rows.tolist()) == {1}
    assert got.cosines.tolist() == pytest.approx([0.3, 0.7], abs=0.01)


def hashes(*terms: str) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.array([term_hash(term) for term in terms], dtype=np.uint32)


def test_which_terms_there_may_be_is_known_of_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A term of any row may be there, in whatever file and however often files were merged; another one is not."""
    monkeypatch.setattr(packed_files, "MAX_MERGED_ROWS", 20)
    asked = hashes("s3", "s0", "c1", "s1", "s2")
    assert not PackedRows(tmp_path).may_have(asked).any()
    fill(tmp_path, 1)
    assert not PackedRows(tmp_path).may_have(asked).any()
    fill(tmp_path, 1, start=1)
    assert PackedRows(tmp_path).may_have(asked).tolist() == [False, True, False, False, False]
    for start in range(2, 50, 3):
        fill(tmp_path, 3, start=start)
    assert len(list(tmp_path.iterdir())) > 1
    assert PackedRows(tmp_path).may_have(asked).tolist() == [False, True, False, True, True]


def test_a_file_of_the_former_form_may_have_any_term(tmp_path: Path) -> None:
    """It is read as it was, and what it is merged into knows its terms again."""
    fill(tmp_path, 8)
    (path,) = tmp_path.iterdir()
    as_former(path, terms=3)
    check(tmp_path, [7, 3, 0])
    assert PackedRows(tmp_path).may_have(hashes("c1")).all()
    fill(tmp_path, 8, start=8)
    assert PackedRows(tmp_path).may_have(hashes("c1", "s2")).tolist() == [False, True]
    check(tmp_path, [15, 7, 3, 0])


def as_former(path: Path, terms: int) -> None:
    """Write a file as it was before it had the hashes of its so many different terms."""
    content = path.read_bytes()
    magic, rows, width, occurrences, ids, count = np.frombuffer(content, "<u8", 6).tolist()
    assert (magic, count) == (MAGIC, terms)
    end = 6 * 8 + rows * width + 8 * (rows + 1) + 8 * occurrences + 4 * (rows + 1)
    head = np.array([FORMER, rows, width, occurrences, ids], "<u8").tobytes()
    path.write_bytes(head + content[6 * 8 : end] + content[end + 4 * count : -rows * width])
