"""What every response of the application has in common."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from service.assistant import Assistant
from service.http.app import create_app


@pytest.mark.parametrize("language", ["en", "da", "nb", "nn", "sv"])
def test_the_page_is_served_in_the_readers_language(client: TestClient, language: str) -> None:
    """The page at / names its language and lists the documents."""
    response = client.get("/", headers={"accept-language": language})
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text
    assert "Stoppa hypen kring sociala medier" in response.text


@pytest.mark.parametrize("path", ["/", "/documents", "/nowhere", "/static/page.css"])
def test_nothing_foreign_may_run_on_a_page(client: TestClient, path: str) -> None:
    """Every response allows scripts of our own only, and forbids guessing its type."""
    headers = client.get(path).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/nowhere", "/static/../app.py", "/static/nothing.js"])
def test_what_is_not_there_is_a_problem_document(client: TestClient, path: str) -> None:
    """404 in the form of every other error."""
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


def test_alive_and_ready(client: TestClient) -> None:
    """Both say so, and ready says of what."""
    assert client.get("/healthz").json() == {"status": "alive"}
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["documents"]) == ("ready", 5)
    assert set(ready["parts"].values()) == {"ok"}


def test_a_fault_of_ours_says_nothing_of_its_cause(seeds_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error is a 500 problem without the exception's text."""

    def fail() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(seeds_assistant, "documents", fail)
    client = TestClient(create_app(seeds_assistant), raise_server_exceptions=False)
    response = client.get("/documents")
    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in response.text


def test_every_operation_has_an_example_or_no_body(client: TestClient) -> None:
    """The OpenAPI document shows how to ask and how to search."""
    document = client.get("/openapi.json").json()
    assert document["components"]["schemas"]["ChatModel"]["examples"]
    assert document["components"]["schemas"]["SearchModel"]["examples"]
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["description"]


def test_metrics_count_requests_by_route_and_answers_by_outcome(client: TestClient) -> None:
    """An answer, an abstention and a path of nobody's are counted, the last under a name that is not its own."""

    def value(line: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        return next((float(found.rsplit(" ", 1)[1]) for found in lines if found.startswith(line)), 0.0)

    answered = 'kilde_answers_total{language="en",mode="extractive",outcome="answered"}'
    asked = 'kilde_http_requests_total{method="POST",route="/chat",status="200"}'
    nobody = 'kilde_http_requests_total{method="GET",route="other",status="404"}'
    before = value(answered), value(asked), value(nobody)
    client.post("/chat", json={"message": "what do the authors think about ROI?"})
    client.get("/somewhere/else")
    assert (value(answered), value(asked), value(nobody)) == tuple(count + 1 for count in before)
    assert "somewhere" not in client.get("/metrics").text
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")
