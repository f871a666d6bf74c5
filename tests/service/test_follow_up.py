"""Questions that go on from the one before, in five languages."""

from __future__ import annotations

import pytest

from service.assistant import Assistant
from service.conversations import Earlier
from service.speakers import Names
from tests.service.test_answer import ask
from tests.service.test_understand import read

NAMES = Names(("Anders", "Birgitte Krogh"))


def standalone(town: Assistant, before: str, text: str, answer: str = "") -> str:
    language = town.library.detector.detect(before).language
    return read(town, text, Earlier(before, language, answer), NAMES).standalone


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("What does Anders say about the noise?", "Does he like ships?", "Does Anders like ships?"),
        ("Hvad siger Anders om støjen?", "Hvad mener han om fiskerne?", "Hvad mener Anders om fiskerne?"),
        ("Hva sier Anders om støyen?", "Hva mener han om fiskerne?", "Hva mener Anders om fiskerne?"),
        ("Kva seier Birgitte Krogh om hamna?", "Kva meiner ho om fisken?", "Kva meiner Birgitte Krogh om fisken?"),
        ("Vad säger Birgitte Krogh om hamnen?", "Vad tycker hon om fisken?", "Vad tycker Birgitte Krogh om fisken?"),
        ("Vad säger Anders om hamnen?", "Var ligger hans båt?", "Var ligger Anders båt?"),
        ("Hva er Tom Goodwin kjent for?", "Hva sa han om Facebook?", "Hva sa Tom Goodwin om Facebook?"),
        ("What do Anders and Birgitte Krogh say about fish?", "What does he think of ships?", None),
        ("What is said about Tom Hanks and Tom Goodwin?", "What does he think of ships?", None),
    ],
)
def test_a_pronoun_stands_for_the_one_person_before(
    town: Assistant, before: str, text: str, expected: str | None
) -> None:
    """The speaker whom the question before names, else somebody named in full; of two nobody can tell which."""
    found = standalone(town, before, text)
    assert found == (expected or f"{before} – {text}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What does he say about fish?", "What does Anders say about fish?"),
        ("Hvad siger han om fisken?", "Hvad siger Anders om fisken?"),
    ],
)
def test_a_pronoun_stands_for_the_one_person_whom_the_answer_quotes(town: Assistant, text: str, expected: str) -> None:
    """Introductions name who speaks; a name inside a quote is nobody who spoke."""
    answer = "On noise: one voice.\n\nAnders writes in a comment:\n\n> “Birgitte Krogh is wrong.” [1]"
    assert standalone(town, "Who complains about the noise?", text, answer) == expected


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        (
            "What does Anders say about the noise?",
            "And Birgitte Krogh?",
            "What does Birgitte Krogh say about the noise?",
        ),
        ("Hvad siger Anders om støjen?", "Og Birgitte?", "Hvad siger Birgitte om støjen?"),
        ("Hva mener Anders om støyen?", "Enn Birgitte Krogh?", "Hva mener Birgitte Krogh om støyen?"),
        ("Kva seier Birgitte Krogh om hamna?", "Og Anders?", "Kva seier Anders om hamna?"),
        ("Vad säger Anders om hamnen?", "Och Birgitte Krogh då?", "Vad säger Birgitte Krogh om hamnen?"),
    ],
)
def test_the_same_is_asked_of_somebody_else(town: Assistant, before: str, text: str, expected: str) -> None:
    """Who speaks is exchanged, not what about; and only their words are wanted."""
    language = town.library.detector.detect(before).language
    question = read(town, text, Earlier(before, language, ""), NAMES)
    assert question.standalone == expected
    assert question.speakers == {"Anders"} if "Anders" in text else {"Birgitte Krogh"}


@pytest.mark.parametrize(
    ("first", "then", "documents"),
    [
        ("What do the Danish texts say about the staff?", "And the Swedish one?", {"bibliotek"}),
        ("Hvad siger de danske tekster om snegle?", "Og den engelske?", {"garden"}),
        ("Kva seier dei norske tekstane om salat?", "Og den engelske?", {"garden"}),
    ],
)
def test_the_other_text_is_asked_about_the_same(town: Assistant, first: str, then: str, documents: set[str]) -> None:
    """ "And the Swedish one?": the topic stays, the text changes."""
    before = ask(town, first)
    after = ask(town, then, before.conversation_id).answer
    assert after.answered
    assert {c.document.id for c in after.citations} == documents


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("Who looks forward to more fishermen in the harbour?", "Who said that?"),
        ("Hvad siger de om flere fiskere i havnen?", "Hvem sagde det?"),
        ("Hva sier de om flere fiskere i havnen?", "Hvem sa det?"),
        ("Kva seier dei om fleire fiskarar i hamna?", "Kven sa det?"),
        ("Vad säger de om fler fiskare i hamnen?", "Vem sa det?"),
    ],
)
def test_who_said_that_names_who_said_it(town: Assistant, first: str, then: str) -> None:
    """The same topic again, with its voices named."""
    before = ask(town, first)
    after = ask(town, then, before.conversation_id)
    assert after.standalone == f"{first} – {then}"
    assert "Birgitte Krogh" in {c.quote.speaker.name for c in after.answer.citations}


@pytest.mark.parametrize(
    ("first", "why"),
    [
        ("What does the society warn against?", "Why?"),
        ("Hvad advarer foreningen mod?", "Hvorfor?"),
        ("Hva advarer foreningen mot?", "Hvorfor det?"),
        ("Kva åtvarar foreininga mot?", "Kvifor?"),
        ("Vad varnar föreningen för?", "Varför?"),
    ],
)
def test_why_is_asked_of_the_same(town: Assistant, first: str, why: str) -> None:
    """A bare question repeats what the one before was about."""
    after = ask(town, why, ask(town, first).conversation_id)
    assert "slugs" in " ".join(c.quote.text for c in after.answer.citations)
