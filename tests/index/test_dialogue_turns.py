"""Interviews, transcripts and minutes: who says what."""

from __future__ import annotations

import pytest

from index.dialogue_people import Written, in_full
from index.formats.read import FORMATS
from index.prepare import Prepared
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


def test_the_questions_of_whoever_writes_stay_theirs() -> None:
    """Where only one person is named, what stands above their next turn asks for it; what is above that they say."""
    document = prepared(INTERVIEW.replace("på fem år.", "på fem år.\n\nBarna låner like mykje som før."))
    asked = [passage.speaker.name for passage in document.passages if "mest uroa for?" in passage.text]
    more = [passage.speaker.name for passage in document.passages if "like mykje" in passage.text]
    assert (asked, more) == ([None], ["Solveig Hauge"])


@pytest.mark.parametrize(
    ("between", "speaker"),
    [
        ("Last year it was the other way round.", "Jens Aagaard"),
        ("Jens Aagaard looks at the roof and is silent.", None),
        ("## Money\n\nThe treasurer reported on the year.", None),
        ("Who is to pay?\n\nThat was not said.", None),
    ],
)
def test_a_paragraph_without_a_name_goes_on_unless_it_tells_otherwise(between: str, speaker: str | None) -> None:
    """Long answers do; a narrator names who spoke, and nobody speaks on below a heading or their own question."""
    text = MINUTES.replace("in 2019.\n", f"in 2019.\n\n{between}\n")
    last = between.splitlines()[-1]
    assert [p.speaker.name for p in prepared(text).passages if last in p.text] == [speaker]


def test_an_article_with_what_people_say_stays_its_writers() -> None:
    """Where paragraphs without a name are more than the turns, and nobody in them says "I", no turn goes on."""
    article = "\n\n".join(f"The harbour was built in 19{n}. Ships came from the south." for n in (10, 20))
    text = MINUTES.replace("\n\n**", f"\n\n{article}\n\n**")
    pinned = [p for p in prepared(text).passages if "harbour" in p.text and p.speaker.role == "quoted"]
    assert not pinned


def test_people_who_speak_in_turn_are_no_record() -> None:
    """ "Name: … Address: … Phone: …" three times is one; three people who are named elsewhere as well are none."""
    turns = "".join(
        f"{name}: {said} the work, and number {n} is done.\n\n"
        for n in range(3)
        for name, said in (("Ann Lee", "I like"), ("Bo Berg", "We know"), ("Per Lie", "Nobody sees"))
    )
    assert len(said(prepared(f"A talk\n\nPresent: Ann Lee, Bo Berg and Per Lie.\n\n{turns}"))) == 9
    assert said(prepared(f"A talk\n\n{turns}")) == []


def test_words_that_nobody_is_called_by_must_ask_something() -> None:
    """In reviews "Rooms:" and "Breakfast:" say "we" as people do; but nobody there asks anything."""
    review = "".join(f"Rooms: We had number {n} at the back.\n\nBreakfast: I liked the bread.\n\n" for n in range(3))
    asked = review.replace("at the back.", "at the back. And you?")
    assert said(prepared(f"A hotel\n\n{review}")) == []
    assert said(prepared(f"A hotel\n\n{asked.replace('Rooms', 'Ida').replace('Breakfast', 'Nils')}"))
    assert said(prepared(f"A week\n\n{asked.replace('Rooms', 'Monday').replace('Breakfast', 'Why')}")) == []


@pytest.mark.parametrize("ending", [".md", ".html", ".eml"])
def test_every_format_is_read_by_the_same_rules(ending: str) -> None:
    """Lists in Markdown, paragraphs of a page, and letters have the turns of a text file."""
    turns = [("Ann", "How was the season?"), ("Bo", "We caught little."), ("Ann", "And now?"), ("Bo", "I stop.")]
    written = {
        ".md": "# A talk\n\n" + "".join(f"- **{name}**: {what}\n" for name, what in turns),
        ".html": "<h1>A talk</h1>" + "".join(f"<p><b>{name}:</b> {what}</p>" for name, what in turns),
        ".eml": "Subject: A talk\n\n" + "".join(f"{name}: {what}\n\n" for name, what in turns),
    }
    found = FORMATS[ending](written[ending].encode())
    quoted = [(part.name, found.text[part.start : part.end]) for part in found.parts if part.kind == "quotation"]
    assert quoted == turns


def test_directions_do_not_speak() -> None:
    """ "First, write a file:" names nobody, nor does "// Prints:"; and only a label's own paragraph tells of it."""
    step = "First, write file {n}:\n\n// Prints:\n\nIt works as before.\n\nWhy do we ask? I do not know.\n\n"
    listed = "- Required: A name of the file.\n- Optional: Its size in bytes.\n\nWhy do we ask? I do not know.\n\n"
    assert said(prepared("How to write files\n\n" + "".join(step.format(n=n) for n in range(3)))) == []
    assert said(prepared("How to write files\n\n" + listed * 3)) == []
