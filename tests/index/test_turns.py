"""Interviews, transcripts and minutes: who says what."""

from __future__ import annotations

import pytest

from index.prepare import Prepared
from index.turns import Written, in_full
from tests.index.making_documents import prepared, text_of

MINUTES = """Minutes of the housing association, 12 March 2026

Present: Mette Krogh (chair), Jens Aagaard, Ole Brandt.

**Mette Krogh:** Welcome. We have three offers for the roof, and we must choose one of them today.

**Jens Aagaard:** I do not think that we should take the cheapest. The firm went bankrupt in 2019.

**Ole Brandt:** I disagree with Jens. Every krone is dear at this rate of interest.

**Mette Krogh:** We vote. Two for the dear one, one against.

Decision: the dear one is chosen.

**Jens Aagaard:** The rent must rise by four per cent then. What do the tenants say?

**Ole Brandt:** They say no.
"""

INTERVIEW = """Intervju med biblioteksjefen

Solveig Hauge er biblioteksjef i Volda. Ho har leia biblioteket sidan 2014.

Låner folk framleis bøker?

Solveig Hauge: Ja, men mindre enn før. Utlånet har gått ned med åtte prosent på fem år.

Kva er du mest uroa for?

Solveig Hauge: Budsjettet. Kommunen vil spare, og då må vi stengje om laurdagen.

Kva meiner du om lydbøker?

Solveig Hauge: Eg er glad i lydbøker, men ikkje alle er samde i det.
"""

NOT_PEOPLE = """How to install the tool

The tool runs on Windows and on Linux, as most tools do. We describe both of them.

Windows: download the archive and start the program that is in it.

Linux: use the package of your distribution, which is kept up to date.

The second version needs a database, and it takes longer to install it than the first one did.

Windows: install the database first, then start the program.

Linux: the package brings the database along, so that nothing else is needed.
"""


def said(document: Prepared) -> list[tuple[str, str]]:
    """Each turn: who speaks, and how it begins."""
    return [
        (part.speaker.name or "", text_of(document, part)[:12])
        for part in document.segments
        if part.kind == "quotation" and part.speaker
    ]


def test_every_turn_is_its_speakers() -> None:
    """What stands behind a name and a colon was said by that person; the label itself is in no passage."""
    document = prepared(MINUTES)
    assert said(document) == [
        ("Mette Krogh", "Welcome. We "),
        ("Jens Aagaard", "I do not thi"),
        ("Ole Brandt", "I disagree w"),
        ("Mette Krogh", "We vote. Two"),
        ("Jens Aagaard", "The rent mus"),
        ("Ole Brandt", "They say no."),
    ]
    assert not [passage.text for passage in document.passages if "**" in passage.text]


def test_a_label_that_is_nobody_stays_the_authors() -> None:
    """ "Decision: …" between two turns is neither a turn nor part of one."""
    document = prepared(MINUTES)
    decision = [passage for passage in document.passages if "Decision" in passage.text]
    assert [(passage.speaker.role, passage.speaker.name) for passage in decision] == [("author", None)]


def test_one_person_who_is_asked_is_known() -> None:
    """An interview names only who answers; the questions stay those of whoever wrote it down."""
    document = prepared(INTERVIEW)
    assert {name for name, _ in said(document)} == {"Solveig Hauge"}
    assert len(said(document)) == 3


def test_an_answer_is_found_by_its_question() -> None:
    """A turn that answers a question has it in its context: what is said need not repeat what was asked."""
    answers = {p.text[:12]: p.context for p in prepared(MINUTES).passages if p.speaker.role == "quoted"}
    assert "What do the tenants say?" in answers["They say no."]
    assert "?" not in answers["I do not thi"]


def test_nobody_answers_himself() -> None:
    """Who asks and goes on later does not answer; nor does anybody who speaks long after."""
    text = MINUTES + "".join(
        f"\n**{name}:** We {verb} of it, I am told.\n"
        for name, verb in (("Mette Krogh", "hear"), ("Jens Aagaard", "talk"), ("Ole Brandt", "know"))
    )
    asked = {p.text[:7]: "tenants" in p.context for p in prepared(text).passages if p.speaker.role == "quoted"}
    assert asked["We hear"]
    assert not asked["We talk"]
    assert not asked["We know"]


@pytest.mark.parametrize("first", ["Jens", "Aagaard"])
def test_a_first_name_is_the_person_whom_the_text_names_in_full(first: str) -> None:
    """Minutes write the whole name once and a part of it afterwards."""
    document = prepared(MINUTES.replace("**Jens Aagaard:** The rent", f"**{first}:** The rent"))
    assert ("Jens Aagaard", "The rent mus") in said(document)


def test_several_turns_in_one_paragraph_are_cut() -> None:
    """A transcript may have a line for each turn and no blank line between them, and say when each was."""
    text = (
        "Transcript of the meeting\n\n[00:01] Moderator Ann Lee: Welcome. How did it go, Bo?\n"
        "[00:02] Bo Berg: I think that it went well, and that we should do it again next year.\n"
        "[00:03] Moderator Ann Lee: Do you want more money?\n[00:04] Bo Berg: No, I do not.\n"
    )
    assert said(prepared(text)) == [
        ("Ann Lee", "Welcome. How"),
        ("Bo Berg", "I think that"),
        ("Ann Lee", "Do you want "),
        ("Bo Berg", "No, I do not"),
    ]


def test_things_do_not_speak() -> None:
    """Labels such as "Windows:" come again and again, but say neither "I" nor ask anything."""
    assert said(prepared(NOT_PEOPLE)) == []


def test_a_single_label_makes_no_conversation() -> None:
    """Two people with a turn each may as well be two terms with their meaning."""
    text = "\n\n".join(line for line in MINUTES.split("\n\n")[:4])
    assert said(prepared(text)) == []


def test_what_is_said_is_found_by_offsets() -> None:
    """Labels and turns together cover the text; each passage is the text between its offsets."""
    document = prepared(MINUTES)
    text = document.document.text
    covered = "".join(text_of(document, part) for part in document.segments)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(passage.text == text[passage.start : passage.end] for passage in document.passages)


def test_a_title_with_a_colon_does_not_speak() -> None:
    """A word that stands before a colon once, and is nobody whom the text speaks of, is no speaker."""
    talk = (
        "Interview: The fishers of the north\n\nPresent were Ann Lee and Bo Berg, who have fished for many years.\n\n"
        "Ann Lee: How was the season for you?\n\nBo Berg: Bad. We caught less than last year.\n\n"
        "Ann Lee: And what do you want now?\n\nBo Berg: We want to fish in peace, that is all.\n"
    )
    document = prepared(talk)
    assert document.document.title == "Interview: The fishers of the north"
    assert [passage.speaker.name for passage in document.passages] == [None, "Ann Lee", "Bo Berg", "Ann Lee", "Bo Berg"]


def test_the_part_that_somebody_plays_is_no_name() -> None:
    """ "Moderator Ann Lee" is Ann Lee, wherever the label stands."""
    talk = (
        "Moderator Ann Lee: How was the season for you?\nBo Berg: Bad. We caught less than last year, Ann.\n"
        "Moderator Ann Lee: And what do you want now?\nBo Berg: We want to fish in peace, that is all.\n"
    )
    assert {name for name, _ in said(prepared(talk))} == {"Ann Lee", "Bo Berg"}


def test_names_are_told_by_where_a_text_has_them() -> None:
    """In the midst of a sentence, with a capital, before no colon; and whether a word stands in lower case, too."""
    text = "We thanked Anne-Marie's friend.\n\nBo: I do. So said, as ever, Ole, and Per says: no.\n\nPoints: points."
    written = Written(text)
    assert [name for name in ("Anne", "Anne-Marie Lie", "Bo", "Ole Vik", "Per", "We") if written.names(name)] == [
        "Anne",
        "Anne-Marie Lie",
        "Ole Vik",
    ]
    assert [word for word in ("Points", "Ole", "So", "Friend") if written.in_lower_case(word)] == ["Points", "Friend"]


def test_a_name_that_is_a_part_of_several_is_itself() -> None:
    """Of two who are called Ann nobody can tell who is meant; a last name is enough where there is one."""
    assert in_full(["Ann", "Berg", "Ann Lee", "Ann Berg"]) == {
        "Ann": "Ann",
        "Berg": "Ann Berg",
        "Ann Lee": "Ann Lee",
        "Ann Berg": "Ann Berg",
    }
