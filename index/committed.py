"""One committed state of an inverted index as a search sees it, and how tantivy is asked. Only this module and
`index.inverted` know tantivy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.scoring import idf

if TYPE_CHECKING:
    import tantivy

# Terms' frequencies that are remembered between searches, by language: some 150 bytes each.
MAX_REMEMBERED = 20_000
MAX_QUERIES = 2_000
"""Terms of which the query is kept: some 300 bytes each."""
TERMS, ID, DOCUMENT, SPEAKER, LENGTH, ROW = "terms", "id", "document", "speaker", "length", "row"


@lru_cache(maxsize=1)
def schema() -> tantivy.Schema:
    """The fields of a passage."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field(TERMS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(ID, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(DOCUMENT, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(SPEAKER, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(LENGTH, fast=True)
    builder.add_unsigned_field(ROW, fast=True)
    return builder.build()


def asked(terms: Sequence[tuple[str, float]]) -> tantivy.Query | None:
    """A query for passages that have any of the weighted terms, for every language; None where there are no terms."""
    import tantivy

    query, should = tantivy.Query, tantivy.Occur.Should
    clauses = [(should, query.boost_query(_having(term), weight)) for term, weight in terms]
    return query.boolean_query(clauses) if clauses else None


@lru_cache(maxsize=MAX_QUERIES)
def _having(term: str) -> tantivy.Query:
    """What finds the passages that have a term; a question asks for most terms twice, at two weights."""
    import tantivy

    return tantivy.Query.term_query(schema(), TERMS, term, "freq")


class _Frequencies(dict[str, int]):
    """How many passages have each term that was asked for; of another one when it is."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        super().__init__()
        self._searcher = searcher

    def __missing__(self, term: str) -> int:
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        found = self[term] = self._searcher.doc_freq(TERMS, term)
        return found


class _Rarities(dict[int, float]):
    """The inverse document frequency of terms that so many passages have: there are far fewer numbers than terms."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def __missing__(self, frequency: int) -> float:
        # Passages that have been removed since the last merge may still be counted.
        found = self[frequency] = idf(self._count, min(self._count, frequency))
        return found


@dataclass
class State:
    """One committed state of the index as a search sees it, and what has been asked of it so far; `stamp` tells it
    from others."""

    searcher: tantivy.Searcher
    stamp: tuple[int, int] | None
    average_length: float | None = None
    everything: NDArray[np.int64] | None = None

    @cached_property
    def count(self) -> int:
        """How many passages it has."""
        return int(self.searcher.num_docs)

    @cached_property
    def frequencies(self) -> _Frequencies:
        """How many passages have a term, those removed since the last merge among them."""
        return _Frequencies(self.searcher)

    @cached_property
    def rarities(self) -> _Rarities:
        """The inverse document frequency of a term, by how many passages have it."""
        return _Rarities(self.count)
