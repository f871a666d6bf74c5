"""Answers as blocks: within Slack's limits, inert, and the same whether streamed or whole."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from service.records import Answer, Reply, Section, Sentence, Timings
from service.slack import render
from service.strings import LANGUAGES, strings
from service.wire import AidModel, CitationModel, ReplyModel, TranslationModel
from service.wording import markdown_blocks
from tests.service.slack.fake_assistant import answer_of, citation, model_answer

NASTY = "<!channel> <@U1> <https://evil.example|click> *b* _i_ ~s~ `c` ```x``` > q\n1. a &amp; & :tada: {0} \\ \u00a0"


def reply_of(answer: Answer) -> ReplyModel:
    """The answer as a reply."""
    return ReplyModel.of(Reply("c", "m", "Why?", "Why?", answer.language, answer, Timings(0, 0, 0)))


def rendered(answer: Answer) -> list[render.Block]:
    """All blocks of an answer, buttons included."""
    reply, words = reply_of(answer), strings(answer.language)
    pieces = render.reply_pieces(reply)
    pieces += render.source_pieces(reply, pieces, words)
    blocks = [block for piece in pieces for block in render.blocks(piece, words, "https://kilde.example.org")]
    buttons = [render.feedback_buttons("m", words), render.share_button("c", "m", words)]
    return [*blocks, *buttons, render.asked_block("U1", "Why?", words)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_blocks_are_what_the_sdks_models_take(language: str) -> None:
    """Every block is read back by the SDK's models, which check Slack's limits, to the same JSON."""
    blocks = rendered(answer_of(3, language=language))
    parsed = Block.parse_all(blocks)
    assert [block.to_dict() for block in parsed] == blocks


@given(st.text(min_size=1), st.integers(1, 3))
def test_what_stands_in_a_document_stays_text(text: str, count: int) -> None:
    """Whatever a document says, only our own source links are links, and there are no mentions."""
    blocks = rendered(answer_of(count, text + NASTY))
    parts = [part for block in blocks for element in block["elements"] for part in element.get("elements", ())]
    assert {part["url"].split("?")[0] for part in parts if part["type"] == "link"} == {
        "https://kilde.example.org/documents/d%201"
    }
    assert [part["user_id"] for part in parts if part["type"] == "user"] == ["U1"]
    assert {part["type"] for part in parts} <= {"text", "link", "user"}


def test_quotes_are_shown_to_the_letter() -> None:
    """Markup and blanks of every kind in a quote arrive as they are."""
    shown = json.dumps(rendered(answer_of(1, NASTY)), ensure_ascii=False)
    assert json.dumps(f"“{NASTY}”", ensure_ascii=False) in shown


@given(st.text(), st.integers(1, 40))
def test_cutting_loses_only_the_blanks_at_the_cuts(text: str, limit: int) -> None:
    """Parts are short enough, and joined they are the text but for at most one blank a cut."""
    parts = render.cut(text, limit)
    assert all(len(part) <= limit for part in parts)
    assert "".join(parts).replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")


@given(st.lists(st.integers(1, 20_000), max_size=60))
def test_messages_keep_to_the_limits(lengths: list[int]) -> None:
    """Blocks are spread over messages in order; no message has too many or too much, unless one block is too much."""
    blocks = [{"type": "x", "text": "a" * length} for length in lengths]
    groups = render.messages(blocks, reserved=500)
    assert [block for group in groups for block in group] == blocks
    for group in groups:
        assert len(group) <= render.MAX_MESSAGE_BLOCKS
        assert len(group) == 1 or sum(map(render.weight, group)) <= render.MAX_MESSAGE_CHARACTERS - 500 or not group


def compared() -> Answer:
    """Two sides, of which one says nothing."""
    answer = answer_of(2)
    side, note = Section("*Trust* & co.", (), "side"), Section("Nothing on that.", (), "note")
    return replace(answer, sections=(side, *answer.sections, Section("ROI", (), "side"), note))


@pytest.mark.parametrize("made", [answer_of(4, NASTY), model_answer(), answer_of(1, language="sv"), compared()])
def test_a_streamed_answer_is_the_same_as_a_whole_one(made: Answer) -> None:
    """Parts that are shown as they come are the parts of the finished reply."""
    streamed = [
        render.sentence_piece(Sentence(text, citations), first=number == 0)
        for number, (text, citations) in enumerate(markdown_blocks(made))
    ]
    words = strings(made.language)
    whole = render.reply_pieces(reply_of(made))
    assert [render.blocks(piece, words, "") for piece in streamed] == [
        render.blocks(piece, words, "") for piece in whole
    ]


def test_how_a_question_was_understood_stands_above_its_answer() -> None:
    """Where it was not understood as it was asked, and only there."""
    reply = reply_of(answer_of(1))
    assert render.reply_pieces(reply)[0].text == reply.headline
    reply.question.standalone = "Why trust?"
    assert [piece.text for piece in render.reply_pieces(reply)][:2] == ["Understood as: Why trust?", reply.headline]


def test_aids_are_said_not_to_be_the_quote() -> None:
    """A gloss and a translation stand under the quote, apart from it and small, and say what they are."""
    shown = CitationModel.of(citation(1)).model_copy(
        update={
            "gloss": AidModel(language="en", text="but before we"),
            "translation": TranslationModel(language="en", text="But before we", by="Apertium"),
        }
    )
    blocks = render.blocks(render.Piece("Says:", (shown, shown)), strings("en"), "")
    assert [block["type"] for block in blocks] == ["rich_text", "context", "context"] * 2
    assert [block.to_dict() for block in Block.parse_all(blocks)] == blocks
    lines = render.plain_text(blocks).split("\n")
    assert lines[-2:] == [
        "Word for word, not a quote: but before we",
        "Translated by Apertium, not a quote: But before we",
    ]
