"""Exact scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from numpy.typing import NDArray

from index.analysis import Occurrences
from index.packed import PackedRows, PackedWriter
from index.records import Span
from index.scoring import DEFAULTS, Element, Group, Packed, Sought, elements, idf, score, term_hash
from tests.index.analysing import analyzer, pack

DIMENSIONS = 4
NO_VECTOR = np.zeros(DIMENSIONS, dtype=np.float32)


def gathered(*passages: bytes, vector: NDArray[np.float32] = NO_VECTOR) -> Packed:
    """Packed passages as a search has them: written to a file and read from it."""
    with TemporaryDirectory() as folder:
        writer = PackedWriter(Path(folder))
        rows = [writer.add(str(number), packed) for number, packed in enumerate(passages)]
        writer.flush()
        return PackedRows(Path(folder)).gather(np.array(rows, dtype=np.int64), vector, np.ones(len(rows), dtype=bool))


def scores(looked_for: list[Element], *passages: Occurrences, sentence: float = 0.0) -> list[float]:
    sought = Sought.of(looked_for)
    hashes = sought.hashes()
    order = np.argsort(hashes)
    group = Group(sought.weights[order], 10.0, len(passages))
    packed = gathered(*(pack(one, NO_VECTOR) for one in passages))
    return [float(value) for value in score(hashes[order], [group], packed, replace(DEFAULTS, sentence=sentence))]


def occurrences(*terms: tuple[str, int, float], length: int = 10) -> Occurrences:
    return Occurrences(terms, length)


def test_packing_keeps_terms_places_weights_and_the_vector() -> None:
    """What is packed comes back, the weights to a sixteenth and the vector to a 127th."""
    vector = np.array([0.5, -0.5, 0.5, -0.5], dtype=np.float32)
    packed = gathered(
        pack(occurrences(("sa", 0, 1.0), ("cb", 3, 0.5)), vector), pack(occurrences(), vector), vector=vector
    )
    assert packed.rows.tolist() == [0, 0]
    assert [int(term) >> 32 for term in packed.terms] == [term_hash("sa"), term_hash("cb")]
    assert [int(term) >> 8 & 0xFFFF for term in packed.terms] == [0, 3]
    assert [int(term) & 0xFF for term in packed.terms] == [16, 8]
    assert packed.cosines.tolist() == pytest.approx([1.0, 1.0], abs=0.02)


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


def test_the_array_operations_agree_with_the_plain_formula() -> None:
    """Random questions and passages: the same scores, term by term and sentence by sentence, as written in a loop."""
    random = Random(5)  # noqa: S311 - made-up cases, the same in every run
    for _ in range(20):
        looked_for = [
            Element(f"s{random.randrange(12)}", number, random.choice((0.25, 0.5, 1.0))) for number in range(6)
        ]
        passages = [
            occurrences(
                *(
                    (f"s{term}", place, random.choice((0.5, 1.0, 2.0)))
                    for term in range(12)
                    for place in range(3)
                    if random.random() < 0.3
                ),
                length=random.randrange(1, 40),
            )
            for _ in range(8)
        ]
        expected = [plain(looked_for, one, 0.6) for one in passages]
        assert scores(looked_for, *passages, sentence=0.6) == pytest.approx(expected)


def test_terms_that_share_half_of_their_hash_are_told_apart() -> None:
    """Whether both are looked for or only one of them, each counts for itself."""
    seen: dict[int, str] = {}
    terms = (f"s{number}" for number in range(10_000))
    one, other = next(
        (seen[low], term) for term in terms if seen.setdefault(low := term_hash(term) & 0xFFFF, term) != term
    )
    passages = [occurrences((one, 0, 1.0)), occurrences((other, 1, 2.0)), occurrences((one, 0, 1.0), (other, 0, 0.5))]
    for looked_for in ([Element(one, 0, 1.0)], [Element(one, 0, 1.0), Element(other, 1, 0.5), Element("sa", 2, 1.0)]):
        expected = [plain(looked_for, passage, 0.6) for passage in passages]
        assert scores(looked_for, *passages, sentence=0.6) == pytest.approx(expected)


def plain(looked_for: list[Element], passage: Occurrences, sentence: float) -> float:
    """The formula of decision 0103 for one passage, all terms as rare as one another, the average length 10."""
    norm = DEFAULTS.k1 * (1 - DEFAULTS.b + DEFAULTS.b * passage.length / 10)
    whole, sentences = 0.0, {0: 0.0}
    for element in looked_for:
        found = [(place, weight) for term, place, weight in passage.terms if term == element.term]
        if total := sum(weight for _, weight in found):
            whole += element.weight * total * (DEFAULTS.k1 + 1) / (total + norm)
        for place, weight in found:
            sentences[place] = sentences.get(place, 0.0) + element.weight * min(1.0, weight)
    return whole + sentence * max(sentences.values())


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
    packed = gathered(*[pack(occurrences(("sa", 0, 1.0)), NO_VECTOR)] * 2)
    groups = [Group(np.array([rarity]), 10.0, 1) for rarity in (1.0, 3.0)]
    first, second = score(np.array([term_hash("sa")], dtype=np.uint32), groups, packed, DEFAULTS)
    assert second == pytest.approx(3 * first)
