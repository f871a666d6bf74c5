"""What people upload: files that are broken, locked, hostile, too large or strangely named, each with its outcome."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from index.build import build
from service.access.keyring import Keyring, configured_keys
from service.access.keys import Keys
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.http.app import create_app
from service.http.guard import Access
from service.settings import Settings
from tests.index.formats.making_files import docx, locked, pdf

KEY = "a-key-of-the-library-1"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LINES = ["On herons", "The heron stands in the pond and waits for a frog."]
PAGE = """<!doctype html><html><head><title>On herons</title>
<script>document.write("The heron is a robot.")</script></head><body onload="alert('robot')">
<nav><a href="/">Home</a> <a href="/robots">All about machines</a></nav>
<article><h1>On herons</h1>
<p>The heron stands in the pond and waits for a frog, and it has stood there since the morning.</p>
<script>/* the robot heron */</script><style>p { color: robot }</style>
<p onclick="robot()">When the frog comes, the heron is faster, as everybody knows who has watched one.</p>
<iframe src="https://robots.example/"></iframe><noscript>Robots need scripts.</noscript>
</article></body></html>"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant with one good document."""
    folder: Path = tmp_path_factory.mktemp("bad")
    (folder / "texts").mkdir()
    (folder / "texts" / "bread.txt").write_text("Bread\n\nA baker kneads the dough in the morning.\n", "utf-8")
    settings = Settings(data_dir=folder / "data", seeds=folder / "texts")
    with open_assistant(settings) as opened:
        build(opened.library, settings.seeds)
        yield opened


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> TestClient:
    """A client with a key."""
    access = Access(Keyring(Keys(assistant.library.record), configured_keys(KEY)))
    app = create_app(assistant, access=access)
    return TestClient(app, raise_server_exceptions=False, headers={"authorization": f"Bearer {KEY}"})


def put(client: TestClient, name: str, content: bytes, media_type: str) -> tuple[int, str]:
    """The status and the detail of an upload."""
    response = client.put(f"/documents/{quote(name, safe='')}", content=content, headers={"content-type": media_type})
    return response.status_code, response.json().get("detail", "")


@pytest.mark.parametrize(
    ("media_type", "content", "said"),
    [
        ("application/pdf", locked(pdf([LINES]), "secret"), "locked with a password"),
        ("application/pdf", pdf([[], [], []]), "3 pages without any: scans need text recognition"),
        ("application/pdf", b"%PDF-1.7 and nothing of one", "damaged or locked"),
        (WORD, docx([("Normal", "Text.")], extra=bytes(120_000_000)), "at most 100,000,000 bytes unpacked"),
        (WORD, b"\xd0\xcf\x11\xe0" + bytes(600), "an older Word file"),
        (WORD, pdf([LINES]), "a damaged file or another kind"),
        ("text/html", b"<html><script>only()</script><body><nav>Menu</nav></body></html>", "expected a page with text"),
        ("text/plain", b"\x89PNG\r\n\x1a\n\0\0", "binary data"),
        ("text/csv", b"a;b\n1;2\n", "expected"),
        ("message/rfc822", b"no headers at all", "expected an e-mail"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_refused_in_words_and_harms_nothing(
    client: TestClient, media_type: str, content: bytes, said: str
) -> None:
    """422 that says what was expected and found; the former version stays, and the others are still answered from."""
    assert put(client, "heron", "\n\n".join(LINES).encode(), "text/plain")[0] in {200, 201}
    before = client.get("/documents/heron").json()
    status, detail = put(client, "heron", content, media_type)
    assert (status, said in detail) == (422, True), detail
    assert "Traceback" not in detail
    assert client.get("/documents/heron").json() == before
    reply = client.post("/chat", json={"message": "Who kneads the dough?"}).json()
    assert reply["citations"][0]["document"]["id"] == "bread"


def test_scripts_of_a_page_are_neither_text_nor_run(client: TestClient) -> None:
    """Of a saved page its article is stored; what the source page shows of it runs nothing."""
    assert put(client, "page", PAGE.encode(), "text/html")[0] == 201
    document = client.get("/documents/page", headers={"accept": "application/json"}).json()
    assert "faster, as everybody knows" in document["text"]
    assert "robot" not in document["text"].lower()
    shown = client.get("/documents/page", headers={"accept": "text/html"})
    assert "script-src 'self'" in shown.headers["content-security-policy"]
    assert "robot" not in shown.text.lower()


@pytest.mark.parametrize("says_its_length", [True, False])
def test_a_file_of_200_mb_is_refused_before_it_has_come(client: TestClient, says_its_length: bool) -> None:
    """413, whether the length is said or the body just goes on; it is never held whole."""
    sent = [0]

    def body() -> Iterator[bytes]:
        for _ in range(200):
            sent[0] += 1
            yield b"x" * 1_000_000

    headers = {"content-type": "text/plain"} | ({"content-length": "200000000"} if says_its_length else {})
    response = client.put("/documents/huge", content=body(), headers=headers)
    assert response.status_code == 413
    assert "at most 20,000,000 bytes" in response.json()["detail"]
    assert client.get("/documents/huge").status_code == 404


@pytest.mark.parametrize("name", ["blåbær på øya", "jam 🫐 👩\u200d🚀", "100 % sure? #1 & more", "a.b.c", "-rf"])
def test_a_strange_name_is_only_a_name(client: TestClient, name: str) -> None:
    """Blanks, emoji, signs and dots go in, are found, are shown, and are removed again, under the very same name."""
    place = f"/documents/{quote(name, safe='')}"
    assert put(client, name, b"Quinces\n\nThe quince is picked in October.\n", "text/plain")[0] == 201
    assert client.get(place, headers={"accept": "application/json"}).json()["id"] == name
    citation = client.post("/chat", json={"message": "When is the quince picked?"}).json()["citations"][0]
    assert citation["document"]["id"] == name
    assert client.get(citation["document"]["url"], headers={"accept": "text/html"}).status_code == 200
    assert client.delete(place).status_code == 204


def test_a_name_that_climbs_leads_nowhere(client: TestClient, tmp_path: Path) -> None:
    """ "../" in any spelling makes no document and touches no file outside."""
    outside = sorted(tmp_path.rglob("*"))
    for dots, slash in itertools.product(("..", "%2E%2E", ".%2e"), ("/", "%2F", "%5C", "%00/")):
        place = f"/documents/{dots}{slash}{dots}{slash}evil"
        status = client.put(place, content="Evil.", headers={"content-type": "text/plain"}).status_code
        if status in {200, 201}:  # A backslash is part of a name.
            assert slash == "%5C"
            client.delete(place)
    assert sorted(tmp_path.rglob("*")) == outside
    assert not [info for info in client.get("/documents").json()["documents"] if "evil" in info["id"]]
