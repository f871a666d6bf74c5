"""Questions with slips of the finger."""

from __future__ import annotations

import pytest

from service.assistant import Assistant
from service.records import ChatRequest, Started
from service.slips import mend
from service.speakers import Names
from tests.service.test_understand import CUES

NAMES = Names(("Birgitte Krogh", "Anders"))


@pytest.mark.parametrize(
    ("text", "language", "mended"),
    [
        ("What do the authers say abuot the lettcue?", "en", "What do the authors say about the lettuce?"),
        ("Hvad koster udvidlesen?", "da", "Hvad koster udvidelsen?"),
        ("Vad gör persnoalen?", "sv", "Vad gör personalen?"),
        ("Hvad siger Birgite?", "da", "Hvad siger Birgitte?"),
        ("Hvad siger Anderz om støjen?", "da", "Hvad siger Anders om støjen?"),
    ],
)
def test_a_slip_is_mended_where_that_says_something(town: Assistant, text: str, language: str, mended: str) -> None:
    """Words of the passages, of the question's frame, and names of speakers."""
    library = town.library
    found = mend(text, language, analyzer=library.analyzer, lexical=library.lexical, cues=CUES, names=NAMES)
    assert found == mended


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What does Fanders say?", "en"),
        ("Hvad siger Lund?", "da"),
        ("Hvad siger Bente Madsen?", "da"),
        ("What is a zebrra?", "en"),
        ("What do the texts say about slugs?", "en"),
    ],
)
def test_other_words_stay_as_they_are(town: Assistant, text: str, language: str) -> None:
    """A name with another first letter is another person, and a word that no passage has is left for the abstention."""
    library = town.library
    assert mend(text, language, analyzer=library.analyzer, lexical=library.lexical, cues=CUES, names=NAMES) == text


def test_a_speakers_own_name_is_never_a_slip(town: Assistant) -> None:
    """Also where no passage has the name, and one step leads to a word that they have."""
    library = town.library
    text, names = "What does Societi say?", Names(("Societi Rae",))
    found = mend(text, "en", analyzer=library.analyzer, lexical=library.lexical, cues=CUES, names=names)
    assert found == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("What does the socitey warn agianst?", "What does the society warn against?"),
        ("Kva kostar det å utvida hamnna?", "Kva kostar det å utvida hamna?"),
    ],
)
def test_a_mistyped_question_is_answered_as_the_one_that_was_meant(town: Assistant, text: str, meant: str) -> None:
    """The same quotes, and the asker is told how the question was understood, before the answer."""
    events = list(town.stream(ChatRequest(text, keep=False)))
    reply, expected = town.ask(ChatRequest(text, keep=False)), town.ask(ChatRequest(meant, keep=False))
    assert reply.answer.answered
    assert [c.quote for c in reply.answer.citations] == [c.quote for c in expected.answer.citations]
    assert (reply.question, reply.standalone) == (text, meant)
    assert isinstance(events[0], Started)
    assert events[0].understood.endswith(meant)


def test_a_question_that_is_understood_as_it_stands_is_not_repeated(town: Assistant) -> None:
    """Nothing is said of it."""
    started = next(iter(town.stream(ChatRequest("What does the society warn against?", keep=False))))
    assert isinstance(started, Started)
    assert started.understood == ""
