"""The retrieval benchmark, end to end on sets made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import retrieval
from benchmarks.datasets import Query, read_sets
from benchmarks.variants import VARIANTS

PASSAGES = [
    {"id": "p1", "lang": "sv", "text": "Företaget gick i konkurs."},
    {"id": "p2", "lang": "sv", "text": "Katten sitter på mattan."},
    {"id": "p3", "lang": "sv", "text": "Vi mäter nyttan av sociala medier."},
]
QUERIES = [
    {"id": "q1", "lang": "sv", "query": "Vilket företag gick i konkurs?", "gold": ["p1"], "split": "test"},
    {"id": "q2", "lang": "sv", "query": "Var sitter katten?", "gold": ["p2"], "split": "train"},
]


def write(folder: Path, passages: list[dict[str, object]], queries: list[dict[str, object]]) -> None:
    folder.mkdir()
    for name, rows in (("passages", passages), ("queries", queries)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder / "plain", PASSAGES, QUERIES)  # type: ignore[arg-type]  # plain rows of strings and lists
    return folder


def test_the_benchmark_measures_bm25_and_us_through_the_real_index(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One run gives a table and JSON with nDCG@10, recall@10 and milliseconds by set, system, part and half."""
    status = retrieval.main(["--data", str(data), "--systems", "bm25", "kilde", "--json", str(tmp_path / "out.json")])
    assert status == 0
    assert "nDCG@10" in capsys.readouterr().out
    rows = {(row["system"], row["part"]): row for row in json.loads((tmp_path / "out.json").read_text())}
    assert rows["kilde", "all"]["ndcg10"] == 1.0
    assert rows["kilde", "test"]["queries"] == 1
    assert rows["bm25", "all"]["recall10"] == 1.0
    assert rows["kilde", "all"]["milliseconds"] > 0


def test_pools_follow_the_columns(tmp_path: Path) -> None:
    """A mixed pool asks in the other languages; pairs have a pool for each target language."""
    sentence = [
        {"id": f"g{group}:{language}", "lang": language, "text": "x", "group": group, "mixed": language == chosen}
        for group, chosen in enumerate(["da", "en"])
        for language in ("da", "en")
    ]
    asked = [
        {"id": f"q{group}:{language}", "lang": language, "query": "x", "gold": [], "group": group}
        for group in (0, 1)
        for language in ("da", "en")
    ]
    write(tmp_path / "mixed", sentence, asked)  # type: ignore[arg-type]  # rows of several types of value
    pair = [
        {"id": "1:da", "lang": "da", "text": "a", "pair": "da-en"},
        {"id": "1:en", "lang": "en", "text": "b", "pair": "da-en"},
    ]
    translations = [
        {"id": "t:da", "lang": "da", "query": "a", "gold": ["1:en"], "pair": "da->en"},
        {"id": "t:en", "lang": "en", "query": "b", "gold": ["1:da"], "pair": "en->da"},
    ]
    write(tmp_path / "pairs", pair, translations)  # type: ignore[arg-type]  # rows of several types of value
    found = dict(read_sets(tmp_path))
    assert [(query.part, set(query.gold)) for query in found["mixed"][0].queries] == [
        ("en>da", {"g0:da"}),
        ("da>en", {"g1:en"}),
    ]
    assert {pool.name: len(pool.passages) for pool in found["pairs"]} == {"pairs/en>da": 1, "pairs/da>en": 1}


def test_a_directory_without_sets_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One readable line and a status of 1."""
    assert retrieval.main(["--data", str(tmp_path), "--systems", "kilde"]) == 1
    assert "found none" in capsys.readouterr().err


def test_variants_change_queries_by_rule() -> None:
    """The same query always becomes the same variant."""
    query = Query("q", "sv", "Hur förstärker man företagets förtroende?", frozenset(), "all")
    assert VARIANTS["capitals"](query).text == "HUR FÖRSTÄRKER MAN FÖRETAGETS FÖRTROENDE?"
    assert VARIANTS["plain letters"](query).text == "Hur forstarker man foretagets fortroende?"
    assert VARIANTS["keywords"](query).text == "förstärker företagets förtroende"
    assert VARIANTS["typos"](query) == VARIANTS["typos"](query) != query
