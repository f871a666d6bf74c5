"""Questions without a topic get the texts' main points, and messages that ask nothing are told what to ask."""

from __future__ import annotations

import pytest

from index.records import Filters
from service.assistant import Assistant
from service.conversations import Earlier
from service.courtesies import asks_something
from service.overview import Overview, spread, sum_basic
from service.records import ChatRequest
from service.strings import LANGUAGES, strings
from tests.service.test_answer import ask
from tests.service.test_understand import read

OVERVIEWS = [
    "What are the texts about?",
    "Summarise the documents, please",
    "Which documents do you have?",
    "What do the authors say?",
    "Hvad handler teksterne om?",
    "Opsummér teksterne",
    "Hvilke dokumenter har du?",
    "Gi meg et kort sammendrag av artiklene",
    "Hva handler tekstene om?",
    "Kva handlar tekstane om?",
    "Gje meg eit kort samandrag av tekstane",
    "Vad handlar texterna om?",
    "Sammanfatta dokumenten",
]
TOPICS = [
    "What do the authors think about slugs?",
    "What are slugs about?",
    "Which documents mention slugs?",
    "Hvad handler sneglene om?",
    "Sammanfatta vad som sägs om buller",
    "How many texts are there?",
    "Who wrote the Danish text?",
    "What eats lettuce?",
    "Why?",
]


@pytest.mark.parametrize("text", OVERVIEWS)
def test_a_question_about_the_texts_as_such_asks_for_an_overview(town: Assistant, text: str) -> None:
    """In every language; it names no text, so all are meant."""
    assert read(town, text).overview == Overview(frozenset(), "author")


@pytest.mark.parametrize("text", TOPICS)
def test_a_question_with_a_topic_does_not(town: Assistant, text: str) -> None:
    """Nor does one that a fact answers, or nothing."""
    assert read(town, text).overview is None


def test_a_question_that_goes_on_keeps_its_topic(town: Assistant) -> None:
    """After a topic "the Swedish text" says where to look; asked for a summary, it is all of the text."""
    earlier = Earlier("What do the authors think about slugs?", "en")
    assert read(town, "What does the Swedish text say?", earlier).overview is None
    assert read(town, "Summarise the Swedish text", earlier).overview
    again = read(town, "And the Danish one?", Earlier("Summarise the Swedish text", "en"))
    assert again.overview
    assert again.languages == {"da"}


def test_every_text_has_its_share(town: Assistant) -> None:
    """An overview quotes each author once, as far as there is room; the quotes are verified like all others."""
    answer = ask(town, "What are the texts about?").answer
    documents = {info.id for info in town.documents()}
    assert answer.answered
    assert len({citation.document.id for citation in answer.citations}) == min(len(documents), 6)
    for citation in answer.citations:
        quote = citation.quote
        assert town.document(quote.document_id)[1][quote.start : quote.end] == quote.text
        assert quote.speaker.role == "author"


def test_only_the_texts_that_are_meant(town: Assistant) -> None:
    """A title in quotation marks, a language or the asker's filters say which."""
    one = town.documents()[0]
    assert {c.document.id for c in ask(town, f"What does “{one.title}” say?").answer.citations} == {one.id}
    swedish = ask(town, "Summarise the Swedish texts").answer.citations
    assert {citation.document.language for citation in swedish} == {"sv"}
    filters = Filters(documents=frozenset([one.id]))
    found = town.ask(ChatRequest("What are the texts about?", filters=filters)).answer
    assert {citation.document.id for citation in found.citations} == {one.id}
    nowhere = Filters(documents=frozenset(["nowhere"]))
    assert not town.ask(ChatRequest("What are the texts about?", filters=nowhere)).answer.answered


def test_who_commented(town: Assistant) -> None:
    """Asked for commenters, an overview quotes each of them."""
    citations = ask(town, "Who commented on the texts?").answer.citations
    assert citations
    assert {citation.quote.speaker.role for citation in citations} == {"commenter"}


def test_sentences_are_chosen_for_what_all_say_and_not_twice() -> None:
    """The first has the commonest words; the second says something else, though it has fewer of them."""
    said = [{"dough", "oven"}, {"dough", "oven", "bread"}, {"dough"}, {"train"}, {"train", "late"}]
    chosen = sum_basic(said, range(5), 2)
    assert chosen[0] == 2
    assert chosen[1] == 3
    assert sum_basic([set()], [0], 3) == []


def test_spread_takes_from_everywhere() -> None:
    """From the beginning, the middle and the end, in their order."""
    assert list(spread("abcdefghi", 3)) == ["a", "d", "g"]
    assert list(spread("ab", 3)) == ["a", "b"]


COURTESIES = [
    ("Hi!", "en"),
    ("Thank you so much", "en"),
    ("what can you do?", "en"),
    ("Hi, who are you?", "en"),
    ("Tak for hjælpen", "da"),
    ("Hej, hvad kan du hjælpe mig med?", "da"),
    ("Hva kan jeg spørre om?", "nb"),
    ("Kva kan eg spørje om?", "nn"),
    ("Vad kan du hjälpa till med?", "sv"),
]


@pytest.mark.parametrize(("text", "language"), COURTESIES)
def test_a_message_that_asks_nothing_is_told_what_to_ask(town: Assistant, text: str, language: str) -> None:
    """It is no search: there are no quotes, and it does not count as answered."""
    answer = ask(town, text).answer
    assert (answer.answered, answer.citations, answer.sections) == (False, (), ())
    assert answer.headline == strings(language).text("courtesy.reply")


def test_thanks_do_not_end_what_is_talked_about(town: Assistant) -> None:
    """What follows them goes on from the question before them, whoever keeps the conversation."""
    first, other = (ask(town, "What do the authors think about slugs?").conversation_id for _ in range(2))
    town.ask(ChatRequest("Thanks!", first))
    after = town.ask(ChatRequest("And about noise?", first))
    straight = town.ask(ChatRequest("And about noise?", other))
    assert after.standalone == straight.standalone


@pytest.mark.parametrize("text", ["IT?", "help with dough", "Hvordan virker det?", "Who is Anders?", "what are slugs"])
def test_a_question_is_no_courtesy(text: str) -> None:
    """However short or polite it is."""
    assert asks_something(text)


def test_every_language_has_its_courtesies() -> None:
    """Each greets in its own words."""
    assert len({strings(language).text("courtesy.reply") for language in LANGUAGES}) == len(LANGUAGES)
