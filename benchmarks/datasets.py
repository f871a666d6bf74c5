"""Reads retrieval sets: DIR/<set>/passages.jsonl and queries.jsonl, one JSON object a line.

How a set's pools are meant follows from its columns:

- passages with `mixed`: one pool of those marked, each sentence in one language; every query in another language asks
  for its sentence (columns `group`), and the pair "da>sv" is the query's and the passage's language;
- passages with `pair`: a pool for each pair and target language;
- otherwise all passages are one pool, and `split` of the queries, where there is one, is what is reported apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A passage of a pool."""

    id: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query with the ids that answer it; `part` is the pair of languages or the split that it is reported under."""

    id: str
    language: str
    text: str
    gold: frozenset[str]
    part: str

    @property
    def half(self) -> str:
        """Settings are chosen on one half and reported on the other."""
        return "report" if int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 2 else "choose"


@dataclass(frozen=True, slots=True)
class Pool:
    """Passages, and the queries that are asked of them."""

    name: str
    passages: tuple[Text, ...]
    queries: tuple[Query, ...]

    def with_queries(self, queries: tuple[Query, ...]) -> Pool:
        """The same passages, asked something else."""
        return replace(self, queries=queries)


def read_sets(folder: Path) -> Iterator[tuple[str, list[Pool]]]:
    """(name, pools) of every set in `folder`, by name; a folder without queries is passed over.

    Raises:
        FileNotFoundError: there is no set in it.
    """
    found = False
    for path in sorted(folder.iterdir()):
        if (path / "queries.jsonl").is_file() and (path / "passages.jsonl").is_file():
            found = True
            yield path.name, _pools(path.name, _lines(path / "passages.jsonl"), _lines(path / "queries.jsonl"))
    if not found:
        raise FileNotFoundError(f"expected sets (NAME/queries.jsonl and passages.jsonl) in {folder}, found none")


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def _pools(name: str, passages: list[dict[str, Any]], queries: list[dict[str, Any]]) -> list[Pool]:
    if "mixed" in passages[0]:
        return [_mixed(name, [passage for passage in passages if passage["mixed"]], queries)]
    if "pair" in passages[0]:
        return _pairs(name, passages, queries)
    return [
        Pool(
            name,
            tuple(_text(passage) for passage in passages),
            tuple(_query(query, str(query.get("split", "all"))) for query in queries),
        )
    ]


def _mixed(name: str, passages: list[dict[str, Any]], queries: list[dict[str, Any]]) -> Pool:
    asked: list[Query] = []
    by_group = {passage["group"]: passage for passage in passages}
    for query in queries:
        passage = by_group.get(query["group"])
        if passage and passage["lang"] != query["lang"]:
            part = f"{query['lang']}>{passage['lang']}"
            asked.append(_query({**query, "gold": [passage["id"]]}, part))
    return Pool(name, tuple(_text(passage) for passage in passages), tuple(asked))


def _pairs(name: str, passages: list[dict[str, Any]], queries: list[dict[str, Any]]) -> list[Pool]:
    texts: dict[tuple[str, str], list[Text]] = {}
    for passage in passages:
        texts.setdefault((passage["pair"], passage["lang"]), []).append(_text(passage))
    home = {text.id: key for key, pool in texts.items() for text in pool}
    asked: dict[tuple[str, str], list[Query]] = {}
    for query in queries:
        key = home[query["gold"][0]]
        asked.setdefault(key, []).append(_query(query, f"{query['lang']}>{key[1]}"))
    return [Pool(f"{name}/{found[0].part}", tuple(texts[key]), tuple(found)) for key, found in sorted(asked.items())]


def _text(passage: Mapping[str, Any]) -> Text:
    return Text(passage["id"], passage["lang"], passage["text"])


def _query(query: Mapping[str, Any], part: str) -> Query:
    return Query(query["id"], query["lang"], query["query"], frozenset(query["gold"]), part)
