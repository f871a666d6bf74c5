"""What is asked."""

from __future__ import annotations

import pytest

from index.lexicon import load_lexicon
from service.assistant import Assistant
from service.conversations import Earlier
from service.cues import load_cues
from service.speakers import Names, named_speakers
from service.understand import Question, understand

CUES = load_cues()
NOBODY = Names(())


def read(town: Assistant, text: str, earlier: Earlier | None = None, names: Names = NOBODY) -> Question:
    return understand(text, language="auto", earlier=earlier, library=town.library, cues=CUES, names=names)


def test_every_concept_of_the_cues_is_in_the_lexicon() -> None:
    """A cue that names an unknown concept would never fire."""
    named = CUES.frame | CUES.voices | CUES.saying | CUES.texts | set(CUES.text_languages)
    assert sorted(named - load_lexicon().concepts.keys()) == []


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("What do the authors think about return on investment?", "return on investment"),
        ("Hvad mener forfatterne om ROI?", "ROI"),
        ("Hva sier de om tillit til bedriftene?", "tillit til bedriftene"),
        ("Kva meiner forfattarane om «tillit»?", "tillit"),
        ("Vad tycker författarna om hypen?", "hypen"),
        ("Who wrote this?", None),
    ],
)
def test_the_topic_is_told_from_the_form_of_the_question(town: Assistant, text: str, topic: str | None) -> None:
    """Of "what do they say about X" the X, in the question's own words."""
    assert read(town, text).topic == topic


def test_the_frame_is_not_what_the_question_is_about(town: Assistant) -> None:
    """Authors, texts and saying are left out of the terms, unless nothing else is asked."""
    assert [term.text for term in read(town, "What do the authors write about slugs?").terms.terms] == ["slugs"]


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("What do the authors think about slugs?", True),
        ("Hva mener folk om støyen?", True),
        ("What eats lettuce?", False),
    ],
)
def test_a_question_for_several_voices_is_known(town: Assistant, text: str, several: bool) -> None:
    """Authors, people and opinions ask for more than one voice."""
    assert read(town, text).several_voices is several


@pytest.mark.parametrize(
    ("text", "commenters"),
    [
        ("What do the commenters say about slugs?", True),
        ("What do people say about slugs in the comments?", True),
        ("Hvad mener kommentatorerne om sneglene?", True),
        ("Hva skrives det i kommentarfeltet om støyen?", True),
        ("Kva seier dei som har kommentert, om hamna?", True),
        ("Vad säger kommentarerna om biblioteket?", True),
        ("What do the authors say about the comments?", False),
        ("What does the text say in the comments section about slugs?", True),
        ("What do the authors and the commenters say about slugs?", False),
        ("Hva mener folk om kommentarene?", False),
        ("What does Annelie Näs say about slugs in the comments?", False),
        ("What is a commenter?", False),
        ("What eats lettuce?", False),
    ],
)
def test_a_question_for_the_commenters_words_is_known(town: Assistant, text: str, commenters: bool) -> None:
    """Not where the comments are the topic, where others are asked, too, or one of them by name."""
    assert read(town, text, names=Names(["Annelie Näs"])).commenters is commenters


def test_whose_words_are_wanted_is_carried_over(town: Assistant) -> None:
    """A question that goes on from one for the commenters asks for theirs, until it asks for others."""
    earlier = Earlier("What do the commenters say about slugs?", "en", "Slugs eat lettuce.")
    assert read(town, "And about the noise?", earlier).commenters
    assert not read(town, "And the authors?", earlier).commenters


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What does Annelie Näs think of it?", {"Annelie Näs"}),
        ("what does annelie näs think of it?", {"Annelie Näs"}),
        ("Hvad siger Krantz?", {"Peter Krantz"}),
        ("Hva mener Peter?", set()),
        ("Is Petersen right?", set()),
        ("Vad är Annelies åsikt?", {"Annelie Näs"}),
    ],
)
def test_a_speaker_is_known_by_the_whole_name_or_an_unshared_part(text: str, names: set[str]) -> None:
    """Two Peters: neither is meant by the first name; a part of a longer word is no name."""
    known = Names(["Annelie Näs", "Peter Krantz", "Peter Lund"])
    assert set(named_speakers(text, known)) == names


def test_names_are_looked_up_by_their_words() -> None:
    """Of many names only those are tried that share a word with the text, and a shared part is known among all."""
    many = Names([*(f"Person{number} Andersson" for number in range(50_000)), "Annelie Näs", "Ed O'Neil-Berg", "åse"])
    assert many.in_text("Vad säger Annelies vän O'Neil-Berg, och Åse?") == ["Ed O'Neil-Berg", "Annelie Näs", "åse"]
    assert set(named_speakers("What does Annelie Näs tell Andersson and O'Neil-Berg?", many)) == {
        "Annelie Näs",
        "Ed O'Neil-Berg",
    }


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("What does the Swedish author say about trust?", {"sv"}),
        ("Hvad skriver den norske artikel om tillid?", {"nb", "nn"}),
        ("What do Norwegian companies think about trust?", set()),
    ],
)
def test_which_texts_are_meant_is_told_by_their_language(town: Assistant, text: str, languages: set[str]) -> None:
    """The Swedish author is a constraint, Norwegian companies are a topic."""
    assert read(town, text).languages == languages


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("How many members are there?", ["number"]),
        ("Hvornår er biblioteket åbent?", ["time"]),
        ("Kor mykje kostar det?", ["number", "price"]),
        ("Vad kostar en plats?", ["price"]),
        ("Hvor høyt er tårnet?", ["size"]),
        ("Hur lång är bron?", ["extent"]),
        ("Hvor gammel er Anders?", ["age"]),
        ("Kva heiter rektor?", ["name"]),
        ("Who is the head of the school?", ["name"]),
        ("Hvad hedder forfatteren til artiklen om havnen?", ["author"]),
        ("Who wrote that the harbour is noisy?", []),
        ("Varför?", []),
        ("What is a slug?", []),
    ],
)
def test_questions_for_a_certain_kind_of_answer_are_known(town: Assistant, text: str, kinds: list[str]) -> None:
    """How many, how much, when, how old, what is the name of: only a certain kind of sentence answers."""
    assert [kind.name for kind in read(town, text).kinds] == kinds


@pytest.mark.parametrize(
    ("kind", "sentence", "language", "question", "answered"),
    [
        ("number", "In 2011 there were many.", "en", "How many were there in 2011?", False),
        ("number", "In 2011 there were 40.", "en", "How many were there in 2011?", True),
        ("number", "I fjor miste eg trettien lam.", "nn", "Kor mange lam?", True),
        ("price", "Stien er 4 km lang.", "da", "Hvad koster stien?", False),
        ("price", "Den koster 9,5 millioner kroner.", "da", "Hvad koster stien?", True),
        ("age", "Hun flyttede hertil i 2019.", "da", "Hvor gammel er hun?", False),
        ("age", "Hun er 42 år.", "da", "Hvor gammel er hun?", True),
        ("name", "Rektor håpar at dei lærer meir.", "nn", "Kva heiter rektor?", False),
        ("name", "Det seier rektor Kari Vik.", "nn", "Kva heiter rektor?", True),
        ("name", "Det siger Danske Bank.", "da", "Hvad hedder direktøren for Danske Bank?", False),
        ("size", "The tower is old.", "en", "How tall is it?", False),
        ("size", "The tower is forty metres.", "en", "How tall is it?", True),
    ],
)
def test_what_answers_a_kind_of_question_is_known(
    kind: str, sentence: str, language: str, question: str, answered: bool
) -> None:
    """A number is no price, a year no age; what the question says itself is no answer to it."""
    assert CUES.kinds[kind].is_answered(sentence, language, question) is answered


def test_a_word_of_grammar_is_nobodys_name(town: Assistant) -> None:
    """Somebody may be called Vad; a Swedish question that begins with "Vad" does not ask for that person."""
    names = Names(("Kirsten Vad", "Anders"))
    assert read(town, "Vad säger Anders om bullret?", names=names).speakers == {"Anders"}
    assert read(town, "Vad säger Kirsten Vad om bullret?", names=names).speakers == {"Kirsten Vad"}


@pytest.mark.parametrize(
    ("before", "text", "standalone"),
    [
        ("What do they say about trust?", "And ROI?", "What do they say about ROI?"),
        ("Hvad mener de om tillid?", "Hvad med støj?", "Hvad mener de om støj?"),
        ("What do they say about trust?", "Why?", "What do they say about trust? – Why?"),
        ("What do they say about trust?", "Who grows carrots in a garden?", "Who grows carrots in a garden?"),
    ],
)
def test_a_question_that_goes_on_is_made_to_stand_alone(
    town: Assistant, before: str, text: str, standalone: str
) -> None:
    """A new topic replaces the old, a bare question is joined to it, one of its own is left alone."""
    language = town.library.detector.detect(before).language
    assert read(town, text, Earlier(before, language)).standalone == standalone


def test_a_long_conversation_does_not_grow_without_bound(town: Assistant) -> None:
    """The oldest parts of a joined question are dropped."""
    earlier = Earlier("What do they say about trust?", "en")
    for _ in range(100):
        question = read(town, "Why is that so?", earlier)
        earlier = Earlier(question.standalone, question.language)
    assert len(earlier.standalone) < 700
