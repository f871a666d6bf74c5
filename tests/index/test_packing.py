"""What the lexical index stores of passages: counted by columns, as the analysis says it word by word."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import term_table
from index.lexicon import LANGUAGES
from index.packing import Packing, found_by
from index.records import Passage, Span
from index.subwords import SubwordEmbedding
from tests.index.analysing import analyzer, pack, passage

TEXTS = (
    "Customer service answers. Our customer service went bankrupt, and the customer service of others did not.",
    "Kundetilfredsheden faldt; kundernes tillid også. Selskabet gik konkurs i 1.500 dage.",
    "Det gikk konkurs. «Ja», sa Kari. Det gikk ikke konkurs!",
    "Företaget gick i konkurs. Kunden gick.",
    "12ab 10 000 kroner 1,5 don't O'Brien ok_ok ÆRE",
    "…",
    "",
)


def cut(text: str, language: str, places: list[int], context: str = "") -> Passage:
    """A passage whose sentences end at these places of its text."""
    ends = sorted({min(place, len(text)) for place in places} | {len(text)})
    spans = tuple(Span(start, end) for start, end in zip([0, *ends], ends, strict=False))
    return replace(passage("d", language, text, context=context), sentences=spans)


def assert_as_said(packing: Packing, passages: list[Passage]) -> None:
    """Every entry has the terms, the length and the packed form that the analysis of its passage alone gives."""
    vectors = SubwordEmbedding().embed([found_by(one) for one in passages])
    for one, vector, entry in zip(passages, vectors, packing.entries(passages), strict=True):
        text = found_by(one)
        shift = len(text) - len(one.text)
        sentences = [Span(span.start + shift, span.end + shift) for span in one.sentences]
        said = analyzer().occurrences(text, one.language, sentences)
        totals: dict[str, float] = {}
        for term, _, weight in said.terms:
            totals[term] = totals.get(term, 0.0) + weight
        repeated = [term for term, weight in totals.items() for _ in range(math.ceil(weight))]
        assert (entry.id, entry.length, entry.terms) == (one.id, said.length, " ".join(repeated))
        assert entry.packed == pack(said, vector)


def test_many_passages_are_counted_as_each_by_itself() -> None:
    """In several languages, with a heading, with entries of several words, with nothing in them."""
    passages = [
        cut(text, language, [20, 40], context)
        for text in TEXTS
        for language in (*LANGUAGES, "fi")
        for context in ("", "Customer service")
    ]
    packing = Packing(analyzer())
    assert_as_said(packing, passages)
    assert_as_said(packing, passages[::-1])  # Now every word is known.


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.sampled_from("gå konkurs.,’'1234 \n\u00a0_Æ…"), max_size=40) | st.sampled_from(TEXTS),
            st.sampled_from([*LANGUAGES, "fi"]),
            st.lists(st.integers(0, 40), max_size=4),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_passages_cut_anywhere_are_counted_as_each_by_itself(given_: list[tuple[str, str, list[int]]]) -> None:
    """A sentence may end within a word or a number, and an entry reach over the end of one."""
    assert_as_said(Packing(analyzer()), [cut(text, language, places) for text, language, places in given_])


def test_a_full_table_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for no token everything is counted all the same."""
    monkeypatch.setattr(term_table, "MAX_TOKENS", 0)
    packing = Packing(analyzer())
    for text in TEXTS:
        assert_as_said(packing, [cut(text, "en", [])])
