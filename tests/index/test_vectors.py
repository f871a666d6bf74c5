"""The vector index: real Chroma, written once, then only read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexUnavailable
from index.manifest import take_stock
from index.vectors import MAX_BATCH, VectorIndex, write
from index.versions import VectorBatch
from tests.index.making import make_vectors

SKIP = frozenset({"chroma.sqlite3"})


def write_index(folder: Path, languages: Sequence[str], seed: int = 0) -> VectorBatch:
    """Write an index of one random vector a language given."""
    ids = tuple(f"d{number}:0-1:0" for number in range(len(languages)))
    batch = VectorBatch(ids, tuple(languages), make_vectors(len(languages), seed))
    write(folder, [batch], {language: list(languages).count(language) for language in set(languages)})
    return batch


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, VectorBatch]:
    folder = tmp_path_factory.mktemp("vectors") / "index"
    return folder, write_index(folder, ["da"] * 40 + ["nb"] + ["sv"] * 2)


@pytest.fixture
def opened(small: tuple[Path, VectorBatch]) -> Iterator[VectorIndex]:
    index = VectorIndex(small[0])
    yield index
    index.close()


def test_nearest_are_those_of_exact_comparison(opened: VectorIndex, small: tuple[Path, VectorBatch]) -> None:
    """Every language has its own list, nearest first, with cosines as in exact comparison."""
    batch = small[1]
    query = make_vectors(1, seed=9)[0]
    found = opened.search(query, limit=5)
    assert {language: len(near) for language, near in found.items()} == {"da": 5, "nb": 1, "sv": 2}
    cosines = dict(zip(batch.ids, batch.vectors @ query, strict=True))
    expected = sorted(batch.ids[:40], key=lambda name: -cosines[name])[:5]
    assert [name for name, _ in found["da"]] == expected
    for near in found.values():
        for name, cosine in near:
            assert cosine == pytest.approx(cosines[name], abs=1e-5)


def test_only_the_languages_asked_for_are_searched(opened: VectorIndex) -> None:
    """Languages that are not asked for are left out, and so are those without passages."""
    query = make_vectors(1)[0]
    assert set(opened.search(query, ["sv", "fi"])) == {"sv"}
    assert opened.languages == ("da", "nb", "sv")
    assert opened.count() == {"da": 40, "nb": 1, "sv": 2}


def test_empty_vector_is_near_to_nothing(opened: VectorIndex) -> None:
    """A question without any letter has a vector of length 0, and finds nothing."""
    assert opened.search(np.zeros(8, np.float32)) == {}
    assert opened.search(make_vectors(1)[0], limit=0) == {}


def test_reading_leaves_the_vector_files_alone(small: tuple[Path, VectorBatch]) -> None:
    """Searching in another process changes no vector file: everything was written when the index was written."""
    folder = small[0]
    before = take_stock(folder, {}, skip=SKIP)
    code = (
        "import sys; from pathlib import Path; from index.vectors import VectorIndex\n"
        "from tests.index.making import make_vectors\n"
        "index = VectorIndex(Path(sys.argv[1])); print(index.search(make_vectors(1)[0], limit=1)); index.close()"
    )
    command = [sys.executable, "-c", code, str(folder)]
    outputs = {subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)}
    assert len(outputs) == 1
    assert take_stock(folder, {}, skip=SKIP) == before


def test_threads_search_at_once(opened: VectorIndex) -> None:
    """Searches from several threads give what one after the other gives."""
    queries = make_vectors(40, seed=3)
    expected = [opened.search(query, limit=3) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda query: opened.search(query, limit=3), queries)) == expected


def test_more_rows_than_chroma_takes_at_once(tmp_path: Path) -> None:
    """A batch larger than Chroma takes in one call is written whole."""
    write_index(tmp_path / "index", ["da"] * (MAX_BATCH + 10))
    index = VectorIndex(tmp_path / "index")
    assert index.count() == {"da": MAX_BATCH + 10}
    index.close()


def test_wrong_counts_are_noticed(tmp_path: Path) -> None:
    """An index that came out smaller than announced is an error, not an index."""
    batch = VectorBatch(("a:0-1:0",), ("da",), make_vectors(1))
    with pytest.raises(IndexUnavailable, match="expected 2 vectors of da"):
        write(tmp_path / "index", [batch], {"da": 2})


def test_chroma_never_embeds(opened: VectorIndex) -> None:
    """A text given to Chroma by mistake raises instead of downloading a model."""
    collection = opened._collections["da"]
    with pytest.raises(IndexUnavailable, match="must never embed"):
        collection.query(query_texts=["text"], n_results=1)


def test_missing_index_is_one_line(tmp_path: Path) -> None:
    """A folder without an index is an error that names it, and nothing is made there."""
    with pytest.raises(IndexUnavailable, match="expected a vector index"):
        VectorIndex(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["chroma.sqlite3", "index_metadata.pickle", "header.bin"])
def test_garbage_is_one_line(tmp_path: Path, name: str) -> None:
    """Garbage over a file that Chroma checks is one line. What it does not check, the manifest does before opening."""
    write_index(tmp_path / "index", ["da"] * 40)
    (path,) = (tmp_path / "index").rglob(name)
    path.write_bytes(os.urandom(path.stat().st_size))
    with pytest.raises(IndexUnavailable, match="cannot be used") as caught:
        VectorIndex(tmp_path / "index").search(make_vectors(1)[0])
    assert "\n" not in str(caught.value)
