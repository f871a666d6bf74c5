"""Vectors are never stale, and a broken index is done without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index import nearest
from index.errors import IndexUnavailable
from index.nearest import NearestPassages, document_of
from index.record import Record
from index.vectors import VectorIndex, write
from tests.index.making import make_prepared, make_vectors, open_record, store

QUERY = make_vectors(1, seed=99)[0]


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    record = open_record(tmp_path)
    for number in range(6):
        texts = [f"Ord {number} {place}." for place in range(4)]
        store(record, make_prepared(f"d{number}", *texts, language="sv" if number % 2 else "da"), seed=number)
    yield record
    record.close()


@pytest.fixture
def index(record: Record, tmp_path: Path) -> Iterator[Callable[[], VectorIndex]]:
    folder = tmp_path / "index"
    write(folder, record.vectors("test"), record.count("test"))
    opened: list[VectorIndex] = []

    def open_index() -> VectorIndex:
        opened.append(VectorIndex(folder))
        return opened[-1]

    yield open_index
    for one in opened:
        one.close()


def expected(record: Record, limit: int = 100) -> dict[str, list[str]]:
    """What comparing every vector of the record gives."""
    found: dict[str, list[tuple[float, str]]] = {}
    for batch in record.vectors("test"):
        for name, language, cosine in zip(batch.ids, batch.languages, batch.vectors @ QUERY, strict=True):
            found.setdefault(language, []).append((-float(cosine), name))
    return {language: [name for _, name in sorted(pairs)][:limit] for language, pairs in found.items()}


def names(found: dict[str, list[tuple[str, float]]]) -> dict[str, list[str]]:
    """The ids of what was found."""
    return {language: [name for name, _ in pairs] for language, pairs in found.items()}


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_index_and_comparison_agree(record: Record, index: Callable[[], VectorIndex], limit: int) -> None:
    """With an index or without one, the same passages are found in the same order."""
    by_index = NearestPassages(record, "test", index, record.generation())
    by_comparison = NearestPassages(record, "test", None, 0)
    assert names(by_index.search(QUERY, limit=limit)) == expected(record, limit)
    assert names(by_comparison.search(QUERY, limit=limit)) == expected(record, limit)
    assert names(by_index.search(QUERY, ["da"], limit)) == {"da": expected(record, limit)["da"]}


def test_changes_count_at_once(record: Record, index: Callable[[], VectorIndex]) -> None:
    """A document stored, replaced, moved to another language or removed after the index was written counts at once."""
    found = NearestPassages(record, "test", index, record.generation())
    found.warm_up()
    store(record, make_prepared("new", "Ny.", "Nyare.", language="nb"), seed=20)
    assert names(found.search(QUERY, limit=3)) == expected(record, 3)
    store(record, make_prepared("d0", "Annat.", language="sv"), seed=21)
    assert names(found.search(QUERY, limit=3)) == expected(record, 3)
    record.remove("d1")
    record.remove("new")
    assert names(found.search(QUERY, limit=3)) == expected(record, 3)
    store(record, make_prepared("d1", "Igen."), seed=22)
    assert names(found.search(QUERY, limit=3)) == expected(record, 3)


def test_stale_passages_do_not_crowd_out_others(record: Record, index: Callable[[], VectorIndex]) -> None:
    """However many of the index's nearest passages are gone, as many others as asked for are found."""
    found = NearestPassages(record, "test", index, record.generation())
    for name in ("d0", "d2", "d1"):
        record.remove(name)
    assert names(found.search(QUERY, limit=2)) == expected(record, 2)


def test_index_that_does_not_open_is_done_without(record: Record) -> None:
    """When the index cannot be opened, all vectors are compared, and the failure is told once."""
    told: list[bool] = []

    def broken() -> VectorIndex:
        raise IndexUnavailable("broken")

    found = NearestPassages(record, "test", broken, record.generation(), on_failure=lambda: told.append(True))
    assert [names(found.search(QUERY, limit=3)) for _ in range(2)] == [expected(record, 3)] * 2
    assert found.failed
    assert told == [True]


def test_index_that_fails_in_use_is_done_without(record: Record, index: Callable[[], VectorIndex]) -> None:
    """When the index fails while it is in use, that very search still finds everything."""
    told: list[bool] = []
    opened: list[VectorIndex] = []

    def open_index() -> VectorIndex:
        opened.append(index())
        return opened[-1]

    found = NearestPassages(record, "test", open_index, record.generation(), on_failure=lambda: told.append(True))
    found.search(QUERY)
    opened[0].close()
    assert names(found.search(QUERY, limit=3)) == expected(record, 3)
    assert found.failed
    assert told == [True]


def test_too_many_to_compare_is_an_error(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record too large to compare every vector says that it has no index, instead of taking all memory."""
    monkeypatch.setattr(nearest, "MAX_COMPARED", 10)
    with pytest.raises(IndexUnavailable, match="found 24 that are in none"):
        NearestPassages(record, "test", None, 0).search(QUERY)


def test_of_subword_vectors_more_are_compared(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """They take a byte a dimension, so four times as many may be in no index; the nearest are the same."""
    subword = "subword-test"
    for number in range(6):
        store(record, make_prepared(f"s{number}", *(f"Ord {number} {place}." for place in range(4))), embedding=subword)
    monkeypatch.setattr(nearest, "MAX_COMPARED", 12)
    monkeypatch.setattr(nearest, "READ_AT_ONCE", 2)
    found = NearestPassages(record, subword, None, 0)
    exact: dict[str, float] = {}
    for batch in record.vectors(subword):
        exact.update(zip(batch.ids, (batch.vectors @ QUERY).tolist(), strict=True))
    (near,) = found.search(QUERY, limit=24).values()
    assert {name for name, _ in near} == exact.keys()
    assert [cosine for _, cosine in near] == pytest.approx([exact[name] for name, _ in near], abs=0.01)
    store(record, make_prepared("s3", "Nytt."), embedding=subword)
    (near,) = found.search(QUERY, limit=24).values()
    assert len(near) == 21


def test_nothing_stored_is_nothing_found(tmp_path: Path) -> None:
    """An empty record, a vector of length 0, or vectors of another embedding find nothing."""
    record = open_record(tmp_path)
    found = NearestPassages(record, "test", None, 0)
    assert found.search(QUERY) == {}
    store(record, make_prepared("a", "Ett."), embedding="other")
    assert found.search(QUERY) == {}
    assert found.search(np.zeros(8, np.float32)) == {}
    record.close()


def test_document_of_a_passage() -> None:
    """The document of a passage is told from its id, also when the document's name has colons."""
    assert document_of("a:b:3-7:0123abcd") == "a:b"
