"""Cutting an answer into sentences as it comes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model.split import Splitter

TEXT = (
    "The first says 3.5 percent. [1] Dr. Hansen disagrees, e.g. here [2]. Really? [3][4] Yes! [1, 2]\n\n"
    "Another line [3]\n- A bullet [4]\nThe last.[2] No more"
)
SENTENCES = [
    "The first says 3.5 percent. [1]",
    "Dr. Hansen disagrees, e.g. here [2].",
    "Really? [3][4]",
    "Yes! [1, 2]",
    "Another line [3]",
    "- A bullet [4]",
    "The last.[2]",
    "No more",
]


@given(st.lists(st.integers(0, len(TEXT)), max_size=40))
def test_the_pieces_do_not_matter(cuts: list[int]) -> None:
    """However the text is cut up on the way, the sentences are the same, each with its markers."""
    splitter = Splitter("en")
    places = [0, *sorted(cuts), len(TEXT)]
    found = [s for a, b in pairwise(places) for s in splitter.feed(TEXT[a:b])]
    assert found + splitter.end() == SENTENCES


@given(st.text(alphabet="ab.[]1 \n?A", max_size=80), st.integers(1, 5))
def test_nothing_is_lost_or_invented(text: str, size: int) -> None:
    """The sentences have the text's characters in its order."""
    splitter = Splitter("sv")
    found = [s for start in range(0, len(text), size) for s in splitter.feed(text[start : start + size])]
    assert "".join("".join(found + splitter.end()).split()) == "".join(text.split())


@pytest.mark.parametrize("language", ["da", "nb", "nn", "sv", "fi"])
def test_a_sentence_is_given_when_the_next_begins(language: str) -> None:
    """A sentence does not wait for the end of the answer."""
    splitter = Splitter(language)
    assert splitter.feed("Haven er åben [1].") == []
    assert splitter.feed(" D") == ["Haven er åben [1]."]


def test_a_sentence_without_end_is_cut() -> None:
    """A model that never ends a sentence does not fill the memory."""
    splitter = Splitter("en")
    assert sum(len(s) for _ in range(500) for s in splitter.feed("word ")) > 0
