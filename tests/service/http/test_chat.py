"""POST /chat and POST /search over the shipped documents."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.records import DocumentInfo, Hit, Passage, Span, Speaker
from service.http.chat import written
from service.searching import SHORT_ONES, Found
from service.wire import PassageModel, PassagesModel, SearchedModel
from tests.conftest import SEEDS

ROI = {
    "en": "what do the authors think about ROI?",
    "da": "hvad mener forfatterne om ROI?",
    "nb": "hva mener forfatterne om ROI?",
    "nn": "kva meiner forfattarane om ROI?",
    "sv": "vad tycker författarna om ROI?",
}
TEXTS = {path.stem: path.read_bytes().decode("utf-8") for path in SEEDS.glob("*.txt")}


@pytest.mark.parametrize("language", ROI)
def test_the_answer_is_in_the_language_of_the_question_and_quotes_every_voice(
    client: TestClient, language: str
) -> None:
    """The Norwegian article, the Swedish post and Annelie Näs's comment are quoted, word for word, each marked."""
    reply = client.post("/chat", json={"message": ROI[language]}).json()
    assert reply["language"] == reply["question"]["language"] == language
    assert reply["answered"] is True
    voices = {(c["document"]["id"][:3], c["speaker"] and c["speaker"]["name"]) for c in reply["citations"]}
    assert voices >= {("002", None), ("004", None), ("004", "Annelie Näs")}
    for marker, citation in enumerate(reply["citations"], start=1):
        assert citation["marker"] == marker
        assert f"[{marker}]" in reply["answer"]
        text = TEXTS[citation["document"]["id"]]
        assert text[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("what do they say about quantum computing?", "en"),
        ("what is the boiling point of tungsten?", "en"),
        ("hvad siger de om kvantecomputere?", "da"),
        ("vad säger de om kvantdatorer?", "sv"),
    ],
)
def test_what_the_texts_do_not_know_is_not_answered(client: TestClient, question: str, language: str) -> None:
    """An abstention says so in the asker's language."""
    reply = client.post("/chat", json={"message": question}).json()
    assert (reply["answered"], reply["language"]) == (False, language)


def test_a_language_that_is_asked_for_is_answered_in(client: TestClient) -> None:
    """`language` overrides the question's own."""
    reply = client.post("/chat", json={"message": ROI["en"], "language": "sv"}).json()
    assert (reply["language"], reply["question"]["language"]) == ("sv", "en")


def test_filters_let_only_what_they_name_through(client: TestClient) -> None:
    """A filter by document and one by speaker keep everything else out."""
    only = client.post("/chat", json={"message": ROI["en"], "filters": {"documents": ["002_77c5c770ddee35bd"]}}).json()
    assert {c["document"]["id"] for c in only["citations"]} == {"002_77c5c770ddee35bd"}
    said = client.post("/chat", json={"message": ROI["en"], "filters": {"speakers": ["annelie näs"]}}).json()
    assert {c["speaker"]["name"] for c in said["citations"]} == {"Annelie Näs"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": ""},
        {"message": "   "},
        {"message": "a" * 4001},
        {"message": "x", "language": "tlh"},
        {"message": "x", "filters": {"languages": "da"}},
        {"message": ["x"]},
    ],
)
def test_invalid_input_is_a_problem_that_names_the_field(client: TestClient, body: dict[str, object]) -> None:
    """422 with a problem document; what was sent is not echoed."""
    response = client.post("/chat", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["errors"][0]["field"].split(".")[0] in {"message", "language", "filters"}
    assert "aaaa" not in response.text


def test_a_body_that_is_not_json_is_a_problem(client: TestClient) -> None:
    """Garbage is refused in the same form."""
    response = client.post("/chat", content=b"{not json", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"] == [{"field": "", "expected": "expected JSON, found something else"}]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"content": b'{"message": "x"}'}, "body: expected a JSON object, sent with Content-Type: application/json"),
        ({"json": {"message": " "}}, "message: expected text, found only blanks"),
        ({"json": {"mesage": "x"}}, "message: expected a value, found none"),
    ],
)
def test_what_is_expected_is_said_in_words(client: TestClient, sent: dict[str, Any], expected: str) -> None:
    """A forgotten header, blanks and a misspelt field: no pattern and no word of the validation's own."""
    assert client.post("/chat", **sent).json()["detail"] == expected


def test_a_conversation_goes_on_and_an_unknown_one_is_refused(client: TestClient) -> None:
    """A follow-up is understood from the question before it; an id that was never given out is a 404."""
    first = client.post("/chat", json={"message": ROI["en"]}).json()
    second = client.post("/chat", json={"message": "ROI?", "conversation_id": first["conversation_id"]}).json()
    assert second["conversation_id"] == first["conversation_id"]
    assert second["language"] == "en"
    kept = client.get(f"/conversations/{first['conversation_id']}").json()
    assert [message["reply"]["message_id"] for message in kept["messages"]] == [
        first["message_id"],
        second["message_id"],
    ]
    refused = client.post("/chat", json={"message": "ROI?", "conversation_id": "nobody"})
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")


def test_feedback_is_kept_and_goes_with_the_conversation(client: TestClient) -> None:
    """A rating is accepted for an answer that was given, refused for another, and a conversation can be forgotten."""
    reply = client.post("/chat", json={"message": ROI["en"]}).json()
    rating = {"message_id": reply["message_id"], "rating": "up", "comment": "Good."}
    assert client.post("/feedback", json=rating).status_code == 204
    assert client.post("/feedback", json={**rating, "rating": "down"}).status_code == 204
    assert client.post("/feedback", json={**rating, "message_id": "nobody"}).status_code == 404
    assert client.post("/feedback", json={**rating, "rating": "meh"}).status_code == 422
    path = f"/conversations/{reply['conversation_id']}"
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == client.delete(path).status_code == 404


@pytest.mark.parametrize("asking", [{"stream": True}, {}])
def test_a_stream_is_the_reply_in_parts(client: TestClient, asking: dict[str, bool]) -> None:
    """start, sentences with their citations, done; the sentences' texts are the answer."""
    headers = {} if asking else {"accept": "text/event-stream"}
    response = client.post("/chat", json={"message": ROI["en"], **asking}, headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = [block for block in response.text.replace("\r\n", "\n").split("\n\n") if block.startswith("event:")]
    events = [(block.split("\n")[0][7:], json.loads(block.split("\n", 1)[1][6:])) for block in blocks]
    names = [name for name, _ in events]
    assert names == ["start", *["sentence"] * (len(names) - 2), "done"]
    done = events[-1][1]
    sentences = [data for name, data in events if name == "sentence"]
    assert "\n\n".join(sentence["text"] for sentence in sentences) == done["answer"]
    assert [c for sentence in sentences for c in sentence["citations"]] == done["citations"]
    assert events[0][1]["message_id"] == done["message_id"]


def test_search_gives_verbatim_passages_best_first(client: TestClient) -> None:
    """At most `limit` passages, their scores falling, their text at their offsets."""
    found = client.post("/search", json={"query": "trust in social media", "limit": 5}).json()
    passages = found["passages"]
    assert found["query"] == {"text": "trust in social media", "language": "en"}
    assert 0 < len(passages) <= 5
    assert [p["score"] for p in passages] == sorted((p["score"] for p in passages), reverse=True)
    for passage in passages:
        assert TEXTS[passage["document"]["id"]][passage["start"] : passage["end"]] == passage["text"]
    assert client.post("/search", json={"query": "x", "limit": 0}).status_code == 422


def test_a_request_that_is_sent_again_is_answered_once(client: TestClient) -> None:
    """The same question with the same key, whole or streamed, brings the reply that is kept; any other is a new one."""
    headers = {"idempotency-key": "0123456789abcdef"}
    first = client.post("/chat", json={"message": ROI["en"]}, headers=headers).json()
    assert client.post("/chat", json={"message": ROI["en"]}, headers=headers).json() == first
    streamed = client.post("/chat", json={"message": ROI["en"], "stream": True}, headers=headers).text
    events = [line.removeprefix("data: ") for line in streamed.splitlines() if line.startswith("data: ")]
    assert json.loads(events[-1]) == first
    going_on = {"message": ROI["en"], "conversation_id": first["conversation_id"]}
    others = [
        client.post("/chat", json={"message": ROI["sv"]}, headers=headers).json(),
        client.post("/chat", json={"message": ROI["en"]}, headers={"idempotency-key": "another-key-of-16"}).json(),
        client.post("/chat", json=going_on, headers=headers).json(),
    ]
    assert len({reply["message_id"] for reply in [first, *others]}) == 4
    kept = client.get(f"/conversations/{first['conversation_id']}").json()["messages"]
    assert [message["reply"]["message_id"] for message in kept] == [first["message_id"], others[2]["message_id"]]
    assert client.post("/chat", json={"message": "Why?"}, headers={"idempotency-key": "short"}).status_code == 422


def test_a_search_asked_before_is_answered_alike_and_without_a_thread(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second answer is the first one, byte for byte, with no thread to make it in."""
    asked = {"query": "who has asked this before?", "limit": 3}
    first = client.post("/search", json=asked)
    assert len(first.json()["passages"]) == 3
    monkeypatch.setattr("service.http.chat.to_thread", None)
    assert client.post("/search", json=asked).content == first.content


def test_a_short_search_needs_no_thread(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once searches have been short, a new one is worked out at once, and again in a thread when one has not been."""
    monkeypatch.setattr("service.searching.SHORT_SECONDS", 60.0)
    for number in range(SHORT_ONES):
        assert client.post("/search", json={"query": f"is number {number} short?"}).status_code == 200
    with monkeypatch.context() as without:
        without.setattr("service.http.chat.to_thread", None)
        assert client.post("/search", json={"query": "is a new one short?"}).json()["passages"]
        without.setattr("service.searching.SHORT_SECONDS", 0.0)
        assert client.post("/search", json={"query": "is this one long?"}).json()["passages"]
    threads = []

    async def run(*asked: object, limiter: object) -> bytes:
        threads.append(asked)
        return b"{}"

    monkeypatch.setattr("service.http.chat.to_thread", SimpleNamespace(run_sync=run))
    assert client.post("/search", json={"query": "and the next one?"}).json() == {}
    assert len(threads) == 1


def test_a_search_is_written_as_its_model_says() -> None:
    """Passages are written unchecked, but byte for byte as the checked ones, whoever speaks and whatever is in them."""
    documents = {
        name: DocumentInfo(name, f"Titel «{name}»", "nb", None, f"{name}.txt", "", 9, 2) for name in ("å b", "c/d?")
    }
    passages = [
        Passage("1", "å b", 3, 9, 'Ord "og"\n\u2028 \x07', "nb", Speaker(None, "author"), "paragraph", (Span(0, 3),)),
        Passage("2", "c/d?", 0, 12, "😀 </script>", "sv", Speaker("Ærlig Ål", "quoted"), "paragraph", ()),
    ]
    scores = (1.0, 1e-7, 0.1 + 0.2)
    hits = tuple(Hit(one, score, 1, {}) for score in scores for one in passages)
    whole = PassagesModel(
        query=SearchedModel(text="hva\t?", language="nb"),
        passages=[PassageModel.of(hit, documents[hit.passage.document_id]) for hit in hits],
    )
    assert written("hva\t?", Found(hits, documents, "nb")) == whole.model_dump_json().encode()
