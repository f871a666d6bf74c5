"""Ranked passages from both legs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.errors import IndexUnavailable
from index.lexical import LexicalIndex
from index.pool import TwoLegs
from index.records import Filters, Hit
from index.retrieve import Retriever, diversify
from index.subwords import SubwordEmbedding
from tests.index.analysing import Memory, analyzer, passage

PASSAGES = [
    passage("a", "da", "Firmaet gik konkurs trods god kundeservice.", "Ann"),
    passage("b", "sv", "Företaget gick i konkurs.", "Bo"),
    passage("c", "en", "The cat sat on the mat.", "Bo"),
    passage("d", "da", "Kommercialisering er vejen frem.", "Ann"),
    passage("e", "da", "Idealisme er en dyd.", "Cai"),
]


class Near:
    """Vector search by comparing with every passage."""

    def search(
        self, vector: NDArray[np.float32], languages: Sequence[str] = (), limit: int = 100
    ) -> dict[str, list[tuple[str, float]]]:
        found: dict[str, list[tuple[str, float]]] = {}
        for one in PASSAGES:
            if not languages or one.language in languages:
                cosine = float(SubwordEmbedding().embed([one.text])[0] @ vector)
                found.setdefault(one.language, []).append((one.id, cosine))
        return {language: sorted(pairs, key=lambda pair: -pair[1])[:limit] for language, pairs in found.items()}


class Broken:
    """A vector index that cannot be read."""

    def search(
        self, vector: NDArray[np.float32], languages: Sequence[str] = (), limit: int = 100
    ) -> dict[str, list[tuple[str, float]]]:
        raise IndexUnavailable("broken")


class BrokenLexical(LexicalIndex):
    """A lexical index that cannot be searched."""

    def search(self, *_: object, **__: object) -> dict[str, list[object]]:  # type: ignore[override]  # it only raises
        raise IndexUnavailable("broken")


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalIndex:
    found = LexicalIndex(tmp_path / "lexical", analyzer())
    found.add(PASSAGES)
    found.commit()
    return found


def retriever(lexical: LexicalIndex, vectors: Near | Broken | None = None) -> Retriever:
    return Retriever(Memory(PASSAGES), TwoLegs(lexical, vectors or Near(), SubwordEmbedding()), analyzer())


def documents(hits: list[Hit]) -> list[str]:
    return [hit.passage.document_id for hit in hits]


def test_the_best_passages_come_first_with_rank_and_score(lexical: LexicalIndex) -> None:
    """Ranks count from 1, scores fall, and both legs are told apart."""
    hits = retriever(lexical).search("Which company went bankrupt?", language="en")
    assert set(documents(hits)[:2]) == {"a", "b"}
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert all(one.score >= other.score for one, other in pairwise(hits))
    assert hits[0].legs["lexical"] > 0


def test_subwords_find_what_the_words_do_not(lexical: LexicalIndex) -> None:
    """A word in an unknown spelling still finds its cognate."""
    assert documents(retriever(lexical).search("kommersialiseringsprat", language="nb"))[0] == "d"


def test_one_broken_leg_is_made_up_for_by_the_other(lexical: LexicalIndex) -> None:
    """Search goes on with the leg that works, and fails only without both."""
    assert documents(retriever(lexical, Broken()).search("idealisme", language="da"))[0] == "e"
    without_words = BrokenLexical(lexical.folder, analyzer())
    assert documents(retriever(without_words).search("idealisme", language="da"))[0] == "e"
    with pytest.raises(IndexUnavailable):
        retriever(without_words, Broken()).search("idealisme", language="da")


def test_filters_hold_for_every_leg(lexical: LexicalIndex) -> None:
    """Nothing outside the languages, documents and speakers asked for."""
    search = retriever(lexical).search
    everything = "konkurs idealisme cat kommercialisering"
    by_language = search(everything, language="da", filters=Filters(languages=frozenset({"sv"})))
    assert documents(by_language) == ["b"]
    by_document = search(everything, language="da", filters=Filters(documents=frozenset({"e"})))
    assert documents(by_document) == ["e"]
    by_speaker = search(everything, language="da", filters=Filters(speakers=frozenset({"ann"})))
    assert set(documents(by_speaker)) == {"a", "d"}


def test_a_question_of_function_words_returns_something_without_error(lexical: LexicalIndex) -> None:
    """Nothing to look for but grammar: the nearest there is, or nothing."""
    assert len(retriever(lexical).search("what is it?", language="en", limit=3)) <= 3


def test_the_limit_holds(lexical: LexicalIndex) -> None:
    """Never more hits than asked for."""
    assert len(retriever(lexical).search("konkurs idealisme cat", language="da", limit=2)) == 2


def test_every_language_keeps_its_share(tmp_path: Path) -> None:
    """A language of many passages does not bury one of few."""
    many = [passage(f"m{number}", "da", f"Kunden er konge nummer {number}.") for number in range(40)]
    few = [passage("s1", "sv", "En av våra kunder skrev ett långt brev om helt andra saker i dag.")]
    lexical = LexicalIndex(tmp_path / "lexical", analyzer())
    lexical.add([*many, *few])
    lexical.commit()
    found = Retriever(Memory([*many, *few]), TwoLegs(lexical, None, None), analyzer()).search(
        "kunde", language="da", limit=20
    )
    assert len(found) == 20
    assert "s1" in documents(found)


def test_voices_take_turns() -> None:
    """The best of every document and speaker first, then the second best of each."""
    texts = [passage("a", "da", text, speaker) for text, speaker in (("1", "x"), ("22", "x"), ("333", "y"))]
    texts.append(passage("b", "da", "4444", "x"))
    hits = [Hit(one, 1.0 - 0.1 * place, place + 1) for place, one in enumerate(texts)]
    found = diversify(hits, 4)
    assert [hit.passage.text for hit in found] == ["1", "333", "4444", "22"]
    assert [hit.rank for hit in found] == [1, 2, 3, 4]
    assert len(diversify(hits, 2)) == 2
    assert diversify([], 5) == []


def test_a_small_language_is_scored_as_a_whole_where_words_find_little(lexical: LexicalIndex) -> None:
    """What shares no word with the question is found by its letters, without a vector index."""
    search = Retriever(Memory(PASSAGES), TwoLegs(lexical, None, SubwordEmbedding()), analyzer()).search
    hits = search("kommersialiseringsprat", language="nb")
    assert documents(hits)[0] == "d"
    assert {hit.passage.document_id for hit in hits} == {one.document_id for one in PASSAGES}


def test_a_filter_that_leaves_few_has_all_of_them_scored(lexical: LexicalIndex) -> None:
    """Within a document or a speaker's words, what shares no word with the question is found, too."""
    search = Retriever(Memory(PASSAGES), TwoLegs(lexical, None, SubwordEmbedding()), analyzer()).search
    by_speaker = search("kommersialiseringsprat", language="nb", filters=Filters(speakers=frozenset({"Ann"})))
    assert documents(by_speaker) == ["d", "a"]
