"""How soon the launcher is painted after the script has loaded: `python widget/measure.py` (needs Chromium).

Prints the fastest, the median and the slowest of twenty loads, in milliseconds, on an otherwise empty page.
"""

from __future__ import annotations

import os
import shutil
import statistics
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

LOADS = 20
SCRIPT = (Path(__file__).parents[1] / "service/static/widget.js").read_bytes()
PAGE = b"<!doctype html><meta charset=utf-8><title>Empty</title><body><p>A page"
# The first frame after the script ran has the launcher in it; what follows the frame's callback is its painting.
MEASURE = """() => new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = "/widget.js";
    script.onload = () => {
        const [entry] = performance.getEntriesByName(script.src);
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - entry.responseEnd)));
    };
    document.head.append(script);
})"""


class Handler(BaseHTTPRequestHandler):
    """An empty page and the widget."""

    def do_GET(self) -> None:
        script = self.path == "/widget.js"
        self.send_response(200)
        self.send_header("content-type", "text/javascript" if script else "text/html")
        self.end_headers()
        self.wfile.write(SCRIPT if script else PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        pass


def main() -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        raise SystemExit("expected Chromium: apt-get install chromium, or name one in CHROMIUM")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        times = []
        for _ in range(LOADS):
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            times.append(float(page.evaluate(MEASURE)))
            page.locator("button.launcher").wait_for()
            page.close()
        browser.close()
    server.shutdown()
    fastest, median, slowest = min(times), statistics.median(times), max(times)
    print(f"launcher painted: fastest {fastest:.0f} ms, median {median:.0f} ms, slowest {slowest:.0f} ms")


if __name__ == "__main__":
    main()
