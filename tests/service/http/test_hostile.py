"""Texts that want to be run, ids that want to be paths, files that want to be pages: harmless through every door."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from service.access.keyring import Keyring, configured_keys
from service.access.keys import Keys
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.http.app import create_app
from service.http.guard import Access
from service.settings import Settings
from tests.service.http.test_documents import Page

KEY = {"authorization": "Bearer a-key-of-the-settings"}
SCRIPT = "<script>window.executed = true</script>"
IMAGE = "<img src=x onerror='window.executed = true'>"
TITLE = f"On jam {SCRIPT}"
AUTHOR = f"Ada {IMAGE}"
ID = 'jam "><script>window.executed = true'
TEXT = f"""The lingonberry {SCRIPT} boils for twenty minutes {IMAGE} and is then a jam.

1 comment

Eve {IMAGE} says:

The cloudberry {SCRIPT} simmers, [a link](javascript:window.executed=true) says so.
"""
QUESTIONS = ("How long does the lingonberry boil?", "What does Eve say about the cloudberry?")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a secret beside what the service may read."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    (folder / "texts").mkdir()
    (folder / "texts" / "bread.txt").write_text("Bread\n\nA baker kneads the dough in the morning.\n", "utf-8")
    (folder / "secret.txt").write_text("The password is swordfish.\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def assistant(data: Path) -> Iterator[Assistant]:
    """An assistant with nothing in it yet."""
    with open_assistant(Settings(_env_file=None, data_dir=data / "data", seeds=data / "texts")) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> TestClient:
    """A client of a service with a hostile document, uploaded as plain text with a hostile title, author and id."""
    access = Access(Keyring(Keys(assistant.library.record), configured_keys("a-key-of-the-settings")))
    made = TestClient(create_app(assistant, access=access), raise_server_exceptions=False)
    said = {"title": TITLE, "author": AUTHOR}
    headers = {**KEY, "content-type": "text/plain"}
    response = made.put(f"/documents/{quote(ID, safe='')}", params=said, content=TEXT, headers=headers)
    assert response.status_code == 201, response.text
    return made


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """The elements of a page with their attributes, as a browser finds them."""
    return Page(html).elements


def is_harmless(html: str) -> bool:
    """No script but our own, no picture, no handler, no address that runs."""
    for tag, attributes in elements(html):
        if tag in {"img", "iframe", "object", "embed", "form", "base", "style"}:
            return False
        if tag == "script" and not (attributes.get("src") or "").startswith(("/static/", "/widget")):
            return False
        if any(name.startswith("on") for name in attributes):
            return False
        if any("javascript:" in (value or "") for name, value in attributes.items() if name in {"href", "src"}):
            return False
    return True


def test_the_source_page_of_a_hostile_document_runs_nothing(client: TestClient) -> None:
    """Title, author, speaker, id and text are shown as the text that they are; the policy runs our own only."""
    for span in ("", "?start=0&end=60"):
        response = client.get(f"/documents/{quote(ID, safe='')}{span}", headers={"accept": "text/html"})
        assert response.status_code == 200
        assert is_harmless(response.text)
        assert Page(response.text).text == TEXT
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert "'unsafe" not in response.headers["content-security-policy"]


def test_the_page_that_lists_a_hostile_document_runs_nothing(client: TestClient) -> None:
    """The page at / names it, and its address is percent-encoded."""
    page = client.get("/").text
    assert is_harmless(page)
    assert "On jam &lt;script&gt;" in page


@pytest.mark.parametrize("question", QUESTIONS)
def test_hostile_words_in_an_answer_are_data(client: TestClient, question: str) -> None:
    """JSON and events say what they are, no browser may take them for anything else, and Markdown is escaped."""
    for stream in (False, True):
        response = client.post("/chat", json={"message": question, "stream": stream})
        assert response.headers["content-type"].partition(";")[0] in {"application/json", "text/event-stream"}
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.status_code == 200
    reply = client.post("/chat", json={"message": question}).json()
    assert reply["citations"]
    for citation in reply["citations"]:
        if citation["document"]["id"] == ID:
            assert citation["quote"] == TEXT[citation["start"] : citation["end"]]
            assert "<" not in citation["document"]["url"]
    # What Markdown would read as a link or a tag has a backslash before it.
    assert re.search(r"(?<!\\)\]\(|(?<!\\)<", reply["answer"]) is None


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json", "text/plain", "image/png", "x" * 3000])
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_an_uploaded_page_is_never_served_as_one(client: TestClient, accept: str, kind: str) -> None:
    """Whatever is asked for, an upload comes back as JSON or on our own page."""
    html = f"<html><head><title>{SCRIPT}</title></head><body><p>Some words of a page. {SCRIPT}{IMAGE}</p></body></html>"
    headers = {**KEY, "content-type": kind}
    assert client.put("/documents/upload", content=html, headers=headers).status_code in {200, 201}
    response = client.get("/documents/upload", headers={"accept": accept})
    assert response.headers["x-content-type-options"] == "nosniff"
    if response.headers["content-type"].startswith("text/html"):
        assert is_harmless(response.text)
    else:
        assert response.headers["content-type"] == "application/json"
    assert client.delete("/documents/upload", headers=KEY).status_code == 204


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "..%2Fsecret.txt",
        "..%2f..%2fsecret.txt",
        "%2e%2e%2fsecret",
        "..%5Csecret.txt",
        "%252e%252e%252fsecret.txt",
        "....//secret.txt",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "file:%2F%2F%2Fetc%2Fpasswd",
        "secret.txt%00",
        "..%c0%afsecret.txt",
        "~root",
        "data%2Frecord.sqlite3",
    ],
)
def test_an_id_is_no_path(client: TestClient, data: Path, name: str) -> None:
    """Reading, adding and removing by an id that looks like a path touches no file."""
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*.txt")}
    for method in ("GET", "PUT", "DELETE"):
        response = client.request(method, f"/documents/{name}", content=b"", headers=KEY)
        assert response.status_code in {401, 404, 405, 415, 422}
        assert "swordfish" not in response.text
        assert "root:" not in response.text
        assert str(data) not in response.text
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*.txt")} == before


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fpyproject.toml", "/static//etc/passwd"]
)
def test_static_files_are_those_and_no_others(client: TestClient, path: str) -> None:
    """No way leads out of the folder."""
    assert client.get(path).status_code == 404


def test_errors_do_not_speak_of_the_inside(client: TestClient) -> None:
    """A nested, a huge, a binary and an invalid body: a status below 500 and no word of what failed within."""
    bodies = [
        b"[" * 100_000,
        b'{"message": ' + b'"' + b"\xff" * 10 + b'"}',
        b'{"message": "\\ud800"}',
        b"\x00" * 1000,
        b'{"message": 1e400}',
        json.dumps({"message": "x", "conversation_id": "'; DROP TABLE documents; --"}).encode(),
        json.dumps({"message": "x", "filters": {"documents": ["../../x"] * 1000}}).encode(),
    ]
    for path in ("/chat", "/search", "/feedback", "/v1/chat/completions", "/v1/responses"):
        for body in bodies:
            response = client.post(path, content=body, headers={"content-type": "application/json"})
            assert response.status_code < 500, (path, body[:40], response.text[:300])
            assert "Traceback" not in response.text
            assert "sqlite" not in response.text.lower()
