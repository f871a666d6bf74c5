"""Passages: whole sentences of one speaker in one language, within a budget."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.chunk import chunk
from index.records import Document, Segment, Speaker
from index.tokens import count_tokens
from tests.index.making_documents import prepared

AUTHOR = Speaker(None, "author")


def document(text: str) -> Document:
    return Document("doc", text, "0123456789abcdef", "doc.txt", "Titlen", "da")


def paragraphs(count: int, sentences: int = 3) -> str:
    line = " ".join(f"Det er sætning nummer {n} i et afsnit, der er en del af en prøve." for n in range(sentences))
    return "\n\n".join(line for _ in range(count))


def segments_of(text: str, *parts: str, kind: str = "paragraph", speaker: Speaker = AUTHOR) -> list[Segment]:
    return [
        Segment(kind, text.index(part), text.index(part) + len(part), "da", speaker)  # type: ignore[arg-type]  # tests name kinds freely
        for part in parts
    ]


def test_a_passage_is_a_stretch_of_the_text_within_the_budget() -> None:
    """Passages are verbatim, hold at most `max_tokens` tokens, and are named by document, place and version."""
    text = "Titlen\n\n" + paragraphs(9)
    result = prepared(text, max_tokens=120)
    for passage in result.passages:
        assert passage.text == text[passage.start : passage.end]
        assert count_tokens(passage.text) <= 120
        assert passage.id == f"page:{passage.start}-{passage.end}:{result.document.sha256[:8]}"


def test_short_paragraphs_share_a_passage_and_long_ones_are_cut_evenly() -> None:
    """Paragraphs are put together while they fit; one over the budget is cut into pieces of about one size."""
    short = prepared(
        "Titlen\n\nDet er et kort afsnit her.\n\nDet er endnu et kort afsnit her.\n\nOg det er det sidste af dem."
    )
    assert len(short.passages) == 1
    long = prepared("Titlen\n\n" + paragraphs(1, 14), max_tokens=150)
    sizes = [len(passage.sentences) for passage in long.passages]
    assert len(sizes) > 1
    assert max(sizes) - min(sizes) <= 1


def test_no_passage_crosses_a_speaker_a_comment_a_language_a_heading_or_furniture() -> None:
    """Whatever changes between two paragraphs ends the passage."""
    text = "Det er det første. \n\nDet er det andet."
    first, second = segments_of(text, "Det er det første.", "Det er det andet.")
    assert len(chunk(document(text), [first, second], max_tokens=100)) == 1
    for changed in (
        replace(second, speaker=Speaker("Kari", "quoted")),
        replace(second, speaker=Speaker(None, "commenter"), number=1),
        replace(second, language="sv"),
    ):
        assert len(chunk(document(text), [first, changed], max_tokens=100)) == 2
    for kind in ("heading", "furniture", "byline"):
        parted = "Det er det første.\n\nImellem\n\nDet er det andet."
        parts = [*segments_of(parted, "Det er det første.", "Imellem", "Det er det andet.")]
        parts[1] = replace(parts[1], kind=kind)  # type: ignore[arg-type]  # a kind of segment
        assert [p.text for p in chunk(document(parted), parts, max_tokens=100)] == [
            "Det er det første.",
            "Det er det andet.",
        ]


def test_two_comments_by_one_person_are_two_passages() -> None:
    """Comments are told apart by their number, not by their commenter."""
    text = "Det er den første.\n\nDet er den anden."
    first, second = segments_of(text, "Det er den første.", "Det er den anden.", kind="comment")
    parts = [replace(first, number=1), replace(second, number=2)]
    assert [passage.number for passage in chunk(document(text), parts, max_tokens=100)] == [1, 2]


def test_title_and_headings_above_are_context() -> None:
    """A passage's context has the title and the headings directly above, never headings of another section."""
    page = (
        "Om huset\n\nHuset blev bygget i 1931 af en mand, som ingen kan huske navnet på.\n\n"
        "Taget\n\nSkifer fra Norge\n\nTaget er af skifer, og det holder i hundrede år, hvis man passer på det.\n\n"
        "Kælderen\n\nKælderen er fugtig om foråret, og der skal derfor luftes ud hver eneste dag.\n"
    )
    contexts = [passage.context for passage in prepared(page).passages]
    assert contexts == ["Om huset", "Om huset\nTaget\nSkifer fra Norge", "Om huset\nKælderen"]


def test_a_list_stays_with_its_lead_in() -> None:
    """A list that fits is one passage with the sentence that leads into it."""
    page = "Titlen\n\nEn indledning er her. Vi har ønsker:\n\n• flere bænke\n• færre biler\n• grønne tage\n"
    (passage,) = prepared(page, max_tokens=60).passages
    assert "Vi har ønsker:\n\n• flere bænke\n• færre biler\n• grønne tage" in passage.text
    quotable = [page[span.start : span.end] for span in passage.sentences]
    assert quotable[-3:] == ["flere bænke", "færre biler", "grønne tage"]


def test_a_long_list_has_its_lead_in_as_context() -> None:
    """Where a list fills several passages, the later ones have the lead-in in their context."""
    items = "\n".join(f"• et punkt om emne nummer {n}, som er skrevet helt ud" for n in range(20))
    page = (
        f"Titlen\n\nDet er en indledning til noget, som ikke er så kort. Vi har mange ønsker til byrådet:\n\n{items}\n"
    )
    passages = prepared(page, max_tokens=90).passages
    lists = [passage for passage in passages if "emne" in passage.text]
    assert len(lists) > 2
    assert lists[0].text.startswith("Vi har mange ønsker til byrådet:")
    assert all(p.context == "Titlen\nVi har mange ønsker til byrådet:" for p in lists[1:])


def test_a_sentence_over_the_budget_is_cut_at_blanks() -> None:
    """A sentence of 100,000 characters is cut at blanks, within the budget, and loses no word."""
    text = "Titlen\n\n" + "ord " * 25_000
    passages = prepared(text).passages
    assert all(count_tokens(passage.text) <= 200 for passage in passages)
    assert sum(passage.text.split().count("ord") for passage in passages) == 25_000


def test_a_budget_below_one_is_refused() -> None:
    """The message states what was expected and what was found."""
    with pytest.raises(ValueError, match="expected max_tokens of at least 1, found 0"):
        chunk(document("x"), [], max_tokens=0)
