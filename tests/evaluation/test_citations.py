"""Citation measures, each against a value worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evaluation.citations import citation_scores
from tests.evaluation.made import cited, gold, outcome, replied

GOLDS = [gold("d1", 0, 20, "Ann"), gold("d1", 30, 50, "Ann"), gold("d2", 0, 20, None), gold("d2", 40, 60, "Bo")]


def test_a_mixed_answer() -> None:
    """Three citations: one covers two gold quotes of Ann, one gives Bo's as an unnamed person's, one is beside it.

    Precision 2/3; recall 3/4; F1 = 2 · 2/3 · 3/4 / (2/3 + 3/4) = 12/17. Documents 2/2. Voices expected: (d1, Ann),
    (d2, nobody), (d2, Bo); given: (d1, Ann), (d2, nobody): 2/3. Speakers right: 1 of 2 supporting.
    """
    citations = [cited(1, "d1", 0, 50, "Ann"), cited(2, "d2", 40, 60, None), cited(3, "d2", 500, 520, None)]
    scores = citation_scores(outcome(replied(citations), GOLDS))
    assert scores["citation_precision"] == pytest.approx(2 / 3)
    assert scores["citation_recall"] == 3 / 4
    assert scores["citation_f1"] == pytest.approx(12 / 17)
    assert scores["documents_covered"] == 1
    assert scores["speakers_covered"] == pytest.approx(2 / 3)
    assert scores["speaker_right"] == 1 / 2
    assert (scores["verbatim"], scores["fabricated"], scores["repeated_quotes"]) == (1, 0, 0)


def test_a_perfect_answer() -> None:
    """Every gold quote cited from the right person: everything is 1, nothing fabricated or repeated."""
    citations = [
        cited(number, item.gold.document_id, item.spans[0].start, item.spans[0].end, item.gold.speaker)
        for number, item in enumerate(GOLDS, start=1)
    ]
    scores = citation_scores(outcome(replied(citations), GOLDS))
    assert scores.pop("fabricated") == 0
    assert scores.pop("repeated_quotes") == 0
    assert set(scores.values()) == {1.0}


def test_an_all_wrong_answer() -> None:
    """Citations that cover no gold: precision, recall, F1 0; their document counts, their voice does not."""
    scores = citation_scores(outcome(replied([cited(1, "d1", 900, 950, "Cy")]), GOLDS))
    assert (scores["citation_precision"], scores["citation_recall"], scores["citation_f1"]) == (0, 0, 0)
    assert scores["documents_covered"] == 1 / 2
    assert scores["speakers_covered"] == 0
    assert scores["speaker_right"] is None


def test_a_quote_that_is_not_in_the_text_supports_nothing() -> None:
    """Two citations, one not verbatim: verbatim 1/2, fabricated 1/2, precision 1/2, though both are at the gold."""
    citations = [cited(1, "d1", 0, 20, "Ann"), cited(2, "d2", 0, 20)]
    scores = citation_scores(outcome(replied(citations), GOLDS, verbatim=[True, False]))
    assert (scores["verbatim"], scores["fabricated"], scores["citation_precision"]) == (0.5, 0.5, 0.5)
    assert scores["citation_recall"] == 1 / 4
    assert scores["documents_covered"] == 1 / 2


def test_markers_without_a_citation_are_fabricated() -> None:
    """[1] is listed, [2] and [7] are not, [1, 3] names another one: markers 1, 2, 3, 7; three of four fabricated."""
    reply = replied([cited(1, "d1", 0, 20, "Ann")], "So [1], so [2] and [7], and [1, 3].")
    scores = citation_scores(outcome(reply, GOLDS))
    assert scores["fabricated"] == 3 / 4
    assert scores["citation_precision"] == 1 / 4
    assert scores["verbatim"] == 1


def test_brackets_of_a_quoted_text_are_no_markers() -> None:
    """An escaped bracket and the text of a link are not markers."""
    reply = replied([cited(1, "d1", 0, 20, "Ann")], r"He wrote “as in \[4\] …” [1], see [5](https://example.org).")
    assert citation_scores(outcome(reply, GOLDS))["fabricated"] == 0


def test_an_answer_without_citations() -> None:
    """It claims something and shows nothing for it: precision and recall 0; nothing can be verbatim or fabricated."""
    scores = citation_scores(outcome(replied([], "Surely."), GOLDS))
    assert (scores["citation_precision"], scores["citation_recall"], scores["citation_f1"]) == (0, 0, 0)
    assert scores["verbatim"] is None
    assert scores["fabricated"] is None
    assert scores["repeated_quotes"] is None


def test_an_abstention_on_an_answerable_question() -> None:
    """It claims nothing: no precision; recall 0 even where its nearest passages are gold; still held to verbatim."""
    reply = replied([cited(1, "d1", 0, 20, "Ann")], answered=False)
    scores = citation_scores(outcome(reply, GOLDS, verbatim=[False]))
    assert scores["citation_precision"] is None
    assert (scores["citation_recall"], scores["citation_f1"], scores["documents_covered"]) == (0, 0, 0)
    assert (scores["verbatim"], scores["fabricated"]) == (0, 1)


def test_a_refusal_with_the_answer_before_its_eyes() -> None:
    """One of four gold quotes among the nearest passages: recall 0, shown 1/4; nothing if it is not verbatim."""
    reply = replied([cited(1, "d1", 0, 20, "Ann")], answered=False)
    assert citation_scores(outcome(reply, GOLDS))["gold_shown"] == 1 / 4
    assert citation_scores(outcome(reply, GOLDS, verbatim=[False]))["gold_shown"] == 0


def test_alternatives_and_optional_gold() -> None:
    """Two quotes of Ann are alternatives, Bo's is optional: one of Ann's is all of the recall; Bo's is no error.

    Needs: (Ann's first or second), the unnamed one's: recall 1/2, precision 2/2, F1 2/3. Voices needed: Ann's and the
    unnamed one's: 1/2. Documents: d1 and d2, both cited: 1.
    """
    golds = [
        gold("d1", 0, 20, "Ann", group="a"),
        gold("d1", 30, 50, "Ann", group="a"),
        gold("d2", 0, 20, None),
        gold("d2", 40, 60, "Bo", optional=True),
    ]
    scores = citation_scores(outcome(replied([cited(1, "d1", 30, 50, "Ann"), cited(2, "d2", 40, 60, "Bo")]), golds))
    assert (scores["citation_recall"], scores["citation_precision"]) == (1 / 2, 1)
    assert scores["citation_f1"] == pytest.approx(2 / 3)
    assert (scores["speakers_covered"], scores["documents_covered"]) == (1 / 2, 1)
    assert scores["speaker_right"] == 1


def test_an_unanswerable_question_has_only_what_needs_no_gold() -> None:
    """Precision and recall do not apply; a false quote is still found."""
    scores = citation_scores(outcome(replied([cited(1, "d1", 0, 20)]), [], verbatim=[False]))
    assert scores == {"verbatim": 0, "fabricated": 1, "repeated_quotes": 0}


def test_a_failure_covers_nothing() -> None:
    """Where there was no reply, an answerable question has recall 0, an unanswerable one no figure."""
    assert citation_scores(outcome(None, GOLDS)) == {
        "citation_recall": 0,
        "gold_shown": 0,
        "documents_covered": 0,
        "speakers_covered": 0,
    }
    assert citation_scores(outcome(None, [])) == {}


def test_quotes_shown_again_are_repeated() -> None:
    """Of four citations the second lies within the first and the fourth is the third again: 2/4."""
    citations = [cited(1, "d1", 0, 40), cited(2, "d1", 10, 20), cited(3, "d2", 0, 40), cited(4, "d2", 0, 40)]
    assert citation_scores(outcome(replied(citations), GOLDS))["repeated_quotes"] == 1 / 2


def test_the_same_words_of_another_document_are_not_repeated() -> None:
    """Equal offsets in two documents are two quotes."""
    scores = citation_scores(outcome(replied([cited(1, "d1", 0, 20), cited(2, "d2", 0, 20)]), GOLDS))
    assert scores["repeated_quotes"] == 0


def test_a_name_given_to_somebody_unnamed_is_wrong() -> None:
    """The gold names nobody, the citation does: wrong. Case and blanks of a name do not matter."""
    invented = citation_scores(outcome(replied([cited(1, "d2", 0, 20, "Dan")]), [gold("d2", 0, 20, None)]))
    assert invented["speaker_right"] == 0
    spelled = citation_scores(outcome(replied([cited(1, "d2", 0, 20, "ann  LEE")]), [gold("d2", 0, 20, "Ann Lee")]))
    assert spelled["speaker_right"] == 1


def test_sets_that_do_not_say_who_speaks_are_not_judged_by_speaker() -> None:
    """Gold without a speaker leaves both speaker measures out."""
    scores = citation_scores(outcome(replied([cited(1, "d1", 0, 20, "Ann")]), [gold("d1", 0, 20, known=False)]))
    assert scores["speakers_covered"] is None
    assert scores["speaker_right"] is None


def test_a_marker_that_two_citations_share_counts_once() -> None:
    """Precision counts markers: the reader sees one [1]."""
    citations = [cited(1, "d1", 0, 20, "Ann"), replace(cited(1, "d1", 30, 50, "Ann"), marker=1)]
    assert citation_scores(outcome(replied(citations), GOLDS))["citation_precision"] == 1
