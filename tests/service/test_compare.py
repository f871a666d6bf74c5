"""Comparisons side by side."""

from __future__ import annotations

import pytest

from index.records import Filters
from service.assistant import Assistant
from service.records import Answer, ChatRequest, Section
from service.speakers import Names
from service.strings import LANGUAGES, strings
from service.wording import markdown
from tests.service.test_answer import ask
from tests.service.test_understand import read

NAMES = Names(("Anders", "Birgitte Krogh"))


def sides(town: Assistant, text: str) -> list[str]:
    return [side.name for side in read(town, text, names=NAMES).sides]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What do Anders and Birgitte Krogh say about the harbour?", ["Anders", "Birgitte Krogh"]),
        ("Är Birgitte Krogh och Anders överens om hamnen?", ["Birgitte Krogh", "Anders"]),
        ("How do the Danish and the Swedish text differ on noise?", ["da", "sv"]),
        ("Er den norske artikel og det svenske indlæg enige om støjen?", ["nb+nn", "sv"]),
        ("What is the difference between slugs and lettuce?", ["slugs", "lettuce"]),
        ("Hvad er forskellen på støj og larm?", ["støj", "larm"]),
        ("Sammenlign fiskerne og naboerne.", ["fiskerne", "naboerne"]),
        ("Hvordan skiller poteter seg fra gulrøtter?", ["poteter", "gulrøtter"]),
        ("Samanlikn poteter med gulrøter", ["poteter", "gulrøter"]),
        ("Vad är skillnaden mellan personalen och besökarna enligt texten?", ["personalen", "besökarna"]),
        ("What do the texts say about slugs and lettuce?", []),
        ("What does Anders say about the noise?", []),
        ("Compare Anders and Birgitte Krogh", []),
    ],
)
def test_what_is_held_against_each_other_is_known(town: Assistant, text: str, expected: list[str]) -> None:
    """Two speakers, texts in two languages, or two topics; nothing without a topic to compare them on."""
    assert sides(town, text) == expected


@pytest.mark.parametrize(
    ("text", "language", "headings"),
    [
        ("What do Anders and Birgitte Krogh say about the harbour and its noise?", "en", ["Anders", "Birgitte Krogh"]),
        ("Hvad er forskellen på støjen i havnen og biblioteket?", "da", ["støjen i havnen", "biblioteket"]),
        ("Vad är skillnaden mellan personalen och besökarna?", "sv", ["personalen", "besökarna"]),
    ],
)
def test_every_side_has_its_heading_and_its_own_quotes(
    town: Assistant, text: str, language: str, headings: list[str]
) -> None:
    """In the question's order; no quote stands on both sides, and all markers stand under a heading."""
    answer = ask(town, text).answer
    assert (answer.answered, answer.language) == (True, language)
    kinds = [section.kind for section in answer.sections]
    both = strings(language).text("sides.both")
    assert [s.introduction for s in answer.sections if s.kind == "side" and s.introduction != both] == headings
    assert kinds[0] == "side"
    assert sorted(marker for s in answer.sections for marker in s.markers) == [c.marker for c in answer.citations]


def test_a_side_that_says_nothing_is_said_to_say_nothing(town: Assistant) -> None:
    """A heading of its own, and an honest line under it."""
    answer = ask(town, "What do Anders and Birgitte Krogh say about the neighbours and the noise?").answer
    assert answer.answered
    assert answer.sections[-2:] == (
        Section("Birgitte Krogh", (), "side"),
        Section("I found nothing that Birgitte Krogh says about this.", (), "note"),
    )
    assert {c.quote.speaker.name for c in answer.citations} == {"Anders"}


def test_two_topics_of_which_the_texts_know_neither_are_not_compared(town: Assistant) -> None:
    """The answer is an abstention like any other."""
    assert ask(town, "What is the difference between quarks and gluons?").answer.answered is False


def test_the_askers_own_filter_goes_before_the_sides(town: Assistant) -> None:
    """Only the speaker that was chosen is quoted."""
    filters = Filters(speakers=frozenset({"Anders"}))
    reply = town.ask(ChatRequest("What do Anders and Birgitte Krogh say about the noise?", filters=filters))
    assert {c.quote.speaker.name for c in reply.answer.citations} <= {"Anders"}
    assert all(section.kind != "side" for section in reply.answer.sections)


def test_what_only_stands_together_is_an_answer_like_any_other(town: Assistant) -> None:
    """Where one sentence has both and nothing else is said, there are no sides to lay out."""
    answer = ask(town, "What is the difference between slugs and lettuce?").answer
    assert [section.kind for section in answer.sections] == ["voice"]


def test_a_heading_cannot_be_forged() -> None:
    """The question's own words stand in it, escaped."""
    answer = Answer("Found.", (Section("*a* [1]", (), "side"),), (), answered=True, language="en")
    assert markdown(answer) == "Found.\n\n### \\*a\\* \\[1\\]"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_others_texts(language: str) -> None:
    """A heading such as "Texts in Danish"."""
    words = strings(language)
    assert words.language_name("da") in words.text("sides.language", language=words.language_name("da"))
    assert words.text("sides.norwegian")
