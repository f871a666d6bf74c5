"""What an operator looks at: metrics, the dashboard, the log, traces, readiness."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service import logs
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.http.app import create_app
from service.http.draining import Draining
from service.settings import InvalidSettings, Settings
from tests.conftest import ROOT, SEEDS

QUESTION = "what do the authors think about ROI?"
DASHBOARD = ROOT / "docs/operations/grafana-dashboard.json"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the service logs as JSON, from INFO on."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(logs.add_request_id)
    handler.setFormatter(logs.json_formatter())
    ours = logging.getLogger("service")
    before = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    yield written
    ours.removeHandler(handler)
    ours.setLevel(before)


def lines(log: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_every_metric_of_the_dashboard_exists(client: TestClient) -> None:
    """Each query names only metrics that the service has, and none that the service has is forgotten."""
    # What has labels is not listed before it has counted something: the names come from the descriptions.
    served = set(re.findall(r"^# TYPE (\S+)", client.get("/metrics").text, re.MULTILINE))
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = {
        re.sub(r"_bucket$", "", name)
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"kilde_\w+", target["expr"])
    }
    assert asked == {name for name in served if not name.endswith("_created")}


def test_metrics_tell_of_stages_hits_and_the_state_of_the_indexes(client: TestClient) -> None:
    """After a question every stage is timed, passages are counted by language, and both indexes hold all."""
    client.post("/chat", json={"message": QUESTION})
    text = client.get("/metrics").text
    for stage in ("wait", "understand", "retrieve", "choose", "write", "keep"):
        assert re.search(rf'kilde_answer_stage_seconds_count{{stage="{stage}"}} [1-9]', text)
    for language in ("da", "sv", "nb"):
        assert re.search(rf'kilde_hits_total{{language="{language}"}} [1-9]', text)
    for part in ("record", "lexical", "vectors"):
        assert f'kilde_part_usable{{part="{part}"}} 1.0' in text
    assert 'kilde_index_lag{part="lexical"} 0.0' in text
    assert "kilde_documents 5.0" in text


def test_a_model_that_cannot_be_reached_is_counted(tmp_path: Path) -> None:
    """Its kind of trouble is a label of the counter, and the answer is counted as one of quotes."""
    settings = Settings(
        data_dir=tmp_path, seeds=SEEDS, llm_model="any", llm_base_url="http://127.0.0.1:9/v1", llm_timeout_seconds=1
    )
    from index.build import build

    with open_assistant(settings) as assistant:
        build(assistant.library, SEEDS)
        client = TestClient(create_app(assistant))
        assert client.post("/chat", json={"message": QUESTION}).json()["mode"] == "extractive"
        text = client.get("/metrics").text
    assert re.search(r'kilde_model_errors_total{trouble="(unreachable|timeout)"} 1\.0', text)


def test_a_request_has_one_id_in_its_response_and_in_its_log_lines(client: TestClient, log: StringIO) -> None:
    """The id that a proxy gave is kept; one that is no plain word is replaced by our own."""
    response = client.get("/documents", headers={"x-request-id": "proxy-17"})
    assert response.headers["x-request-id"] == "proxy-17"
    line = lines(log)[-1]
    assert (line["request_id"], line["route"], line["status"], line["level"]) == ("proxy-17", "/documents", 200, "INFO")
    forged = client.get("/documents", headers={"x-request-id": "a b{}"}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", forged)


def test_a_fault_can_be_found_in_the_log_by_its_id(
    seeds_assistant: Assistant, monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    """A 500 carries the id under which the log has the cause."""

    def fail(*_: object) -> None:
        raise RuntimeError("the cause")

    monkeypatch.setattr(seeds_assistant, "documents", fail)
    client = TestClient(create_app(seeds_assistant), raise_server_exceptions=False)
    response = client.get("/documents", headers={"x-request-id": "find-me"})
    assert (response.status_code, response.headers["x-request-id"]) == (500, "find-me")
    assert any(line["request_id"] == "find-me" and "the cause" in str(line.get("exc_info")) for line in lines(log))


@pytest.mark.parametrize("wanted", [False, True])
def test_the_log_has_the_question_only_where_that_is_wanted(
    seeds_assistant: Assistant, log: StringIO, wanted: bool
) -> None:
    """By default no line holds what was asked; all the same each answer has its line, with the request's id."""
    assistant = seeds_assistant
    client = TestClient(create_app(assistant))
    assistant.watch.replies.append(lambda reply: logs.note_reply(reply, questions=wanted))
    try:
        client.post("/chat", json={"message": QUESTION}, headers={"x-request-id": "asked"})
    finally:
        assistant.watch.replies.pop()
    assert ("ROI" in log.getvalue()) == wanted
    answers = [line for line in lines(log) if line["message"] == "answered"]
    assert [(line["request_id"], line["language"]) for line in answers] == [("asked", "en")]


def test_traces_have_a_span_for_every_stage_under_the_request(seeds_assistant: Assistant) -> None:
    """The stages are children of the request's span, which goes on with the caller's trace; no question is in them."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    client = TestClient(create_app(seeds_assistant, traces=provider))
    try:
        parent = f"00-{'a' * 32}-{'b' * 16}-01"
        for stream in (False, True):
            client.post("/chat", json={"message": QUESTION, "stream": stream}, headers={"traceparent": parent})
    finally:
        seeds_assistant.watch.stages.pop()
    spans = exporter.get_finished_spans()
    requests = [span for span in spans if span.name == "POST /chat"]
    assert len(requests) == 2
    for request in requests:
        assert request.context is not None
        assert request.context.trace_id == int("a" * 32, 16)
        below = {span.name for span in spans if span.parent and span.parent.span_id == request.context.span_id}
        assert below == {"wait", "understand", "retrieve", "choose", "write", "keep"}
    assert "ROI" not in " ".join(span.to_json() for span in spans)


def test_traces_without_their_libraries_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the setting, and what to install."""
    import sys

    from service.http.traces import open_provider

    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.grpc.trace_exporter", None)
    with pytest.raises(InvalidSettings, match=r"KILDE_TRACES_URL.*kilde\[traces\]"):
        open_provider("http://127.0.0.1:4317")


def test_a_process_that_is_being_stopped_is_not_ready_but_answers(seeds_assistant: Assistant) -> None:
    """Once draining has begun /readyz is 503 and /healthz is not; a question is still answered."""
    draining = Draining()
    client = TestClient(create_app(seeds_assistant, draining=draining))
    assert client.get("/readyz").status_code == 200
    draining.begin()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.post("/chat", json={"message": QUESTION}).json()["answered"]
    draining.end()
    assert client.post("/chat", json={"message": QUESTION}).status_code == 503
