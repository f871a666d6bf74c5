"""Questions that ask why, deny, name a version, or ask who said it: the sentence that answers them comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build
from index.records import Passage, Span, Speaker
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.choose import Candidate
from service.coverage import Match
from service.evidence import BESIDE, with_beside
from service.records import Reply
from service.settings import Settings
from tests.service.test_answer import ask

TEXTS = {
    "vej": """Kysten

Vejen til fyret er smal og smuk. Om sommeren sælger de is og kaffe. Vejen til fyret blev i marts spærret for biler og
for alle andre køretøjer. Kommunen siger, at det skyldes et jordskred.

Gæsterne på fyret må gerne tænde bål. Om vinteren er der stille. Gæsterne på fyret må ikke fodre ræven.

Fyrmester Jytte Bang bor på fyret. »Bølgerne vækker mig hver nat,« siger hun. »Jeg holder af tågen.«
""",
    "bru": """Bygda

Brua har tre spenn. Bygda ligg vakkert til ved fjorden. Brua er målt raud, fordi bygda ville det.
Brua vart teikna av ein smed.

Fuglane hekkar i mai. Ein skal ikkje uroe dei. Fuglane er små.
""",
    "ovn": """Ugnen Glöd

Glöd 2 väger tolv kilo. Glöd 3 har en lucka av glas. Ugnen Glöd tillverkas i Malmö av en gammal familj.
""",
    "boat": """The islands

The boat Bravo has a cook. In the spring the harbour got new lights. The boat Bravo is slow since her engine is old.

Ada Moss disagrees with Karl Lund about the boat. The boat has eleven seats.

Karl Lund likes the boat. "She is a fine boat," says Karl Lund.
""",
    "huset": """Gata

Huset har en stor stue. I hagen står det mange trær. Huset har ikke strøm.
""",
}


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant over five short texts in five languages."""
    folder: Path = tmp_path_factory.mktemp("coast")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    settings = Settings(data_dir=tmp_path_factory.mktemp("coast-data"), seeds=folder, llm_model="")
    with open_assistant(settings) as assistant:
        build(assistant.library, folder)
        yield assistant


def first(reply: Reply) -> str:
    return reply.answer.citations[0].quote.text if reply.answer.answered else ""


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Hvorfor er vejen til fyret spærret?", "jordskred"),
        ("Why is the road to the lighthouse closed?", "jordskred"),
        ("Kvifor er brua raud?", "fordi bygda ville det"),
        ("Varför är båten Bravo långsam?", "since her engine is old"),
        ("Hvorfor er båten Bravo treg?", "since her engine is old"),
    ],
)
def test_why_is_answered_with_the_reason(coast: Assistant, question: str, reason: str) -> None:
    """Whether the sentence that says what is so gives it, or the one behind that, which says nothing else of it."""
    assert reason in first(ask(coast, question))


@pytest.mark.parametrize(
    ("question", "denial"),
    [
        ("Hvad må gæsterne på fyret ikke?", "ikke fodre ræven"),
        ("What are the guests at the lighthouse not allowed to do?", "ikke fodre ræven"),
        ("Hva har huset ikke?", "ikke strøm"),
    ],
)
def test_a_question_that_denies_is_answered_with_what_is_denied(coast: Assistant, question: str, denial: str) -> None:
    """What is so of the same thing stands behind."""
    assert denial in first(ask(coast, question))


@pytest.mark.parametrize(
    "question",
    ["Hur mycket väger Glöd 3?", "How much does the Glöd 3 weigh?", "Er Glöd 5 af glas?", "Vad är nytt i version 7?"],
)
def test_what_is_said_of_another_version_is_no_answer(coast: Assistant, question: str) -> None:
    """The weight of model 2 is not that of model 3, and there is no model 5."""
    assert not ask(coast, question).answer.answered


def test_what_is_said_of_the_version_is_one(coast: Assistant) -> None:
    """Model 2 is found, and so is what model 3 has."""
    assert "tolv kilo" in first(ask(coast, "Hur mycket väger Glöd 2?"))
    assert "lucka av glas" in first(ask(coast, "Vad har Glöd 3?"))


def test_what_stands_beside_a_figure_counts_less_than_what_stands_with_it() -> None:
    """The figure may be of another thing; the title, under which all of the text stands, counts in full."""
    passage = Passage("a", "a", 0, 8, "It is 3.", "en", Speaker(None, "author"), "paragraph", (Span(0, 8),))
    own, near, title = (Match(0.5, units) for units in ((1.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.0, 0.0, 1.0)))
    candidate = Candidate(passage, 0, 1.0, own, near, near, title, of_the_kind=True)
    assert with_beside(candidate) == [1.0, BESIDE, 1.0]
    assert BESIDE < 1


@pytest.mark.parametrize(
    ("question", "who_said_it", "said"),
    [
        ("Hvad siges der om bølgerne?", "Hvem sagde det?", "Hvem der sagde det: Jytte Bang."),
        ("Hva sies om tåken?", "Hvem sa det?", "Hvem som sa det: Jytte Bang."),
        ("What is said about the waves?", "Who said that?", "Who said it: Jytte Bang."),
        (
            "Kva seier dei om fuglane?",
            "Kven sa det?",
            "Kven som sa det: forfattaren av «Bygda», som ikkje er namngjeven.",
        ),
        ("Vad sägs om vågorna?", "Vem sa det?", "Vem som sade det: Jytte Bang."),
    ],
)
def test_who_said_it_is_told_first(coast: Assistant, question: str, who_said_it: str, said: str) -> None:
    """The name that stands with the words, also where they say "she"; else that the author is not named."""
    reply = ask(coast, who_said_it, ask(coast, question).conversation_id)
    assert (reply.answer.answered, reply.answer.headline) == (True, said)


def test_who_disagrees_is_told_by_others(coast: Assistant) -> None:
    """A sentence that says so is found, with only the last name of whom it is about."""
    assert "Ada Moss disagrees" in first(ask(coast, "Who disagrees with Karl Lund?"))


def test_somebody_who_is_only_reported_is_found_by_the_paragraph(coast: Assistant) -> None:
    """The name stands two sentences before what is said."""
    assert "tågen" in " ".join(
        citation.quote.text for citation in ask(coast, "Hvad siger Jytte Bang om tågen?").answer.citations
    )
    assert ask(coast, "Hvad siger Jytte Bang om tågen?").answer.answered


def test_a_short_sentence_is_not_joined_with_the_next_paragraph(coast: Assistant) -> None:
    """What stands behind a blank line is about something else; what stands before it in its paragraph is not."""
    assert first(ask(coast, "Kven teikna brua?")).endswith("Brua vart teikna av ein smed.")
