"""Keyboard, screen readers, small and large screens, both themes, both directions of writing."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.widget.conftest import Served
from tests.widget.talking import answered, ask, host_url, open_widget


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds serious or critical, by rule and element."""
    # Evaluated by the driver, which the page's policy does not bind.
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {json.dumps([node['target'] for node in rule['nodes']])}"
        for rule in found["violations"]
        if rule["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, service: Served, stage: Served, axe: str, scheme: str) -> None:
    """The page with an answer and an open card, a source page, and the open widget on a host's page."""
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page = context.new_page()
    page.goto(service.url)
    assert violations(page, axe) == []
    answered(page, "what do the authors think about ROI?").locator(".prose .marker").first.click()
    assert violations(page, axe) == []
    page.get_by_role("link", name="Show in the text").click()
    expect(page.locator("mark").first).to_be_visible()
    assert violations(page, axe) == []
    open_widget(page, stage)
    answered(page, "hello").get_by_role("button", name="Helpful", exact=True).click()
    ask(page, "cut off")
    expect(page.locator(".notice")).to_be_visible()
    page.locator(".prose .marker").first.click()
    assert violations(page, axe) == []
    context.close()


def test_everything_goes_by_keyboard(page: Page, stage: Served) -> None:
    """Open, ask, read a card, close it, close the panel; the focus always returns to where it came from."""
    page.goto(host_url(stage))
    expect(page.locator("button.launcher")).to_be_visible()
    page.locator("a").first.focus()
    page.keyboard.press("Tab")
    expect(page.locator("button.launcher")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(page.locator(".actions")).to_be_visible()
    marker = page.locator(".prose .marker").first
    page.keyboard.press("Shift+Tab")  # the last thumb
    for _ in range(20):
        if marker.evaluate("m => m.getRootNode().activeElement === m"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Show in the text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    expect(marker).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("button.launcher")).to_be_focused()


def test_the_focus_is_seen(page: Page, stage: Served) -> None:
    """Everything that Tab reaches in the panel shows an outline, or its field does."""
    open_widget(page, stage)
    answered(page, "hello")
    seen = """() => {
        const e = document.querySelector("kilde-chat").shadowRoot.activeElement;
        if (!e) return "outside";
        const field = e.closest(".field");
        const style = getComputedStyle(field && e.localName === "textarea" ? field : e);
        return style.outlineStyle !== "none" || style.boxShadow !== "none" ? "seen" : e.outerHTML;
    }"""
    stops = []
    for _ in range(14):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(seen))
    assert set(stops) <= {"seen", "outside"}
    assert stops.count("seen") >= 10


def test_a_finished_answer_is_announced_once(page: Page, stage: Served) -> None:
    """The log is silent; the status says the answer's headline and its number of quotes, one time."""
    open_widget(page, stage)
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "off")
    page.evaluate(
        """() => {
            window.said = [];
            const status = document.querySelector("kilde-chat").shadowRoot.querySelector("[role=status]");
            new MutationObserver(() => status.textContent && window.said.push(status.textContent))
                .observe(status, {childList: true, characterData: true, subtree: true});
        }"""
    )
    answered(page, "hello")
    page.wait_for_timeout(300)
    assert page.evaluate("window.said") == ["Answer: One voice speaks of it. Number of quotes: 2."]


def test_quotes_and_aids_name_their_languages(page: Page, stage: Served) -> None:
    """A Swedish quote is lang=sv in answer and card; its aid is lang=en and says that it is one."""
    open_widget(page, stage)
    turn = answered(page, "hello")
    expect(turn.locator("blockquote").first).to_have_attribute("lang", "sv")
    turn.locator(".prose .marker").first.click()
    card = page.locator(".card")
    expect(card.locator("blockquote")).to_have_attribute("lang", "sv")
    expect(card.locator(".aid-label")).to_have_text("Word-for-word aid:")
    expect(card.locator(".aid [lang=en]").last).to_have_text("How count we home ROI?")
    expect(card.locator("strong")).to_have_text("Annelie Näs, in a comment")
    page.keyboard.press("Escape")
    turn.locator(".prose .marker").nth(1).click()
    expect(page.locator(".card strong")).to_have_text("The author, who is not named")


def test_enter_while_composing_does_not_ask(page: Page, stage: Served) -> None:
    """The Enter that ends a word in an input method is not the one that asks; Shift and Enter make a new line."""
    open_widget(page, stage)
    box = page.get_by_role("textbox")
    box.fill("にほんご")
    for detail in ({"key": "Enter", "isComposing": True}, {"key": "Enter", "keyCode": 229}):
        box.dispatch_event("keydown", {**detail, "bubbles": True, "cancelable": True})
    assert page.locator(".turn").count() == 0
    box.press("Shift+Enter")
    expect(box).to_have_value("にほんご\n")
    box.press("Enter")
    expect(page.locator(".turn")).to_have_count(1)


@pytest.mark.parametrize(("width", "height"), [(320, 568), (640, 400), (1280, 800)])
def test_nothing_is_cut_off_at_any_size(
    browser: Browser, service: Served, stage: Served, width: int, height: int
) -> None:
    """320 px, and 1280 px at 200 % zoom: nothing scrolls sideways, the input and the close button are in view."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(service.url)
    answered(page, "what do the authors think about ROI?").locator(".prose .marker").last.click()
    sideways = "e => e.scrollWidth - e.clientWidth"
    assert page.locator("html").evaluate(sideways) <= 0
    assert page.get_by_role("log").evaluate(sideways) <= 0
    open_widget(page, stage)
    answered(page, "hello").locator(".prose .marker").last.click()
    assert page.get_by_role("log").evaluate(sideways) <= 0
    box = page.locator(".card").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.press("Escape")
    for element in (page.get_by_role("textbox"), page.get_by_role("button", name="Close")):
        expect(element).to_be_in_viewport(ratio=1)
    context.close()


def test_on_a_phone_the_panel_covers_the_page_and_keeps_the_focus(browser: Browser, stage: Served) -> None:
    """Modal there: Tab goes round inside it."""
    context = browser.new_context(viewport={"width": 390, "height": 780}, reduced_motion="reduce")
    page = context.new_page()
    open_widget(page, stage)
    panel = page.get_by_role("dialog")
    expect(panel).to_have_attribute("aria-modal", "true")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "kilde-chat"
    context.close()


def test_without_motion_nothing_moves(browser: Browser, stage: Served) -> None:
    """With reduced motion no animation runs, not even that of waiting."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    open_widget(page, stage)
    ask(page, "pause here")
    expect(page.locator(".thinking")).to_be_visible()
    running = "document.querySelector('kilde-chat').shadowRoot.getAnimations().length"
    assert page.evaluate(running) == 0
    context.close()


def test_on_a_page_written_from_right_to_left(page: Page, stage: Served) -> None:
    """The launcher stands at the left, the panel is mirrored, and each text keeps its own direction."""
    page.goto(host_url(stage))
    page.evaluate("document.documentElement.dir = 'rtl'")
    launcher = page.locator("button.launcher")
    box = launcher.bounding_box()
    assert box is not None
    assert box["x"] < 100
    launcher.click()
    turn = answered(page, "hello")
    send, area = page.locator(".send").bounding_box(), page.get_by_role("textbox").bounding_box()
    assert send is not None
    assert area is not None
    assert send["x"] < area["x"]
    assert turn.locator("blockquote").first.evaluate("e => getComputedStyle(e).direction") == "ltr"
