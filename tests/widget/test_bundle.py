"""The committed bundle and the way it is served."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.http.origins import install, parse_origins
from service.http.widget import bundle, router
from service.strings import LANGUAGES, strings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def client() -> TestClient:
    """A service with the widget, a route that changes something, and one allowed origin."""
    app = FastAPI()
    app.include_router(router())

    @app.post("/chat")
    def chat() -> str:
        return "asked"

    install(app, parse_origins("https://www.example.org/, https://intranet.example.org"))
    return TestClient(app, base_url="http://kilde.example")


def test_the_bundle_is_small() -> None:
    """At most 45 kB gzipped."""
    assert len(bundle().compressed) <= 45_000


def test_the_bundle_speaks_the_services_strings() -> None:
    """Each language's own sentences are in it, so none needs a request."""
    text = bundle().body.decode("utf-8")
    for language in LANGUAGES:
        assert strings(language).text("widget.error_unreachable") in text


def test_every_key_that_the_views_use_is_in_the_tables() -> None:
    """The keys of widget/src/strings.ts are exactly those of the [widget] table."""
    source = (ROOT / "widget/src/strings.ts").read_text(encoding="utf-8")
    keys = re.search(r"export type Key =(.*?);", source, re.DOTALL)
    assert keys
    table = strings("en").table["widget"]
    assert isinstance(table, dict)
    assert set(re.findall(r'"(\w+)"', keys[1])) == set(table)


def test_no_string_becomes_html_or_code() -> None:
    """No source of the widget hands a string to the HTML parser or evaluates one; nor does a library by another way."""
    sinks = ("insertAdjacentHTML", "outerHTML", "document.write", "new Function", "eval(", "createContextualFragment")
    for sink in sinks:
        assert sink not in bundle().body.decode("utf-8")
    # Preact has a property for it, which no view uses.
    for source in (ROOT / "widget/src").rglob("*.ts*"):
        assert "innerHTML" not in source.read_text(encoding="utf-8"), source


def test_the_short_path_is_revalidated_and_the_versioned_one_kept(client: TestClient) -> None:
    """Five minutes against for good; both with the same tag, under which a browser gets 304."""
    latest, versioned = client.get("/widget.js"), client.get(bundle().path)
    assert "max-age=300" in latest.headers["cache-control"]
    assert "immutable" in versioned.headers["cache-control"]
    assert latest.content == versioned.content == bundle().body
    for path in ("/widget.js", bundle().path):
        again = client.get(path, headers={"if-none-match": latest.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get("/widget-0000000000000000.js").status_code == 404


def test_the_integrity_hash_is_that_of_the_file(client: TestClient) -> None:
    """/widget.json describes what its src serves."""
    described = client.get("/widget.json").json()
    digest = hashlib.sha384(client.get(described["src"]).content).digest()
    assert described["integrity"] == "sha384-" + base64.b64encode(digest).decode()


def test_it_is_sent_compressed_only_to_those_who_take_that(client: TestClient) -> None:
    """`gzip;q=0` is a no."""
    with client.stream("GET", "/widget.js", headers={"accept-encoding": "gzip"}) as response:
        assert response.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join(response.iter_raw())) == bundle().body
    plain = client.get("/widget.js", headers={"accept-encoding": "gzip;q=0, identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://kilde.example", 200),
        ("https://www.example.org", 200),
        ("https://intranet.example.org", 200),
        ("https://evil.example", 403),
        ("https://www.example.org.evil.example", 403),
        ("http://www.example.org", 403),
        ("null", 403),
    ],
)
def test_only_allowed_origins_may_ask(client: TestClient, origin: str | None, status: int) -> None:
    """No origin is a program; the service's own and the allowed ones pass; any other is refused before it is asked."""
    response = client.post("/chat", headers={"origin": origin} if origin else {})
    assert response.status_code == status
    allowed = response.headers.get("access-control-allow-origin")
    assert allowed == (origin if origin and "example.org" in origin and status == 200 else None)


def test_any_page_may_load_the_script(client: TestClient) -> None:
    """Loading is not asking: also a page that may not ask can load the file with an integrity hash."""
    for path in ("/widget.js", bundle().path):
        assert (
            client.get(path, headers={"origin": "https://evil.example"}).headers["access-control-allow-origin"] == "*"
        )


def test_a_browser_that_asks_beforehand_hears_what_holds(client: TestClient) -> None:
    """The preflight of an allowed origin passes, that of another does not; credentials are never allowed."""
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,x-kilde-site"}
    good = client.options("/chat", headers={"origin": "https://www.example.org", **asked})
    assert (good.status_code, good.headers["access-control-allow-origin"]) == (200, "https://www.example.org")
    assert "access-control-allow-credentials" not in good.headers
    bad = client.options("/chat", headers={"origin": "https://evil.example", **asked})
    assert bad.status_code == 400
    assert "access-control-allow-origin" not in bad.headers
