"""A real service bears hostile requests; the figures of ten thousand are in docs/decisions/0820."""

from __future__ import annotations

from pathlib import Path

from tests.drills.fuzz import KEY, KINDS, attack, send
from tests.drills.running import Service

QUESTION = {"message": "what do the authors think about ROI?"}


def test_hostile_requests_do_no_harm(tmp_path: Path) -> None:
    """After some hundred of every kind it answers as before, from the same documents, without a 5xx or a traceback."""
    with Service(tmp_path / "data", api_keys=KEY) as service:
        documents = service.client.get("/documents").text
        answer = service.client.post("/chat", json=QUESTION).json()["answer"]
        outcome = attack(service.port, 400, seed=7)
        assert outcome.faults == []
        assert {kind for kind, _ in outcome.statuses} == {*KINDS, "slow"}
        assert service.client.get("/documents").text == documents
        assert service.client.post("/chat", json=QUESTION).json()["answer"] == answer
        assert send(service.port, b"GET /healthz HTTP/1.0\r\n\r\n", whole=True).startswith(b"HTTP/1.1 200")
        assert service.process is not None
        assert service.process.poll() is None
        log = service.log.read_text(encoding="utf-8")
        assert "Traceback" not in log
        assert KEY not in log
