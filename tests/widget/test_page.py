"""The page at / over the shipped documents: the way of a reader from question to source."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.widget.conftest import Served
from tests.widget.talking import answered

ROI = "what do the authors think about ROI?"


def test_a_reader_gets_from_a_question_to_the_highlighted_source(page: Page, service: Served) -> None:
    """Ask, open a card, follow its link: the source page marks exactly the quoted words and has them in view."""
    page.goto(service.url)
    turn = answered(page, ROI)
    turn.locator(".prose .marker").first.click()
    card = page.get_by_role("dialog", name="Source 1")
    quote = card.locator("blockquote").inner_text()
    card.get_by_role("link", name="Show in the text").click()
    page.wait_for_url(re.compile(r"/documents/.+\?start=\d+&end=\d+$"))
    marked = page.locator("mark")
    assert " ".join("".join(marked.all_inner_texts()).split()) == " ".join(quote.split())
    expect(marked.first).to_be_in_viewport()
    expect(marked.first).to_be_focused()


def test_the_way_back_leads_to_the_same_conversation(page: Page, service: Served) -> None:
    """After a look at a source, and after a reload, question and answer are still there and the next is a follow-up."""
    page.goto(service.url)
    answered(page, ROI)
    page.locator(".sources a").first.click()
    page.get_by_role("link", name="Back to the questions").click()
    expect(page.locator(".asked")).to_contain_text(ROI)
    page.reload()
    expect(page.locator(".prose figure").first).to_be_visible()
    with page.expect_request("**/chat") as sent:
        answered(page, "and what about Facebook?")
    body = sent.value.post_data_json
    assert body is not None
    assert body["conversation_id"]


def test_the_page_lists_the_documents_and_suggests_questions(page: Page, service: Served) -> None:
    """A suggested question is asked by pressing it; the documents stand beside it."""
    page.goto(service.url)
    assert page.locator("aside li").count() == 5
    page.locator(".welcome button").first.click()
    expect(page.locator(".turn .actions")).to_be_visible()
    expect(page.get_by_role("textbox")).to_be_focused()


def test_an_abstention_is_named_as_one(page: Page, service: Served) -> None:
    """What the texts do not answer is labelled so; thanks are not: they ask nothing."""
    page.goto(service.url)
    turn = answered(page, "what is the boiling point of tungsten?")
    expect(turn.locator(".label")).to_have_text("Not answered by the texts")
    thanks = answered(page, "Thank you!")
    expect(thanks.locator(".prose")).to_contain_text("Ask me something about the documents")
    expect(thanks.locator(".label")).to_have_count(0)


def test_feedback_and_its_comment_reach_the_service(page: Page, service: Served) -> None:
    """A thumb is sent at once, a comment after it; the button says that it is pressed."""
    page.goto(service.url)
    turn = answered(page, ROI)
    with page.expect_response("**/feedback") as first:
        turn.get_by_role("button", name="Not helpful").click()
    assert first.value.ok
    expect(turn.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    turn.get_by_role("textbox", name="Would you like to say why?").fill("It missed a voice.")
    with page.expect_response("**/feedback") as second:
        turn.get_by_role("button", name="Send").click()
    assert second.value.ok
    body = second.value.request.post_data_json
    assert body is not None
    assert (body["rating"], body["comment"]) == ("down", "It missed a voice.")
    expect(turn.get_by_text("Thank you.")).to_be_focused()
