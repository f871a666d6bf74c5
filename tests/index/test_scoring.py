"""Exact scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from index.analysis import Occurrences
from index.records import Span
from index.scoring import DEFAULTS, Element, Group, cut, elements, idf, pack, score, unpack
from tests.index.analysing import analyzer

DIMENSIONS = 4
NO_VECTOR = np.zeros(DIMENSIONS, dtype=np.float32)


def scores(looked_for: list[Element], *passages: Occurrences, sentence: float = 0.0) -> list[float]:
    packed = unpack([cut(pack(one, NO_VECTOR)) for one in passages], DIMENSIONS)
    group = Group(looked_for, dict.fromkeys((one.term for one in looked_for), 1.0), 10.0, len(passages))
    return [float(value) for value in score([group], packed, replace(DEFAULTS, sentence=sentence))]


def occurrences(*terms: tuple[str, int, float], length: int = 10) -> Occurrences:
    return Occurrences(terms, length)


def test_packing_keeps_terms_places_weights_and_the_vector() -> None:
    """What is packed comes back, the weights to a sixteenth and the vector to a 127th."""
    vector = np.array([0.5, -0.5, 0.5, -0.5], dtype=np.float32)
    packed = unpack(
        [cut(pack(found, vector)) for found in (occurrences(("sa", 0, 1.0), ("cb", 3, 0.5)), occurrences())], DIMENSIONS
    )
    assert packed.rows.tolist() == [0, 0]
    assert packed.places.tolist() == [0, 3]
    assert packed.counts.tolist() == [16, 8]
    assert np.allclose(packed.vectors[1] / 127, vector, atol=0.005)
    assert packed.cosines(vector)[0] == pytest.approx(1.0, abs=0.02)


def test_the_score_is_bm25_of_the_weighted_counts() -> None:
    """One occurrence in a passage of average length scores its weight times its rarity."""
    assert scores([Element("sa", 0, 1.0)], occurrences(("sa", 0, 1.0))) == [pytest.approx(1.0)]
    once, twice, half = scores(
        [Element("sa", 0, 1.0)],
        occurrences(("sa", 0, 1.0)),
        occurrences(("sa", 0, 2.0)),
        occurrences(("sa", 0, 0.5)),
    )
    assert half < once < twice < 2 * once


def test_longer_passages_score_less() -> None:
    """The same count is weaker evidence in a longer text."""
    short, long = scores(
        [Element("sa", 0, 1.0)], occurrences(("sa", 0, 1.0), length=5), occurrences(("sa", 0, 1.0), length=50)
    )
    assert short > long


def test_a_sentence_that_holds_the_terms_together_scores_more() -> None:
    """Scattered terms are weaker evidence than terms in one sentence."""
    looked_for = [Element("sa", 0, 1.0), Element("sb", 1, 1.0)]
    together, scattered = scores(
        looked_for,
        occurrences(("sa", 0, 1.0), ("sb", 0, 1.0)),
        occurrences(("sa", 0, 1.0), ("sb", 1, 1.0)),
        sentence=1.0,
    )
    assert together > scattered


def test_nothing_to_look_for_scores_nothing() -> None:
    """No elements, or no passages, give zeros and no error."""
    assert scores([], occurrences(("sa", 0, 1.0))) == [0.0]
    assert scores([Element("sa", 0, 1.0)]) == []


def test_names_weigh_more_and_parts_less_than_words() -> None:
    """The weights of a question's elements follow their kind."""
    question = analyzer().question("Hva sier Tennø om kundekatten?", "nb")
    weights = {element.term: element.weight for element in elements(question, False, DEFAULTS)}
    assert weights["stennö"] == DEFAULTS.names
    assert weights["skund"] == pytest.approx(DEFAULTS.parts)


def test_rarity_is_never_negative() -> None:
    """A term that every passage has still counts a little."""
    assert idf(10, 10) > 0
    assert idf(10, 0) > idf(10, 5) > idf(10, 10)


def test_a_real_passage_is_scored_across_languages() -> None:
    """A Danish passage that has the question's concept scores, one without it does not."""
    question = analyzer().question("Which customers?", "en")
    texts = ["Kunderne smilede.", "Himlen er blå."]
    found = [analyzer().occurrences(text, "da", [Span(0, len(text))]) for text in texts]
    first, second = scores(elements(question, True, DEFAULTS), *found)
    assert first > second == 0.0


def test_groups_are_scored_by_their_own_statistics() -> None:
    """The same passage in two languages scores by what is looked for, and how rare it is, in each."""
    packed = unpack([cut(pack(occurrences(("sa", 0, 1.0)), NO_VECTOR))] * 2, DIMENSIONS)
    groups = [Group([Element("sa", 0, 1.0)], {"sa": rarity}, 10.0, 1) for rarity in (1.0, 3.0)]
    first, second = score(groups, packed, DEFAULTS)
    assert second == pytest.approx(3 * first)
