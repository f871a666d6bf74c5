"""Makes the pictures in docs/widget.md: `make screenshots` (needs Chromium). The real service answers."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs/images"
QUESTION = "what do the authors think about ROI?"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
READY_SECONDS = 180
QUALITY = 60

HOST = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A host page</title>
<style>:root{color-scheme:light dark} body{max-width:34rem;margin:3rem 2rem;font:18px/1.6 Georgia,serif;color:GrayText}
h1{font-size:1.6em;line-height:1.2;color:CanvasText}</style>
<script async src="SERVICE/widget.js" data-language="en"
  data-questions="What do the authors think about ROI? | What is said about customer service?"></script>
<h1>Five texts on social media</h1>
<p>This page belongs to somebody else. It has one tag of Kilde's on it, and no style of Kilde's reaches it.</p>
<p>The button in the corner opens a panel, in which visitors ask what the texts say, in their own language.</p>"""


@contextmanager
def host_page() -> Iterator[tuple[str, list[str]]]:
    """A page of another origin; its address, and a list for the address of the service."""
    service: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(HOST.replace("SERVICE", service[0]).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", service
    server.shutdown()


@contextmanager
def kilde(allowed_origin: str) -> Iterator[str]:
    """The service over the shipped documents, in a data directory of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "KILDE_DATA_DIR": folder, "KILDE_ALLOWED_ORIGINS": allowed_origin}
        command = [str(Path(sys.executable).with_name("kilde")), "serve", "--port", str(port)]
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def wait_for(url: str) -> None:
    """Return when `url` answers with success."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - an address of this machine
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise SystemExit(f"expected the service to be ready within {READY_SECONDS} seconds, found it is not")


def opened(browser: Browser, url: str, width: int, height: int, scheme: str) -> Page:
    """A page in a profile of its own, without motion, so that two runs give the same picture."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    return page


def ask(page: Page) -> None:
    """Ask, and wait for the whole answer."""
    page.get_by_role("textbox").fill(QUESTION)
    page.get_by_role("textbox").press("Enter")
    page.locator(".actions").wait_for()


def save(page: Page, name: str) -> None:
    """Write docs/images/widget-NAME.webp and close the page."""
    page.wait_for_timeout(300)
    # WebP is a third of the size of PNG; Playwright's own method does not offer it.
    session = page.context.new_cdp_session(page)
    picture = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    (PICTURES / f"widget-{name}.webp").write_bytes(base64.b64decode(picture["data"]))
    if "--png" in sys.argv:
        page.screenshot(path=PICTURES / f"widget-{name}.png")
    page.context.close()


def take(browser: Browser, service: str, host: str) -> None:
    """All pictures."""
    for scheme in ("light", "dark"):
        page = opened(browser, service, 1080, 720, scheme)
        ask(page)
        page.locator(".prose .marker").nth(2).click()
        save(page, f"page-{scheme}")

        page = opened(browser, host, 1000, 680, scheme)
        page.locator("button.launcher").click()
        if scheme == "dark":
            ask(page)
        save(page, f"panel-{scheme}")

        page = opened(browser, service if scheme == "dark" else host, 360, 680, scheme)
        if scheme == "light":
            page.locator("button.launcher").click()
        ask(page)
        if scheme == "light":
            page.locator(".prose .marker").first.click()
        save(page, f"phone-{scheme}")

    page = opened(browser, service, 1080, 720, "light")
    ask(page)
    page.locator(".sources a").last.click()
    page.locator("mark").first.wait_for()
    save(page, "source-light")


def main() -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        raise SystemExit("expected Chromium: apt-get install chromium, or name one in CHROMIUM")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with host_page() as (host, address), kilde(host) as service, sync_playwright() as driver:
        address.append(service)
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        take(browser, service, host)
        browser.close()


if __name__ == "__main__":
    main()
