"""Answers over texts that nothing in the code was made for."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from index.build import build
from index.records import Filters
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.records import ChatRequest, Reply
from service.settings import Settings
from tests.service.conftest import TEXTS


def ask(assistant: Assistant, question: str, conversation: str | None = None, **more: object) -> Reply:
    return assistant.ask(ChatRequest(question, conversation, **more))  # type: ignore[arg-type] - a test's shorthand


def quoted(reply: Reply) -> str:
    return " ".join(citation.quote.text for citation in reply.answer.citations)


@pytest.mark.parametrize(
    ("question", "language", "found"),
    [
        ("What worries the staff at the library?", "en", "Personalen är orolig för tryggheten"),
        ("Hvad er personalet på biblioteket bekymret for?", "da", "Personalen är orolig för tryggheten"),
        ("Hva dyrker elevene i hagen?", "nb", "Elevane dyrkar gulrøter"),
        ("Kva kostar det å utvide hamna?", "nn", "12 millioner kroner"),
        ("Varför varnar föreningen för sniglar?", "sv", "warns against slugs"),
    ],
)
def test_a_question_finds_its_sentence_in_another_language(
    town: Assistant, question: str, language: str, found: str
) -> None:
    """The answer is in the asker's language, the quote in the document's, word for word."""
    reply = ask(town, question)
    assert (reply.answer.answered, reply.answer.language) == (True, language)
    assert found in quoted(reply)
    for citation in reply.answer.citations:
        quote = citation.quote
        assert TEXTS[quote.document_id][quote.start : quote.end] == quote.text


@pytest.mark.parametrize(
    "question",
    [
        "What does Birgitte Krogh say about the noise?",
        "Hvor mange bøger har biblioteket?",
        "När byggdes biblioteket?",
        "What do the texts say about nuclear power?",
        "Hva sier Ola Nordmann om havnen?",
        "How many votes did the mayor of Bergen get?",
        "Hvor gammel er Birgitte Krogh?",
        "Kva heiter rektor på skulen?",
        "What is the name of the author of the text about the harbour?",
        "Vad kostar en lånad bok på biblioteket?",
        "Why?",
    ],
)
def test_what_the_texts_do_not_say_is_not_answered(town: Assistant, question: str) -> None:
    """A person who does not speak of it, a number or a date that is not given, an unknown name, another topic."""
    assert ask(town, question).answer.answered is False


def test_only_commenters_are_quoted_where_they_are_asked_for(town: Assistant) -> None:
    """The author, who speaks of the noise, too, is not; and what no comment says is not answered."""
    reply = ask(town, "What do the commenters say about the noise?")
    assert reply.answer.answered
    assert {citation.quote.speaker.role for citation in reply.answer.citations} == {"commenter"}
    everybody = ask(town, "What do they say about the noise?")
    assert "author" in {citation.quote.speaker.role for citation in everybody.answer.citations}
    assert not ask(town, "What do the commenters say about slugs?").answer.answered


def test_somebody_is_asked_about_without_a_topic(town: Assistant) -> None:
    """ "What does Anders think?" is answered with what he says."""
    answer = ask(town, "Hvad mener Anders?").answer
    assert answer.answered
    assert {c.quote.speaker.name for c in answer.citations} == {"Anders"}


def test_an_abstention_shows_what_is_nearest(town: Assistant) -> None:
    """Where somebody says nothing of it, the others' words on it are shown as near, and verified."""
    answer = ask(town, "What does Birgitte Krogh say about the noise?").answer
    assert "Birgitte Krogh" in answer.headline
    assert "Støjen" in " ".join(citation.quote.text for citation in answer.citations)
    assert len(answer.citations) <= 3


def test_every_voice_is_told_apart(town: Assistant) -> None:
    """Asked for several voices: the author, a commenter and a quoted person each under their own introduction."""
    answer = ask(town, "What do people say about the noise from the harbour?").answer
    speakers = {(c.quote.speaker.name, c.quote.speaker.role) for c in answer.citations}
    assert {(None, "author"), ("Anders", "commenter")} <= speakers
    introductions = [section.introduction for section in answer.sections]
    assert len(introductions) == len(set(introductions)) == len(answer.sections)


def test_a_speaker_who_is_named_is_the_only_one_quoted(town: Assistant) -> None:
    """A question of what somebody says is answered with that person's words only."""
    answer = ask(town, "Hvad siger Birgitte Krogh om fiskerne?").answer
    assert answer.answered
    assert {c.quote.speaker.name for c in answer.citations} == {"Birgitte Krogh"}


def test_how_many_is_answered_with_a_number(town: Assistant) -> None:
    """Of the sentences on the harbour's places the one with the number is quoted first."""
    reply = ask(town, "How many new places for the fishermen will there be in the harbour?")
    assert "40 nye pladser" in reply.answer.citations[0].quote.text


def test_a_quote_that_leans_on_the_sentence_before_brings_it(town: Assistant) -> None:
    """ "Derfor …" alone says nothing: the reason before it is quoted too."""
    reply = ask(town, "Må der arbejdes om natten?")
    assert "Støjen er et problem for naboerne. Derfor må der ikke arbejdes om natten." in quoted(reply)


def test_nothing_is_quoted_twice(town: Assistant) -> None:
    """No two quotes of an answer overlap."""
    citations = ask(town, "What do the texts say about the harbour?").answer.citations
    spans = sorted((c.quote.document_id, c.quote.start, c.quote.end) for c in citations)
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))


def test_filters_that_leave_nothing_lead_to_an_abstention(town: Assistant) -> None:
    """Nothing is answered from what the asker has filtered out."""
    filters = Filters(documents=frozenset({"skole"}))
    reply = ask(town, "What does the expansion of the harbour cost?", filters=filters)
    assert reply.answer.answered is False
    assert {c.quote.document_id for c in reply.answer.citations} <= {"skole"}


def test_a_follow_up_is_read_with_the_question_before(town: Assistant) -> None:
    """A new topic takes the old one's place, a pronoun the speaker's, and a bare question repeats what it was about."""
    first = ask(town, "What do the texts say about the harbour?")
    second = ask(town, "And the library?", first.conversation_id)
    assert second.standalone == "What do the texts say about the library?"
    assert {c.document.id for c in second.answer.citations} == {"bibliotek"}
    third = ask(town, "Hvad siger Anders om støjen?")
    fourth = ask(town, "Og hvad siger han om naboer?", third.conversation_id)
    assert {c.quote.speaker.name for c in fourth.answer.citations} == {"Anders"}
    fifth = ask(town, "Why?", ask(town, "What does the society warn against?").conversation_id)
    assert "slugs" in quoted(fifth)


def test_a_question_without_any_word_of_content_is_not_answered(town: Assistant) -> None:
    """Function words, punctuation and emoji lead to an abstention, not to an error."""
    for question in ("?", "🙂🙂", "and the of", "\u202e\u0301"):
        assert ask(town, question).answer.answered is False


@pytest.mark.parametrize(
    ("text", "question", "quote"),
    [
        (
            "Bread\n\nThree things help:\n\n- feed the starter with rye\n- let the dough rest\n- bake it hot\n\nOK.",
            "How should the dough rest?",
            "Three things help:\n\n- feed the starter with rye\n- let the dough rest\n- bake it hot",
        ),
        (
            "Råd\n\nJeg siger tre ting om møller. Begynd med naboerne. Lyt længe. Betal til tiden. Så var der kaffe.",
            "Hvilke tre ting siger forfatteren om møller?",
            "Jeg siger tre ting om møller. Begynd med naboerne. Lyt længe. Betal til tiden.",
        ),
        (
            "Brua\n\nBrua vart stengd i april og skal byggjast om. Fordi betongen smuldra, kunne ingen køyre der.",
            "Kva tid vart brua stengd i april?",
            "Brua vart stengd i april og skal byggjast om. Fordi betongen smuldra, kunne ingen køyre der.",
        ),
        (
            "Katten\n\nKatten Misse sover på taget. Det er hun glad for. Men den gamle tagsten er løs i dag.",
            "Hvor er den gamle tagsten løs?",
            "Katten Misse sover på taget. Det er hun glad for. Men den gamle tagsten er løs i dag.",
        ),
    ],
    ids=["list", "announced", "reason", "leaning"],
)
def test_a_quote_is_whole(tmp_path: Path, text: str, question: str, quote: str) -> None:
    """A list with what opens it, so many things as are announced, a reason, and what a sentence leans on."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "text.txt").write_text(text, encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", seeds=tmp_path / "texts", llm_model="")
    with open_assistant(settings) as assistant:
        build(assistant.library, settings.seeds)
        assert quote in [c.quote.text for c in ask(assistant, question).answer.citations]


def test_who_a_speaker_is_shows_what_that_speaker_says(town: Assistant) -> None:
    """Nothing says who a commenter is: their own words are shown, not that no text knows them."""
    answer = town.ask(ChatRequest("Hvem er Birgitte Krogh?", keep=False)).answer
    assert {citation.quote.speaker.name for citation in answer.citations} == {"Birgitte Krogh"}
    assert "Krogh«" not in answer.headline


@pytest.mark.parametrize("question", ["Who is Lisa Baker?", "Hvem er Jens Fisker?", "Vem är Kajsa Kväll?"])
def test_a_name_is_not_read_by_what_its_words_mean(town: Assistant, question: str) -> None:
    """Somebody whom no text names is not answered by texts about what the words of the name mean."""
    answer = town.ask(ChatRequest(question, keep=False)).answer
    assert not answer.answered
