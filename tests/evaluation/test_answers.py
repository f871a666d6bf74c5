"""Answer measures, each against a value worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evaluation.answers import answer_scores, own_words, token_f1
from evaluation.measures import BY_NAME, score
from evaluation.replies import CitedQuote, Reply
from index.records import LanguageGuess
from tests.evaluation.made import cited, gold, never_sure, outcome, passage, replied

GOLD = [gold("d1", 0, 20)]


def test_an_answered_question() -> None:
    """Right decision, no refusal; abstaining does not apply."""
    scores = answer_scores(outcome(replied([cited(1, "d1", 0, 20)]), GOLD), never_sure)
    assert scores == {
        "failed": 0,
        "decision_right": 1,
        "false_refusal": 0,
        "language_right": 1,
        "answer_words": 0,
    }


def test_a_false_refusal() -> None:
    """An answerable question refused: wrong decision, refusal 1, token F1 0 however near the text is."""
    scores = answer_scores(outcome(replied([], "twenty", answered=False), GOLD, answer="twenty"), never_sure)
    assert (scores["decision_right"], scores["false_refusal"], scores["token_f1"]) == (0, 1, 0)


@pytest.mark.parametrize(("answered", "expected"), [(True, 0.0), (False, 1.0)])
def test_an_unanswerable_question(answered: bool, expected: float) -> None:
    """Abstaining is right, answering is wrong; refusals, token F1 and citations do not apply."""
    scores = answer_scores(outcome(replied(answered=answered), [], answer=None), never_sure)
    assert (scores["decision_right"], scores["abstained"]) == (expected, expected)
    assert "false_refusal" not in scores
    assert "token_f1" not in scores


def test_a_failure_is_a_wrong_decision() -> None:
    """Without a reply there is nothing else to say."""
    assert answer_scores(outcome(None, GOLD), never_sure) == {"failed": 1, "decision_right": 0}


def test_token_f1() -> None:
    """ "De 380.000 fans" against "380.000 fans på Facebook": 3 common of 4 and of 5: F1 = 2·¾·⅗/(¾+⅗) = 2/3."""
    assert token_f1("De 380.000 fans [1]", "380.000 fans på Facebook!") == pytest.approx(2 / 3)
    assert token_f1("nothing", "common") == 0
    assert token_f1("The Same", "the same") == 1


def test_repeated_words_count_as_often_as_both_have_them() -> None:
    """ "a a b" against "a b b": a once and b once: 2 of 3 and 2 of 3."""
    assert token_f1("a a b", "a b b") == pytest.approx(2 / 3)


def test_the_words_of_an_answer_are_counted_without_its_markers() -> None:
    """Markdown's signs and markers are no words."""
    assert answer_scores(outcome(replied([], "**Two** words [1], [2]")), never_sure)["answer_words"] == 2


def test_a_reply_that_names_another_language_is_wrong() -> None:
    """The question is Danish, the reply says English."""
    assert answer_scores(outcome(replied(language="en"), GOLD, language="da"), never_sure)["language_right"] == 0


@pytest.mark.parametrize(
    ("confidence", "text", "expected"),
    [
        (0.95, "The texts say this of it all.", 0.0),  # surely English, though the reply says Danish
        (0.50, "The texts say this of it all.", 1.0),  # not sure enough to overrule the reply
        (0.95, "The texts say this.", 1.0),  # too few words to tell
    ],
)
def test_the_answers_own_words_overrule_what_the_reply_says(confidence: float, text: str, expected: float) -> None:
    """A reply that says "da" and speaks English is wrong, where the detector is sure and has six words to go by."""

    def detect(_: str) -> LanguageGuess:
        return LanguageGuess("en", confidence)

    made = outcome(replied([], text, language="da"), GOLD, language="da")
    assert answer_scores(made, detect)["language_right"] == expected


def test_one_line_does_not_overrule_the_others() -> None:
    """A detector that is sure of another language on four words of ten is not followed."""

    def detect(line: str) -> LanguageGuess:
        return LanguageGuess("nb" if "norsk" in line else "da", 0.95)

    text = "Forfatteren til den danske skriver:\n\nForfatteren til (norsk) skriver:"
    made = outcome(replied([], text, language="da"), GOLD, language="da")
    assert answer_scores(made, detect)["language_right"] == 1


def test_own_words_leave_out_quotes_titles_names_and_repetitions() -> None:
    """What the target says itself: neither the quote (whole, escaped or in a block), nor titles and names."""
    citation = CitedQuote(1, "d1", "Stop_it", "Bo Ek", "sv", "Vi *måste* nu", 0, 13, 0.5)
    text = (
        "One voice speaks:\n\nBo Ek in “Stop\\_it” writes:\n\n> “Vi \\*måste\\* nu” [1]\n\n"
        "He says Vi \\*måste\\* nu\n\nOne voice speaks:"
    )
    reply = Reply("c", "s", True, "en", text, (citation,), "extractive", None)
    assert own_words(reply) == "One voice speaks:\nin writes:\nHe says"


def test_quality_is_citation_f1_or_the_abstention() -> None:
    """F1 of 1/1 and 1/1; 1 for an abstention in its place; 0 for a failure or a wrong language."""
    made = [
        outcome(replied([cited(1, "d1", 0, 20)]), GOLD, identifier="right", passages=[passage("d1", 0, 20)]),
        outcome(replied(answered=False), [], identifier="abstained"),
        outcome(replied(), [], identifier="invented"),
        outcome(None, GOLD, identifier="failed"),
        outcome(None, [], identifier="failed too"),
        outcome(replied([cited(1, "d1", 0, 20)], language="sv"), GOLD, identifier="Swedish"),
    ]
    scores = score(made, never_sure)
    assert [scores[item.question.id]["quality"] for item in made] == [1, 1, 0, 0, 0, 0]


def test_scores_hold_only_known_measures_that_apply() -> None:
    """No None and no unknown name leaves `score`; seconds are there for whatever was replied to."""
    scores = score([outcome(replied([cited(1, "d1", 0, 20)]), GOLD)], never_sure, {"q": {"faithfulness": 0.5}})["q"]
    assert set(scores) <= set(BY_NAME)
    assert None not in scores.values()
    assert scores["seconds"] == 0.25
    assert scores["faithfulness"] == 0.5
    assert "first_sentence_seconds" not in scores


def test_tokens_are_the_target_s_or_those_of_the_answer() -> None:
    """What the reply counts is taken; "So it is." has four tokens in cl100k_base."""
    counted = replace(replied(answer="So it is."), input_tokens=12, output_tokens=3)
    assert score([outcome(counted, GOLD)], never_sure)["q"]["output_tokens"] == 3
    assert score([outcome(counted, GOLD)], never_sure)["q"]["input_tokens"] == 12
    own = score([outcome(replied(answer="So it is."), GOLD)], never_sure)["q"]
    assert own["output_tokens"] == 4
    assert "input_tokens" not in own
