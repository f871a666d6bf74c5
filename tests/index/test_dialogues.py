"""Interviews, minutes and chats: who says what, in the shapes that people and programs write it in."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import pytest

from index.dialogue_turns import NAMES
from index.formats.extracted import Extracted
from index.formats.spoken import with_dialogue
from index.prepare import Prepared, prepare
from index.records import Part
from tests.index.making_documents import detector

SAID = {
    "Kari Moen": ["Vi flyttet hit da broen ble bygget.", "Etterpå kom butikken, og så kom skolen."],
    "Ola Vik": ["Hva betydde den for dere?", "Og hvem betalte for alt dette?", "Takk for at du kom."],
}
ORDER = [("Ola Vik", 0), ("Kari Moen", 0), ("Ola Vik", 1), ("Kari Moen", 1), ("Ola Vik", 2)]
SHAPES = {
    "label": "{name}: {said}\n\n",
    "label, tight": "{name}: {said}\n",
    "label and tab": "{name}:\t{said}\n",
    "label above": "{name}:\n{said}\n\n",
    "label with a remark": "{name} (00:0{n}): {said}\n\n",
    "bold in Markdown": "**{name}:** {said}\n\n",
    "time before": "[00:0{n}:12] {name}: {said}\n",
    "WhatsApp on Android": "14.03.2024 10.0{n} - {name}: {said}\n",
    "WhatsApp in Swedish": "2024-03-14 10:0{n} - {name}: {said}\n",
    "WhatsApp on iOS": "[14.03.2024, 10.0{n}.09] {name}: {said}\n",
    "angled": "[10:0{n}] <{name}> {said}\n",
    "name and time above": "{name}   0:0{n}\n{said}\n\n",
    "name and clock above": "{name}  9:0{n} AM\n{said}\n",
    "time and name above": "[14-03 09:0{n}] {name}\n{said}\n\n",
    "name above the time": "{name}\n  9:0{n} AM\n{said}\n\n",
    "Zoom": "10:0{n}:22 From {name} to Everyone:\n\t{said}\n",
}


def written(shape: str, *, above: str = "") -> str:
    """The conversation in a shape, below a title and what may stand under it."""
    turns = (shape.format(name=name, said=SAID[name][at], n=n) for n, (name, at) in enumerate(ORDER))
    return f"Samtale om broen\n\n{above}" + "".join(turns)


def find_dialogue(text: str) -> list[Part]:
    """Who says what in a text, as the parts of a text file."""
    return list(with_dialogue(Extracted(text)).parts)


def voices(text: str) -> list[tuple[str | None, str]]:
    return [(part.name, text[part.start : part.end]) for part in find_dialogue(text) if part.kind == "quotation"]


def spoken(text: str) -> Prepared:
    """A text's way to passages."""
    found = with_dialogue(Extracted(text))
    return prepare(Path("page.txt"), text, "", None, detector().detect, parts=found.parts)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_each_speaker_has_what_they_say(shape: str) -> None:
    """Names, times and colons are no part of what is said, and everything that is said is its speaker's."""
    assert voices(written(shape)) == [(name, SAID[name][at]) for name, at in ORDER]


def test_what_names_a_speaker_is_furniture_and_stays_in_the_text() -> None:
    """Together the parts hold all of the conversation, and what is not said has its reason."""
    text = written(SHAPES["label"])
    labels = [part for part in find_dialogue(text) if part.kind == "furniture"]
    assert [text[part.start : part.end] for part in labels] == [f"{name}:" for name, _ in ORDER]
    assert {part.reason for part in labels} == {NAMES}


def test_speakers_are_quoted_by_name_in_passages() -> None:
    """The way to passages keeps who speaks; the title is the document's."""
    found = spoken(written(SHAPES["label"]))
    said = [(passage.speaker.name, passage.speaker.role, passage.text) for passage in found.passages]
    assert ("Kari Moen", "quoted", SAID["Kari Moen"][0]) in said
    assert found.document.title == "Samtale om broen"
    assert found.document.language == "nb"


def test_wrapped_turns_are_whole() -> None:
    """A turn goes on where its line was full, also where the next line is another's."""
    text = (
        "Interview om skolen\n\n"
        "Holm: Da jeg begyndte som lærer i Ribe, var der tre klasser og en\n"
        "Montessoriskole, som ingen kendte.\n"
        "Bach: Og i dag er der mange flere elever, end der er plads til, siger\n"
        "Kommunen i hvert fald hvert eneste år.\n"
        "Holm: Ja, det er der.\n"
        "Bach: Hvad skal der så ske med dem, der ikke kan få en plads på en af\n"
        "Skolerne?\n"
    )
    assert [name for name, _ in voices(text)] == ["Holm", "Bach", "Holm", "Bach"]
    assert voices(text)[1][1].endswith("siger\nKommunen i hvert fald hvert eneste år.")


def test_further_paragraphs_are_the_speakers_and_headings_are_not() -> None:
    """Within an interview a paragraph without a name goes on; a heading or a remark in brackets is nobody's."""
    text = written(SHAPES["label"]).replace(
        "Ola Vik: Og hvem", "Den var dyr, men den ble ferdig.\n\n(pause)\n\nOm pengene\n\nOla Vik: Og hvem"
    )
    said = voices(text)
    assert ("Kari Moen", "Den var dyr, men den ble ferdig.") in said
    assert not {"(pause)", "Om pengene"} & {one for _, one in said}


def test_what_stands_below_the_last_turn_is_not_given_to_its_speaker() -> None:
    """Where turns are one paragraph each, the paragraph below the last is the writer's."""
    text = written(SHAPES["label"]) + "Samtalen ble tatt opp på kafeen i fjor.\n"
    assert "Samtalen ble tatt opp" not in str(voices(text))


def test_what_a_chat_program_writes_is_nobodys() -> None:
    """Notices without a name, those behind a mark of direction, and pictures left out are furniture."""
    text = written(
        SHAPES["WhatsApp on Android"],
        above="14.03.2024 10.00 - Meldinger er ende-til-ende-kryptert.\n"
        "14.03.2024 10.00 - Ola Vik: \u200ebilde utelatt\n14.03.2024 10.00 - Ola Vik: <Media utelatt>\n",
    )
    assert voices(text) == [(name, SAID[name][at]) for name, at in ORDER]


def test_roles_are_speakers_and_lists_of_facts_are_none() -> None:
    """ "Informant 2" speaks; records, minutes' headings, and questions with answers do not."""
    roles = written(SHAPES["label"]).replace("Kari Moen", "Informant 2").replace("Ola Vik", "Intervjuer")
    assert {name for name, _ in voices(roles)} == {"Informant 2", "Intervjuer"}
    record = "Navn: Kari bor her nå.\nYrke: Hun er lege i byen.\nBolig: Hun eier et hus.\n\n" * 4
    minutes = "Vedtak: Styret sier ja til dette.\nFrist: Det er til mandag.\nAnsvarlig: Ola tar seg av det.\n" * 3
    questions = "Spørsmål: Hvor bor du nå?\nSvar: Jeg bor her i byen.\n" * 4
    assert [find_dialogue(text) for text in (record, minutes, questions)] == [[], [], []]


def test_words_of_the_text_are_no_names() -> None:
    """Labels that the text writes in lower case elsewhere are words, not names."""
    text = (
        "Planet: Det er stort og rundt.\nMåne: Den går rundt den.\n" * 3 + "\nEn måne går rundt en planet hvert år.\n"
    )
    assert find_dialogue(text) == []


def test_phone_numbers_name_nobody() -> None:
    """A number in the place of a name is not quoted as one."""
    text = written(SHAPES["WhatsApp on Android"]).replace("Ola Vik", "+47 400 00 000")
    assert {name for name, _ in voices(text)} == {"Kari Moen", None}


def test_turns_stand_beside_what_the_format_says() -> None:
    """A title that the format gives stays one, and its paragraphs give way to the turns within them."""
    text = written(SHAPES["label"])
    title = Part("title", 0, len("Samtale om broen"))
    paragraph = text.index("Kari Moen:")
    given = (title, Part("paragraph", paragraph, text.index("\n", paragraph)))
    parts = with_dialogue(Extracted(text, (), given)).parts
    assert parts[0] == title
    assert [astuple(part) for part in parts[1:]] == [astuple(part) for part in find_dialogue(text)]


def test_a_first_name_is_the_person_whom_another_label_names_in_full() -> None:
    """A chat may write the whole name once; and an answer is found by the question above it."""
    text = written(SHAPES["time before"]).replace("Kari Moen: Etterpå", "Kari: Etterpå")
    assert [name for name, _ in voices(text)] == [name for name, _ in ORDER]
    answers = {passage.text: passage.context for passage in spoken(text).passages}
    assert "Hva betydde den for dere?" in answers[SAID["Kari Moen"][0]]


def test_what_describes_things_is_no_conversation() -> None:
    """Labels that come back above what neither asks nor says "I" or "we" are of things: rooms and what they have."""
    room = "Kapasitet: Den har plass til {n} personer.\nUtstyr: Projektor og lerret henger i den.\n\n"
    assert find_dialogue("Rom til leie\n\n" + "".join(room.format(n=n) for n in (20, 40, 60))) == []


@pytest.mark.parametrize("piece", ["a ", " ", "a", "1", "1:", "[", "<", "**", "Anna: ", "\t", "(a"])
def test_long_lines_are_looked_at_in_passing(piece: str) -> None:
    """No line takes more time than its length asks for, whatever it is made of; this test would not end otherwise."""
    assert find_dialogue(f"Anna {piece * 400_000}x\n10:14\nAnna{piece * 400_000}:\n" * 2) == []


POSTS = [("Kari Moen", 1), ("Ola Vik", 2), ("Kari Moen", 3), ("Ola Vik", 4)]


def test_a_forum_thread_of_names_and_days_is_comments() -> None:
    """Below a title they are posts; with a time only, or with no title above them, they are a chat's messages."""
    posts = "".join(
        f"{name} 1{n}-03-2012 14:2{n}\nJeg har bodd her ved broen i {n} år, og jeg vil bli her.\n\n"
        for name, n in POSTS
    )
    roles = {passage.speaker.role for passage in spoken(f"Broen vår\n\n{posts}").passages if passage.number}
    assert roles == {"commenter"}
    assert [name for name, _ in voices(posts)] == [name for name, _ in POSTS]
    chat = posts.replace("-03-2012 ", ":")
    assert [name for name, _ in voices(f"Broen vår\n\n{chat}")] == [name for name, _ in POSTS]


def test_a_comment_that_begins_with_whom_it_answers_is_its_writers() -> None:
    """ "Ola: I agree" below "Kari Moen says:" is said by Kari."""
    comments = "".join(
        f"{n}. {name} sier:\n   1{n}. mars 2012\n\n   {other}: Jeg er enig med deg i dette, og i mye annet.\n\n"
        for (name, n), (other, _) in zip(POSTS, [*POSTS[1:], POSTS[0]], strict=True)
    )
    found = spoken(f"Broen vår\n\nDen er gammel, men den står ennå.\n\nKommentarer\n\n{comments}")
    said = [(passage.speaker.name, passage.speaker.role) for passage in found.passages if "enig" in passage.text]
    assert said == [(name, "commenter") for name, _ in POSTS]
