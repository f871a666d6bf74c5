"""Who may do what over HTTP: no key, a wrong one, one that was revoked, another site's, and too often."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.record import Record
from service.access.keyring import Keyring, configured_keys
from service.access.keys import Keys
from service.access.policy import FREE, FREE_PREFIXES, Need, need_of
from service.access.rates import Rates
from service.assistant import Assistant
from service.http.app import create_app
from service.http.guard import Access
from service.http.opening import open_access
from service.settings import InvalidSettings, Settings

QUESTION = {"message": "what do the authors think about ROI?"}
COMPLETION = {"model": "kilde", "messages": [{"role": "user", "content": QUESTION["message"]}]}
SITE, OTHER_SITE = "https://www.example.org", "https://evil.example"
CONFIGURED = "a-key-of-the-settings"
DOCUMENT = "/documents/004_b044c57d700ac163"

Open = Callable[..., TestClient]


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    """Keys in a record that the shared assistant knows nothing of."""
    record = Record.open(tmp_path / "keys.sqlite3")
    yield Keys(record)
    record.close()


@pytest.fixture
def service(seeds_assistant: Assistant, keys: Keys) -> Open:
    """Opens the application with other keys, modes and limits; it sees a change of keys at once."""

    def opened(
        mode: str = "keys", address: str = "192.0.2.1", keyring: Keyring | None = None, **more: object
    ) -> TestClient:
        keyring = keyring or Keyring(keys, configured_keys(CONFIGURED), refresh_seconds=0.0)
        access = Access(keyring, mode, **more)  # type: ignore[arg-type]  # what the tests name
        app = create_app(seeds_assistant, access=access)
        return TestClient(app, client=(address, 1), raise_server_exceptions=False)

    return opened


def bearer(secret: str) -> dict[str, str]:
    """A key as programs send it."""
    return {"authorization": f"Bearer {secret}"}


def site(secret: str, origin: str | None = SITE) -> dict[str, str]:
    """A site key as the widget on a page sends it."""
    return {"x-kilde-site": secret} | ({"origin": origin} if origin else {})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer"},
        bearer("kilde_wrong"),
        bearer("x" * 20_000),
        {"authorization": b"Bearer \xe6\xf8\xe5"},
        {"authorization": f"Basic {CONFIGURED}"},
        {"x-api-key": "' OR 1=1 --"},
        {"x-kilde-site": "my-site"},
    ],
)
def test_without_a_good_key_nothing_is_told(service: Open, headers: dict[str, str]) -> None:
    """401 for every address that has something of the documents, in the form of that address; nothing is echoed."""
    client = service()
    for method, path, body in (
        ("POST", "/chat", QUESTION),
        ("POST", "/search", {"query": "ROI"}),
        ("POST", "/feedback", {"message_id": "x", "rating": "up"}),
        ("GET", "/documents", None),
        ("GET", DOCUMENT, None),
        ("GET", "/conversations/x", None),
        ("DELETE", "/conversations/x", None),
        ("PUT", "/documents/new", None),
        ("DELETE", DOCUMENT, None),
        ("GET", "/metrics", None),
        ("GET", "/nowhere", None),
        ("GET", "/v1/models", None),
        ("POST", "/v1/chat/completions", COMPLETION),
        ("POST", "/v1/responses", {"model": "kilde", "input": "ROI"}),
    ):
        response = client.request(method, path, json=body, headers=headers)
        assert (method, path, response.status_code) == (method, path, 401)
        assert response.headers["www-authenticate"] == "Bearer"
        if path.startswith("/v1/"):
            assert response.json()["error"]["type"] == "authentication_error"
        else:
            assert response.headers["content-type"] == "application/problem+json"
        assert "ROI" not in response.text
        assert "wrong" not in response.text


def test_what_has_nothing_of_the_documents_is_free(service: Open) -> None:
    """Health, the widget, the description and the page itself; the page does not name the documents."""
    client = service()
    for path in ("/healthz", "/readyz", "/openapi.json", "/widget.js", "/widget.json", "/static/page.css", "/"):
        assert (path, client.get(path).status_code) == (path, 200)
    assert "Stoppa hypen" not in client.get("/").text


def test_every_route_is_in_the_policy(seeds_assistant: Assistant) -> None:
    """No route of the OpenAPI document is left to the rule for unknown ones, and only these are free."""
    free = set()
    for path, methods in create_app(seeds_assistant).openapi()["paths"].items():
        for method in methods:
            need = need_of(method.upper(), re.sub(r"\{[^}]+\}", "x", path))
            assert need != Need("admin", always=method in {"put", "post", "delete", "patch"}) or path == "/metrics"
            free |= {path} if need is None else set()
    assert all(path in FREE or path.startswith(FREE_PREFIXES) for path in free)
    assert need_of("POST", "/some/new/route") == Need("admin", always=True)


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("ask", {"chat", "v1", "conversation"}),
        ("search", {"search", "document", "documents"}),
        ("documents", {"delete"}),
        ("admin", {"chat", "v1", "conversation", "search", "document", "documents", "delete", "metrics"}),
    ],
)
def test_a_key_is_for_its_scope_only(service: Open, keys: Keys, scope: str, allowed: set[str]) -> None:
    """403 for everything else, and the message says which scope is missing."""
    _, secret = keys.create("k", [scope])
    client = service()
    tried = {
        "chat": client.post("/chat", json=QUESTION, headers=bearer(secret)),
        "v1": client.post("/v1/chat/completions", json=COMPLETION, headers=bearer(secret)),
        "conversation": client.get("/conversations/none", headers=bearer(secret)),
        "search": client.post("/search", json={"query": "ROI"}, headers=bearer(secret)),
        "document": client.get(DOCUMENT, headers={"x-api-key": secret}),
        "documents": client.get("/documents", headers=bearer(secret)),
        "delete": client.delete("/documents/none", headers=bearer(secret)),
        "metrics": client.get("/metrics", headers=bearer(secret)),
    }
    assert {name for name, response in tried.items() if response.status_code in {200, 404}} == allowed
    refused = {name: response for name, response in tried.items() if name not in allowed}
    assert {response.status_code for response in refused.values()} <= {403}
    for name, response in refused.items():
        told = response.json()["error"]["message"] if name == "v1" else response.json()["detail"]
        assert told.startswith("expected a key with the scope")


def test_a_revoked_key_holds_no_longer(service: Open, keys: Keys) -> None:
    """For the running service, from one request to the next once it has looked."""
    _, secret = keys.create("k", ["ask"])
    client = service()
    assert client.post("/chat", json=QUESTION, headers=bearer(secret)).status_code == 200
    keys.revoke("k")
    response = client.post("/chat", json=QUESTION, headers=bearer(secret))
    assert response.status_code == 401
    assert "revoked" in response.json()["detail"]


def test_configured_keys_are_for_everything(service: Open) -> None:
    """A key in KILDE_API_KEYS needs nothing in the record."""
    client = service()
    assert client.post("/chat", json=QUESTION, headers=bearer(CONFIGURED)).status_code == 200
    assert client.get("/metrics", headers={"x-api-key": CONFIGURED}).status_code == 200
    assert client.delete("/documents/none", headers=bearer(CONFIGURED)).status_code == 404


def test_the_use_of_a_key_is_noted(service: Open, keys: Keys) -> None:
    """In memory first: a write for every request would cost more than the request."""
    _, secret = keys.create("k", ["ask"])
    keyring = Keyring(keys)
    service(keyring=keyring).post("/chat", json=QUESTION, headers=bearer(secret))
    assert keys.all()[0].last_used is None
    keyring.note()
    assert keys.all()[0].last_used is not None


# Open, until there is a reason not to be


def test_this_machine_needs_no_key_until_one_is_made(service: Open, keys: Keys) -> None:
    """Open, then closed by the first key, and not opened again by its revocation."""
    client = service("auto")
    assert client.post("/chat", json=QUESTION).status_code == 200
    assert client.post("/chat", json=QUESTION, headers=bearer("any")).status_code == 200
    keys.create("k", ["ask"])
    assert client.post("/chat", json=QUESTION).status_code == 401
    keys.revoke("k")
    assert client.post("/chat", json=QUESTION).status_code == 401


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
def test_who_comes_by_a_proxy_is_not_this_machine(service: Open, header: str) -> None:
    """A request that was passed on needs a key, although the service listens here only."""
    assert service("auto").get("/documents", headers={header: "for=203.0.113.9"}).status_code == 401


@pytest.mark.parametrize("mode", ["auto", "open"])
def test_documents_are_only_ever_changed_with_a_key(service: Open, mode: str) -> None:
    """Also where everybody may ask."""
    client = service(mode)
    assert client.put("/documents/new", content="Text.").status_code == 401
    assert client.delete(DOCUMENT, headers=bearer("wrong")).status_code == 401
    assert client.get(DOCUMENT).status_code == 200


def test_sources_can_be_open_where_asking_is_not(service: Open) -> None:
    """The setting opens reading and nothing else."""
    client = service(open_sources=True)
    assert client.get(DOCUMENT, headers={"accept": "text/html"}).status_code == 200
    assert client.get("/documents").status_code == 200
    assert "Stoppa hypen" in client.get("/").text
    assert client.post("/search", json={"query": "ROI"}).status_code == 401
    assert client.post("/chat", json=QUESTION).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", ""])
def test_another_name_for_this_machine_is_refused(service: Open, host: str) -> None:
    """A page whose name leads here (DNS rebinding) is not our own, and reads nothing."""
    client = service("auto", hosts=frozenset({"localhost", "127.0.0.1", "::1"}))
    assert client.get("/documents", headers={"host": host}).status_code == 421
    for own in ("localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"):
        assert client.get("/documents", headers={"host": own}).status_code == 200


def settings(**changed: object) -> Settings:
    """Settings without an environment."""
    return Settings(_env_file=None, **changed)


def test_the_service_is_not_opened_to_others_by_mistake(keys: Keys, tmp_path: Path) -> None:
    """Elsewhere than on this machine it starts with a key, or when it is told to be open, and not otherwise."""
    record = Record.open(tmp_path / "keys.sqlite3")
    for host in ("0.0.0.0", "::", "192.0.2.1", "kilde.example.org"):  # noqa: S104  # what is to be refused
        with pytest.raises(InvalidSettings, match=r"nobody has a key; make one with `kilde keys create"):
            open_access(settings(), record, host)
        assert open_access(settings(access="open"), record, host).mode == "open"
        assert open_access(settings(api_keys=CONFIGURED), record, host).mode == "keys"
    for host in ("127.0.0.1", "127.0.0.53", "::1", "localhost"):
        assert open_access(settings(), record, host).mode == "auto"
    assert open_access(settings(trusted_proxies="127.0.0.1"), record, "127.0.0.1").mode == "keys"
    keys.create("k", ["ask"])
    assert open_access(settings(), record, "::").mode == "keys"
    keys.revoke("k")
    with pytest.raises(InvalidSettings):
        open_access(settings(), record, "::")
    record.close()


# Pages of other sites


@pytest.mark.parametrize("mode", ["auto", "open", "keys"])
@pytest.mark.parametrize("origin", [OTHER_SITE, "null", "https://www.example.org.evil.example"])
def test_a_page_of_another_origin_is_refused(service: Open, keys: Keys, mode: str, origin: str) -> None:
    """403 whatever it sends, also with the key of another site; and no browser is told that it may read."""
    _, secret = keys.create("site", ["ask", "search"], [SITE])
    client = service(mode)
    for path, body in (("/chat", QUESTION), ("/search", {"query": "ROI"}), ("/v1/chat/completions", COMPLETION)):
        for headers in ({}, site(secret, None)):
            response = client.post(path, json=body, headers={**headers, "origin": origin})
            assert response.status_code == 403
            assert "access-control-allow-origin" not in response.headers
    asked = {"origin": origin, "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in client.options("/chat", headers=asked).headers


def test_a_site_key_is_for_questions_from_its_pages(service: Open, keys: Keys) -> None:
    """Asking, searching and rating from its origin, which the browser allows; nothing else, and from nowhere else."""
    _, secret = keys.create("site", ["ask", "search"], [SITE + "/"])
    client = service()
    asked = {"origin": SITE, "access-control-request-method": "POST", "access-control-request-headers": "x-kilde-site"}
    assert client.options("/chat", headers=asked).headers["access-control-allow-origin"] == SITE
    reply = client.post("/chat", json=QUESTION, headers=site(secret))
    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, SITE)
    rated = {"message_id": reply.json()["message_id"], "rating": "up"}
    assert client.post("/feedback", json=rated, headers=site(secret)).status_code == 204
    assert client.post("/search", json={"query": "ROI"}, headers=site(secret)).status_code == 200
    for method, path in (
        ("GET", f"/conversations/{reply.json()['conversation_id']}"),
        ("DELETE", f"/conversations/{reply.json()['conversation_id']}"),
        ("GET", DOCUMENT),
        ("DELETE", DOCUMENT),
        ("GET", "/metrics"),
        ("POST", "/v1/chat/completions"),
    ):
        assert client.request(method, path, headers=site(secret)).status_code == 403
    assert client.post("/chat", json=QUESTION, headers=site(secret, None)).status_code == 403
    assert client.post("/chat", json=QUESTION, headers=bearer(secret)).status_code == 403
    keys.revoke("site")
    assert client.post("/chat", json=QUESTION, headers=site(secret)).status_code == 403
    assert "access-control-allow-origin" not in client.options("/chat", headers=asked).headers


def test_the_page_asks_with_its_own_site_key(service: Open, keys: Keys) -> None:
    """A site key of the service's own origin is put into the page, and is good there."""
    _, secret = keys.create("page", ["ask"], ["http://testserver"])
    client = service(page_key=secret)
    assert f'data-site="{secret}"' in client.get("/").text
    assert client.post("/chat", json=QUESTION, headers=site(secret, "http://testserver")).status_code == 200


# How often


@pytest.mark.parametrize("path", ["/chat", "/v1/chat/completions"])
def test_who_comes_too_often_is_told_when_to_come_again(service: Open, path: str) -> None:
    """429 with Retry-After, in the form of the address, and headers that say how one stands before it comes to that."""
    client = service("open", rates=Rates("", "2/minute"))
    body = QUESTION if path == "/chat" else COMPLETION
    first, second, third = (client.post(path, json=body) for _ in range(3))
    assert [response.status_code for response in (first, second, third)] == [200, 200, 429]
    assert first.headers["ratelimit-policy"] == '"requests";q=2;w=60'
    assert first.headers["ratelimit"].startswith('"requests";r=1;t=')
    assert second.headers["x-ratelimit-remaining"] == "0"
    assert 1 <= int(third.headers["retry-after"]) <= 60
    told = third.json()["error"]["message"] if path.startswith("/v1/") else third.json()["detail"]
    assert told == "expected at most 2 requests in 60 seconds, found more"
    assert client.get("/healthz").status_code == 200


def test_keys_are_counted_apart_from_addresses(service: Open, keys: Keys) -> None:
    """A secret key by itself wherever it comes from; a site key by address and in all; a guess by address."""
    _, secret = keys.create("k", ["ask"])
    _, public = keys.create("site", ["ask"], [SITE])
    rates = Rates("3/minute", "2/minute")
    here, there = service(rates=rates), service(rates=rates, address="192.0.2.2")

    def statuses(client: TestClient, headers: dict[str, str], times: int) -> list[int]:
        return [client.post("/chat", json=QUESTION, headers=headers).status_code for _ in range(times)]

    assert statuses(here, bearer("guess"), 3) == [401, 401, 429]
    assert statuses(here, bearer(secret), 3) == [200, 200, 200]
    assert statuses(there, bearer(secret), 1) == [429]
    assert statuses(here, site(public), 3) == [200, 200, 429]
    assert statuses(there, site(public), 1) == [429]


def test_this_machine_is_not_limited_but_an_unnamed_proxy_on_it_is(service: Open) -> None:
    """Programs here may ask as fast as they can; what a proxy passes on without being trusted is one caller."""
    client = service("open", address="127.0.0.1", rates=Rates("", "1/minute"))
    assert [client.get("/documents").status_code for _ in range(3)] == [200, 200, 200]
    passed = [client.get("/documents", headers={"x-forwarded-for": f"203.0.113.{n}"}).status_code for n in range(2)]
    assert passed == [200, 429]
