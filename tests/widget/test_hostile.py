"""Documents that want to be run, in a real browser: through the widget, the page at / and the source page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index.build import build
from service.bootstrap import open_assistant
from service.http.app import create_app
from service.settings import Settings
from tests.service.http.test_hostile import AUTHOR, QUESTIONS, TEXT, TITLE
from tests.widget.conftest import Served, free_port, serve
from tests.widget.talking import answered


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The real service over one document whose title, author, speakers and text are markup."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    (folder / "texts").mkdir()
    (folder / "texts" / "jam.txt").write_text(TEXT, "utf-8")
    facts = f"[jam]\ntitle = '''{TITLE}'''\nauthor = '''{AUTHOR}'''\n"
    (folder / "texts" / "sources.toml").write_text(facts, "utf-8")
    with open_assistant(Settings(_env_file=None, data_dir=folder / "data", seeds=folder / "texts")) as assistant:
        build(assistant.library, folder / "texts")
        yield from serve(create_app(assistant), free_port())


def test_a_hostile_document_runs_nothing_in_a_browser(page: Page, hostile: Served) -> None:
    """Its words are shown as they are, in the list, the answer, the card and the source; the fixture sees no fault."""
    page.goto(hostile.url)
    expect(page.locator("aside")).to_contain_text(TITLE)
    for question in QUESTIONS:
        turn = answered(page, question)
        expect(turn).to_contain_text("window.executed = true")
    page.locator(".prose .marker").first.click()
    card = page.get_by_role("dialog", name="Source 1")
    expect(card).to_contain_text(TITLE)
    assert page.evaluate("window.executed") is None
    card.get_by_role("link", name="Show in the text").click()
    page.wait_for_url("**/documents/jam?*")
    expect(page.locator("article.source")).to_contain_text("window.executed = true")
    assert page.locator("article img, article script").count() == 0
    assert page.evaluate("window.executed") is None
