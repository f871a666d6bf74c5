"""Handbooks, manuals and interviews: what headings and questions say need not be said again, and topics kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.records import Answer, ChatRequest
from service.settings import Settings

TEXTS = {
    "travel": """# Travel

Trains in second class are always paid for. Flights need approval from your manager before you book.

## Mileage

Driving your own car is paid at 3.79 kroner per kilometre, up to 20,000 kilometres a year.

## Company card

Employees who travel more than ten days a year can apply for a company card. Lost cards are reported to the bank.
""",
    "git": """# Working with Git

`git add` puts the changes of a file into the staging area. Nothing is saved in the history yet, nobody else sees it.

`git commit` records what is staged, with a message that says why it was done.

`git fetch` downloads new work from the server but leaves your files alone.

`git pull` does the same and then merges it.
""",
    "fishers": """# Fiskerne i Båtsfjord

Intervju gjort av Ingrid Moe. Til stede: Arne Pettersen, skipper, og Liv Nilsen, som leder mottaket.

Ingrid Moe: Hva bør politikerne gjøre?

Arne Pettersen: De bør fjerne avgiften på drivstoff for oss.

Liv Nilsen: Jeg vil heller ha støtte til å bygge om fabrikken.

Ingrid Moe: Hvordan har sesongen vært for dere?

Arne Pettersen: Dårlig. Jeg har sagt opp to mann, og vi har ikke råd til mer.
""",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("office")
    for name, text in TEXTS.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    settings = Settings(data_dir=tmp_path_factory.mktemp("office-data"), seeds=folder, llm_model="")
    with open_assistant(settings) as assistant:
        build(assistant.library, folder)
        yield assistant


def answer(office: Assistant, question: str) -> Answer:
    return office.ask(ChatRequest(question)).answer


def quotes(found: Answer) -> list[str]:
    return [citation.quote.text for citation in found.citations]


def test_what_only_its_heading_names_is_found(office: Assistant) -> None:
    """The section on mileage does not speak of mileage."""
    found = answer(office, "mileage")
    assert found.answered
    assert quotes(found) == [
        "Driving your own car is paid at 3.79 kroner per kilometre, up to 20,000 kilometres a year."
    ]


def test_a_question_is_answered_by_what_was_answered(office: Assistant) -> None:
    """Who asked the same in the interview is not quoted, those are who answered."""
    found = answer(office, "Hva bør politikerne gjøre?")
    assert found.answered
    assert [citation.quote.speaker.name for citation in found.citations] == ["Arne Pettersen", "Liv Nilsen"]


def test_whose_words_they_are_is_told_in_a_comparison(office: Assistant) -> None:
    """Each side has its own speaker's words and nobody else's."""
    found = answer(office, "What do Arne Pettersen and Liv Nilsen say about politicians?")
    sides = {section.introduction: place for place, section in enumerate(found.sections) if section.kind == "side"}
    assert list(sides) == ["Arne Pettersen", "Liv Nilsen"]
    for name, place in sides.items():
        markers = found.sections[place + 1].markers
        assert markers
        assert {found.citations[marker - 1].quote.speaker.name for marker in markers} == {name}


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("difference between git add and git commit", "`git add` puts", "`git commit` records"),
        ("Hvad er forskellen på git fetch og git pull?", "`git fetch` downloads", "`git pull` does"),
    ],
)
def test_topics_that_share_a_word_are_kept_apart(office: Assistant, question: str, first: str, second: str) -> None:
    """What only has the word that both have is quoted for neither."""
    found = answer(office, question)
    assert [section.kind for section in found.sections] == ["side", "voice", "side", "voice"]
    assert [text.split(".")[0][: len(begins)] for text, begins in zip(quotes(found), (first, second), strict=True)] == [
        first,
        second,
    ]


def test_a_topic_that_is_only_nearly_answered_is_said_not_to_be_found(office: Assistant) -> None:
    """The other topic is laid out, with nothing else in its place."""
    found = answer(office, "What is the difference between a company card and a rental contract?")
    assert [section.kind for section in found.sections] == ["side", "voice", "side", "note"]
    assert quotes(found) == ["Employees who travel more than ten days a year can apply for a company card."]


def test_two_topics_that_are_only_nearly_answered_are_not_compared(office: Assistant) -> None:
    """Without evidence for either there is no comparison to lay out."""
    found = answer(office, "What is the difference between rental contracts and part-time employees?")
    assert not [section for section in found.sections if section.kind == "side"]
