"""PUT and DELETE /documents/{id}."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from index.build import build
from index.records import Hit
from index.retrieve import Retriever
from service.access.keyring import Keyring, configured_keys
from service.access.keys import Keys
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.find import find
from service.http import uploads
from service.http.app import create_app
from service.http.guard import Access
from service.settings import Settings

KEY, OTHER = "a-key-of-the-library-1", "another-key-of-it-2"
ALLOWED = {"authorization": f"Bearer {KEY}", "content-type": "text/plain"}
MAX_BYTES = 5000


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant of one document in a folder."""
    folder: Path = tmp_path_factory.mktemp("uploads")
    (folder / "texts").mkdir()
    (folder / "texts" / "bread.txt").write_text("Bread\n\nA baker kneads the dough in the morning.\n", "utf-8")
    settings = Settings(data_dir=folder / "data", seeds=folder / "texts", max_document_bytes=MAX_BYTES)
    with open_assistant(settings) as opened:
        build(opened.library, settings.seeds)
        yield opened


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> TestClient:
    """A client of a service with two keys."""
    access = Access(Keyring(Keys(assistant.library.record), configured_keys(f"{KEY}, {OTHER}")))
    return TestClient(create_app(assistant, access=access), raise_server_exceptions=False)


def found(client: TestClient, query: str) -> list[str]:
    """The documents of the passages for a query."""
    passages = client.post("/search", json={"query": query}).json()["passages"]
    return [passage["document"]["id"] for passage in passages]


def test_a_document_is_added_replaced_and_removed(client: TestClient) -> None:
    """201, then 200 with the new text found and the old one gone, 204, and 404 from then on."""
    place = f"/documents/{quote('jam 🫐 2025')}"
    first = client.put(f"{place}?title=On%20jam&author=Ada", content="Jam\n\nThe lingonberry boils.\n", headers=ALLOWED)
    assert first.status_code == 201
    assert (first.json()["title"], first.json()["author"], first.json()["id"]) == ("On jam", "Ada", "jam 🫐 2025")
    assert first.headers["location"] == place
    assert found(client, "Does the lingonberry boil?")[0] == "jam 🫐 2025"
    headers = {**ALLOWED, "authorization": f"bearer {OTHER}", "content-type": "text/markdown; charset=UTF-8"}
    second = client.put(place, content="# Jam\n\nThe cloudberry simmers.\n", headers=headers)
    assert second.status_code == 200
    assert "jam 🫐 2025" in found(client, "Does the cloudberry simmer?")
    assert client.get(place).json()["text"] == "# Jam\n\nThe cloudberry simmers.\n"
    assert client.put(place, content="# Jam\n\nThe cloudberry simmers.\n", headers=headers).json() == second.json()
    assert client.delete(place, headers=ALLOWED).status_code == 204
    assert client.delete(place, headers=ALLOWED).status_code == 404
    assert "jam 🫐 2025" not in found(client, "Does the cloudberry simmer?")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("said", [None, "", "Bearer", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer æøå"])
def test_without_a_key_nothing_changes(client: TestClient, method: str, said: str | None) -> None:
    """401 as a problem document that names no key, whatever else is wrong."""
    headers = {} if said is None else {"authorization": said.encode()}
    response = client.request(method, "/documents/bread", content="x", headers=headers)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"] == "Bearer"
    assert KEY not in response.text
    assert found(client, "Who kneads the dough?") == ["bread"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_service_without_keys_is_changed_by_nobody(assistant: Assistant, method: str) -> None:
    """403, with any key and with an empty one."""
    client = TestClient(create_app(assistant))
    for said in (f"Bearer {KEY}", "Bearer ", "Bearer"):
        response = client.request(method, "/documents/bread", content="x", headers={"authorization": said})
        assert response.status_code == 403
        assert "KILDE_API_KEYS" in response.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"content-type": "image/png"}, b"x", 415),
        ({"content-type": ""}, b"x", 415),
        ({"content-type": "text/plain; charset=latin-1"}, b"x", 415),
        ({}, b"x" * (MAX_BYTES + 1), 413),
        ({}, b"", 422),
        ({}, b" \n ", 422),
        ({}, b"\xff\xfe\0", 422),
    ],
)
def test_what_cannot_be_taken_in_is_refused(
    client: TestClient, headers: dict[str, str], content: bytes, status: int
) -> None:
    """Another type, another encoding, too much, or nothing: a problem document, and the document stays as it was."""
    before = client.get("/documents/bread").json()
    response = client.put("/documents/bread", content=content, headers={**ALLOWED, **headers})
    assert response.status_code == status
    assert response.json()["detail"].startswith("expected")
    assert client.get("/documents/bread").json() == before


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(client: TestClient) -> None:
    """A stream that says nothing of its length is refused once it is too large, not when it ends."""
    taken = []

    def parts() -> Iterator[bytes]:
        for number in range(1000):
            taken.append(number)
            yield b"word " * 200

    assert client.put("/documents/large", content=parts(), headers=ALLOWED).status_code == 413
    assert client.get("/documents/large").status_code == 404


@pytest.mark.parametrize("name", ["..", ".", "a\nb", "a\0b", "x" * 201, " "])
def test_an_id_that_cannot_be_one_is_refused(client: TestClient, name: str) -> None:
    """422 for dots, control characters and too many characters; a slash makes another address."""
    place = f"/documents/{quote(name, safe='').replace('.', '%2E')}"
    assert client.put(place, content="Text.", headers=ALLOWED).status_code in {404, 405, 422}
    assert [info["id"] for info in client.get("/documents").json()["documents"]] == ["bread"]
    assert client.put("/documents/..%2Fx", content="Text.", headers=ALLOWED).status_code in {404, 405, 422}


def test_while_a_build_is_writing_the_answer_is_503(
    assistant: Assistant, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says who is writing, that one should wait, and how long; reading goes on."""
    monkeypatch.setattr(uploads, "LOCK_SECONDS", 0.05)
    with assistant.library.writing():
        response = client.put("/documents/new", content="Text.", headers=ALLOWED)
        assert response.status_code == 503
        assert "is being written by process" in response.json()["detail"]
        assert response.headers["retry-after"] == "30"
        assert client.delete("/documents/bread", headers=ALLOWED).headers["retry-after"] == "30"
        assert found(client, "Who kneads the dough?") == ["bread"]


def test_an_upload_waits_for_a_build_that_is_writing(assistant: Assistant, client: TestClient) -> None:
    """It is taken in as soon as the build lets it."""
    writing, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with assistant.library.writing():
            writing.set()
            go_on.wait()

    builder = threading.Thread(target=write)
    builder.start()
    writing.wait()
    threading.Timer(0.3, go_on.set).start()
    assert client.put("/documents/patient", content="Patience.", headers=ALLOWED).status_code == 201
    builder.join()
    assert client.delete("/documents/patient", headers=ALLOWED).status_code == 204


def test_an_answer_during_updates_is_of_one_version(assistant: Assistant, client: TestClient) -> None:
    """While a document changes again and again, /chat answers every time, and quotes one version only."""

    def text(version: int) -> str:
        animal = "giraffe" if version % 2 else "giraffe of the zoo"
        return f"Version {version}\n\n" + "\n\n".join(f"The {animal} eats {version} leaves {part}." for part in "abc")

    stop, faults, asked = threading.Event(), [], [0]

    def ask() -> None:
        while not stop.is_set():
            reply = client.post("/chat", json={"message": "What does the giraffe eat?"}).json()
            asked[0] += 1
            titles = {citation["document"]["title"] for citation in reply["citations"]}
            seen = {citation["quote"].split(" leaves")[0].split()[-1] for citation in reply["citations"]}
            if not reply["answered"] or len(titles) != 1 or titles != {f"Version {version}" for version in seen}:
                faults.append((titles, seen, reply["answer"]))

    client.put("/documents/giraffe", content=text(0), headers=ALLOWED)
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for version in range(1, 16):
        assert client.put("/documents/giraffe", content=text(version), headers=ALLOWED).status_code == 200
    stop.set()
    for thread in threads:
        thread.join()
    client.delete("/documents/giraffe", headers=ALLOWED)
    assert asked[0] > 3
    assert not faults


def test_a_document_that_changes_faster_than_an_answer_is_quoted_whole(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exchanged between every search and its verification, it is still quoted, from one version and with its title."""
    versions = iter(range(1, 100))

    def change() -> None:
        text = f"Version {(version := next(versions))}\n\nThe walrus eats {version} clams. It dives {version} times."
        assert client.put("/documents/walrus", content=text, headers=ALLOWED).status_code in (200, 201)

    def find_and_change(*arguments: Any) -> list[Hit]:
        hits = find(*arguments)
        change()
        return hits

    change()
    monkeypatch.setattr("service.assistant.find", find_and_change)
    reply = client.post("/chat", json={"message": "What does the walrus eat?"}).json()
    client.delete("/documents/walrus", headers=ALLOWED)
    assert reply["answered"]
    assert next(versions) > 2
    (title,) = {citation["document"]["title"] for citation in reply["citations"]}
    for citation in reply["citations"]:
        assert title.removeprefix("Version ") in citation["quote"]


def test_a_search_leaves_out_what_is_removed_meanwhile(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that is removed after its passage was found is no fault."""
    client.put("/documents/lynx", content="The lynx sleeps in a pine.", headers=ALLOWED)
    search = Retriever.search

    def search_and_remove(*arguments: Any, **options: Any) -> list[Hit]:
        hits = search(*arguments, **options)
        assert any(hit.passage.document_id == "lynx" for hit in hits)
        client.delete("/documents/lynx", headers=ALLOWED)
        return hits

    monkeypatch.setattr(Retriever, "search", search_and_remove)
    response = client.post("/search", json={"query": "Where does the lynx sleep?"})
    assert response.status_code == 200
    assert "lynx" not in response.text.replace("Where does the lynx sleep?", "")
