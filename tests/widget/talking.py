"""What a person does with the widget, for the tests."""

from __future__ import annotations

from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from tests.widget.conftest import Served


def host_url(served: Served, base: str = "", **query: str) -> str:
    """The address of the scripted service's host page."""
    return f"{base or served.url}/host?{urlencode(query)}"


def open_widget(page: Page, served: Served, **query: str) -> None:
    """Open the host page and then the panel."""
    page.goto(host_url(served, **query))
    page.locator("button.launcher").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def ask(page: Page, question: str) -> Locator:
    """Type a question, press Enter; the turn that it makes."""
    count = page.locator(".turn").count()
    box = page.get_by_role("textbox").last
    box.fill(question)
    box.press("Enter")
    return page.locator(".turn").nth(count)


def answered(page: Page, question: str) -> Locator:
    """Ask, and wait for the whole answer."""
    turn = ask(page, question)
    expect(turn.locator(".actions")).to_be_visible()
    return turn
