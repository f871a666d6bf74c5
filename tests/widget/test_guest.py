"""The widget as a guest on somebody else's page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.widget.conftest import Served
from tests.widget.scripted import STRICT
from tests.widget.talking import answered, host_url, open_widget


def test_one_tag_on_a_page_with_a_strict_policy_is_enough(page: Page, stage: Served) -> None:
    """Under `script-src 'self'; style-src 'self'` it opens, asks and is styled; the page fixture sees no violation."""
    open_widget(page, stage, csp=STRICT)
    turn = answered(page, "hello")
    expect(turn.locator("figure")).to_have_count(2)
    assert page.locator("section.panel").evaluate("panel => getComputedStyle(panel).display") == "flex"


def test_another_origin_may_ask_when_it_is_allowed(page: Page, stage: Served) -> None:
    """The script comes from the service's origin, the page from an allowed one: preflight, stream and links work."""
    policy = f"default-src 'none'; script-src {stage.url}; style-src 'self'; connect-src {stage.url}"
    page.goto(
        host_url(stage, stage.foreign_url, script=f"{stage.url}/widget.js", csp=policy, attributes="data-site=s1")
    )
    page.locator("button.launcher").click()
    turn = answered(page, "hello")
    assert stage.app.state.requests[-1]["site"] == "s1"
    expect(turn.locator(".sources a").first).to_have_attribute("href", f"{stage.url}/documents/doc-1?start=1&end=20")


def test_the_versioned_file_loads_with_its_integrity_hash(page: Page, stage: Served, context: BrowserContext) -> None:
    """The path and hash of /widget.json hold for a browser, from another origin."""
    described = context.request.get(f"{stage.url}/widget.json").json()
    tag = f'integrity="{described["integrity"]}" crossorigin="anonymous"'
    policy = f"script-src {stage.url}; style-src 'self'"
    page.goto(host_url(stage, stage.foreign_url, script=stage.url + described["src"], attributes=tag, csp=policy))
    expect(page.locator("button.launcher")).to_be_visible()


def test_nothing_leaks_in_or_out(page: Page, stage: Served) -> None:
    """A host's careless styles do not reach the widget; it leaves no cookie and no global name."""
    page.goto(f"{stage.url}/host.css")
    before = set(page.evaluate("Object.keys(window)"))
    open_widget(page, stage)
    answered(page, "hello")
    style = "e => { const s = getComputedStyle(e); return [s.fontStyle, s.letterSpacing, s.textAlign, s.fontSize] }"
    assert page.locator(".prose p").first.evaluate(style)[:3] == ["normal", "normal", "start"]
    assert page.locator(".root").evaluate(style)[3] == "16px"
    assert set(page.evaluate("Object.keys(window)")) - before == set()
    assert page.context.cookies() == []


def test_the_host_themes_it_by_variables_and_parts(page: Page, stage: Served) -> None:
    """--kilde-accent colours the launcher, ::part(panel) reaches the panel."""
    rules = ":root{--kilde-accent:rgb(100,0,120);--kilde-width:20rem}kilde-chat::part(panel){border-radius:3px}"
    open_widget(page, stage, style=rules)
    assert page.locator(".send").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(100, 0, 120)"
    assert page.locator("section.panel").evaluate("e => getComputedStyle(e).borderRadius") == "3px"


def test_the_host_sets_title_language_questions_and_strings(page: Page, stage: Served) -> None:
    """Attributes of the tag: all are seen in the panel."""
    attributes = (
        'data-title="Spør oss" data-language="nn" data-theme="dark" data-questions="Kva? | Kvifor?" '
        """data-strings='{"placeholder": "Skriv her"}'"""
    )
    open_widget(page, stage, attributes=attributes)
    expect(page.get_by_role("dialog", name="Spør oss")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_attribute("placeholder", "Skriv her")
    assert page.locator(".welcome button").all_inner_texts() == ["Kva?", "Kvifor?"]
    assert page.locator(".welcome h3").inner_text() == "Du kan til dømes spørje"
    assert page.locator("section.panel").evaluate("e => getComputedStyle(e).colorScheme") == "dark"


@pytest.mark.parametrize(
    ("locale", "placeholder"),
    [
        ("da-DK", "Spørg om teksterne …"),
        ("no", "Spør om tekstene …"),
        ("nn-NO", "Spør om tekstane …"),
        ("sv-SE", "Fråga om texterna …"),
        ("fi-FI", "Ask about the texts …"),
    ],
)
def test_the_browser_chooses_the_language(browser: Browser, stage: Served, locale: str, placeholder: str) -> None:
    """The first of the browser's languages that the widget speaks, else English."""
    context = browser.new_context(locale=locale)
    page = context.new_page()
    open_widget(page, stage)
    expect(page.get_by_role("textbox")).to_have_attribute("placeholder", placeholder)
    context.close()


def test_the_host_hears_events_and_may_call(page: Page, stage: Served) -> None:
    """Events bubble to the document; open, ask, reset and close are methods of the element."""
    page.goto(host_url(stage))
    page.evaluate(
        """() => {
            window.heard = [];
            for (const name of ["open", "close", "question", "answer", "citation", "feedback", "reset", "error"])
                document.addEventListener("kilde:" + name, (event) => window.heard.push([name, event.detail]));
        }"""
    )
    page.evaluate("document.querySelector('kilde-chat').ask('hello')")
    page.locator(".prose .marker").first.click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_text("Would you like to say why?")).to_be_visible()
    page.wait_for_function("window.heard.some(([name]) => name === 'feedback')")
    page.evaluate("document.querySelector('kilde-chat').reset()")
    page.evaluate("document.querySelector('kilde-chat').close()")
    heard = page.evaluate("window.heard")
    assert [name for name, _ in heard] == ["open", "question", "answer", "citation", "feedback", "reset", "close"]
    assert heard[2][1]["citations"][0]["quote"] == "Hur räknar vi hem ROI?"


def test_a_page_with_the_element_gets_no_launcher_beside_it(page: Page, stage: Served) -> None:
    """`<kilde-chat data-mode="page">` fills its place; the script adds nothing of its own."""
    page.goto(f"{stage.url}/documents/x")
    page.evaluate(
        """() => {
            document.body.innerHTML = '<div><kilde-chat data-mode="page"></kilde-chat></div>';
            const script = document.createElement("script");
            script.src = "/widget.js";
            document.body.append(script);
        }"""
    )
    expect(page.get_by_role("textbox")).to_be_visible()
    assert page.locator("kilde-chat").count() == 1
    assert page.locator("button.launcher").count() == 0


def test_a_hostile_answer_executes_and_loads_nothing(page: Page, stage: Served) -> None:
    """Scripts, handlers, javascript: links, pictures and styles in answer, quote, name and title stay text."""
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if stage.url not in request.url else None)
    # Without a policy of the page, which would hide a hole in ours.
    open_widget(page, stage, csp="")
    turn = answered(page, "hostile")
    turn.locator(".prose .marker").first.click()
    card = page.locator(".card")
    expect(card).to_contain_text("<script>window.executed = true</script>")
    assert card.get_by_role("link").count() == 0
    hrefs = page.locator(".turn a").evaluate_all("links => links.map((link) => link.protocol)")
    assert set(hrefs) <= {"http:", "https:"}
    tags = page.locator(".turn *").evaluate_all("all => [...new Set(all.map((element) => element.localName))]")
    assert not {"script", "img", "iframe", "style", "svg:script", "math", "details", "object", "form"} & set(tags)
    handlers = page.locator(".turn *").evaluate_all(
        "all => all.flatMap((e) => e.getAttributeNames().filter((name) => name.startsWith('on')))"
    )
    assert handlers == []
    for link in page.locator(".prose a").all():
        link.dispatch_event("click", {"button": 1})
    page.wait_for_timeout(200)
    assert page.evaluate("window.executed") is None
    assert [url for url in foreign if "example.org" not in url] == []


def test_markdown_of_a_model_is_drawn(page: Page, stage: Served) -> None:
    """Bold, lists, tables and character references; only real markers of known citations are buttons."""
    open_widget(page, stage)
    prose = answered(page, "written").locator(".prose")
    assert prose.locator("strong").inner_text() == "differ"
    assert prose.locator(".marker").all_inner_texts() == ["1", "2"]
    expect(prose).to_contain_text("R&D is [1], not [1] nor [9].")
    assert prose.locator("ol li").count() == 2
    assert prose.locator("td").all_inner_texts() == ["1", "2"]
    expect(page.get_by_text("Worded by a language model.")).to_be_visible()


def test_nothing_is_waited_for_before_the_launcher_stands(page: Page, stage: Served) -> None:
    """One request, that of the script, brings strings, styles and views; `widget/measure.py` says how fast."""
    page.goto(f"{stage.url}/documents/x")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.add_script_tag(url="/widget.js")
    expect(page.locator("button.launcher")).to_be_visible()
    page.locator("button.launcher").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert requested == [f"{stage.url}/widget.js"]


def test_it_may_be_open_from_the_start_and_in_the_other_corner(page: Page, stage: Served) -> None:
    """`data-open` and `data-position="start"`."""
    page.goto(host_url(stage, attributes='data-open data-position="start"'))
    expect(page.get_by_role("dialog")).to_be_visible()
    box = page.locator("section.panel").bounding_box()
    assert box is not None
    assert box["x"] < 40


def test_a_page_that_blocks_storage_and_clipboard_costs_only_those(page: Page, stage: Served) -> None:
    """Without sessionStorage nothing is restored; without the clipboard interface the old way copies."""
    page.add_init_script(
        """Object.defineProperty(window, "sessionStorage", {get() { throw new DOMException("no", "SecurityError") }});
        Object.defineProperty(navigator, "clipboard", {value: undefined});"""
    )
    open_widget(page, stage)
    turn = answered(page, "hello")
    copy = turn.get_by_role("button", name="Copy the answer with its sources")
    copy.click()
    expect(turn.get_by_text("Copied")).to_be_visible()
    expect(copy).to_be_focused()
    page.reload()
    expect(page.locator("button.launcher")).to_be_visible()
