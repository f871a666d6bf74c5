"""What goes wrong is said in a sentence, in the visitor's language, with a way on."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.widget.conftest import Served
from tests.widget.talking import answered, ask, open_widget


@pytest.mark.parametrize(
    ("scene", "sentence"),
    [
        ("limited", "Try again in 7 seconds"),
        ("unavailable", "not ready just now"),
        ("broken", "Something went wrong in the service"),
        ("invalid", "could not accept this question"),
        ("forbidden", "not allowed to ask"),
        ("cut", "connection broke before the answer was complete"),
        ("fail", "not ready just now"),
    ],
)
def test_each_trouble_has_a_sentence_and_another_try(page: Page, stage: Served, scene: str, sentence: str) -> None:
    """The service's own words are never shown; the question stays, and can be asked again."""
    open_widget(page, stage)
    turn = ask(page, f"{scene} please")
    expect(turn.locator(".notice")).to_contain_text(sentence)
    assert "Never shown" not in turn.inner_text()
    expect(turn.get_by_role("button", name="Try again")).to_be_visible()


def test_a_cut_stream_keeps_what_came_and_is_asked_again_in_place(page: Page, stage: Served) -> None:
    """Two sentences stay to be read; the second try replaces them with the whole answer."""
    open_widget(page, stage)
    turn = ask(page, "cut please")
    expect(turn.locator(".notice")).to_be_visible()
    assert turn.locator(".prose p").count() == 2
    page.route("**/chat", lambda route: route.continue_(post_data='{"message": "hello", "conversation_id": null}'))
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".actions")).to_be_visible()
    expect(page.get_by_role("textbox")).to_be_focused()
    assert page.locator(".turn").count() == 1


def test_stop_keeps_what_came_and_tells_the_service(page: Page, stage: Served) -> None:
    """The button that asked stops; the service sees its client leave."""
    left = stage.app.state.left
    open_widget(page, stage)
    turn = ask(page, "pause here")
    expect(turn.locator(".prose p")).to_have_count(2)
    page.get_by_role("button", name="Stop").click()
    expect(turn.locator(".notice")).to_contain_text("You stopped this answer.")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    deadline = time.monotonic() + 10
    while stage.app.state.left == left and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert stage.app.state.left == left + 1


def test_sentences_are_shown_as_they_come(page: Page, stage: Served) -> None:
    """While the service pauses, what it has sent is there, and the log says that it is busy."""
    open_widget(page, stage)
    turn = ask(page, "pause here")
    expect(turn.locator(".prose p")).to_have_count(2)
    expect(turn).to_have_attribute("aria-busy", "true")
    expect(turn.locator(".thinking")).to_be_visible()


def test_a_reload_in_the_middle_of_an_answer_offers_to_ask_again(page: Page, stage: Served) -> None:
    """The question is not lost, and the panel is open as it was."""
    open_widget(page, stage)
    ask(page, "pause here")
    expect(page.locator(".prose p")).to_have_count(2)
    page.reload()
    expect(page.locator(".asked")).to_contain_text("pause here")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_session_is_restored_and_a_new_conversation_forgets_it(page: Page, stage: Served) -> None:
    """Reload restores answer, rating and conversation; after "New conversation" nothing is left of them."""
    open_widget(page, stage)
    answered(page, "hello").get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_role("textbox", name="Would you like to say why?")).to_be_visible()
    page.reload()
    expect(page.locator(".prose figure")).to_have_count(2)
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    answered(page, "more")
    assert stage.app.state.requests[-1]["conversation_id"] == "c1"
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_be_focused()
    page.reload()
    expect(page.locator(".welcome")).to_be_visible()
    answered(page, "hello")
    assert stage.app.state.requests[-1]["conversation_id"] is None


def test_a_conversation_that_the_service_forgot_is_begun_anew(page: Page, stage: Served) -> None:
    """404 for the conversation: the question is asked without it, and nobody is troubled."""
    open_widget(page, stage)
    answered(page, "hello")
    answered(page, "forgotten by you")
    assert [request["conversation_id"] for request in stage.app.state.requests[-2:]] == ["c1", None]


def test_offline_says_so_and_works_again_afterwards(page: Page, stage: Served, context: BrowserContext) -> None:
    """The browser knows that it is offline; the question is kept for another try."""
    open_widget(page, stage)
    context.set_offline(True)
    turn = ask(page, "hello")
    expect(turn.locator(".notice")).to_contain_text("You are offline.")
    context.set_offline(False)
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".actions")).to_be_visible()


def test_a_question_that_is_too_long_is_not_sent_and_not_lost(page: Page, stage: Served) -> None:
    """4,000 code points are asked, one more is refused beside the field; an empty question as well."""
    open_widget(page, stage)
    box = page.get_by_role("textbox")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Write a question first.")
    box.fill("😀" * 4001)
    expect(page.get_by_role("alert")).to_contain_text("at most 4,000 characters")
    box.press("Enter")
    assert page.locator(".turn").count() == 0
    expect(box).to_have_attribute("aria-invalid", "true")
    answered(page, "😀" * 4000)


def test_a_plain_json_answer_will_do(page: Page, stage: Served) -> None:
    """A proxy that cannot stream costs the streaming, not the answer."""
    open_widget(page, stage)
    expect(answered(page, "json please").locator("figure")).to_have_count(2)


def test_how_a_follow_up_was_understood_is_shown(page: Page, stage: Served) -> None:
    """The standalone form of a rewritten question stands above its answer."""
    open_widget(page, stage)
    turn = answered(page, "rewritten")
    expect(turn.locator(".remark")).to_have_text(re.compile("Understood as: What does Annelie Näs say about ROI?"))


def test_copying_takes_the_citations_along(page: Page, stage: Served, context: BrowserContext) -> None:
    """Question, answer with [1], and each citation's quote, speaker, title and address; no aid, which is no source."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_widget(page, stage)
    turn = answered(page, "hello")
    turn.get_by_role("button", name="Copy the answer with its sources").click()
    expect(turn.get_by_text("Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert "“Hur räknar vi hem ROI?” [1]" in text
    assert f"Annelie Näs, in a comment, Om sociala medier 1\n    {stage.url}/documents/doc-1?start=1&end=20" in text
    assert "How count we home" not in text
