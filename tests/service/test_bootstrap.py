"""The settings decide which parts are put together."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from index import onnx_model
from index.build import build
from index.errors import MissingExtra
from service.bootstrap import open_assistant
from service.settings import InvalidSettings, Settings, read_settings
from tests.conftest import SEEDS
from tests.index.embedding_server import KEY, serving


def settings(folder: Path, embedding: str, url: str = "http://127.0.0.1:9/v1") -> Settings:
    return Settings(
        data_dir=folder / "data",
        seeds=SEEDS,
        llm_model="",
        embedding=embedding,
        embedding_base_url=url,
        embedding_api_key=KEY,
    )


def test_model_of_a_compatible_server(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """`openai:…` embeds over the API at the base URL with the key, in few requests, and the key is logged nowhere."""
    with serving() as server, caplog.at_level(logging.DEBUG, logger="index"):
        chosen = settings(tmp_path, "openai:letters", server.url)
        with open_assistant(chosen) as assistant:
            report = build(assistant.library, chosen.seeds)
            assert assistant.readiness().parts["vectors"] == "ok"
            assert assistant.readiness().ready
        assert {body["model"] for body in server.asked} == {"letters"}
        assert len(server.asked) <= report.passages // 128 + 1
        assert server.authorization == {f"Bearer {KEY}"}
    assert KEY not in caplog.text + repr(chosen)


def test_a_server_that_is_not_there_leaves_search_working(tmp_path: Path) -> None:
    """With no server at the address everything is found by words, and the readiness says what is missing."""
    chosen = settings(tmp_path, "openai:letters")
    with open_assistant(chosen) as assistant:
        # Without waiting for the SDK's five retries.
        assistant.library.embedding._backend._retries = 0  # type: ignore[attr-defined] # of the backend in use
        build(assistant.library, chosen.seeds)
        state = assistant.readiness()
        assert state.ready
        assert "search goes on by words; expected vectors from openai:letters" in state.parts["vectors"]


@pytest.mark.parametrize("value", ["", "word2vec", "openai:", "local: m"])
def test_unknown_embedding_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that names no embedding is an error that names the setting."""
    monkeypatch.setenv("KILDE_EMBEDDING", value)
    with pytest.raises(InvalidSettings, match="KILDE_EMBEDDING"):
        read_settings()


def test_local_model_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`local:…` without the extra says how to install it, and leaves the data folder usable."""
    monkeypatch.setattr(onnx_model, "LIBRARIES", ("not_there_at_all",))
    with pytest.raises(MissingExtra, match="pip install"):
        open_assistant(settings(tmp_path, "local:intfloat/multilingual-e5-small"))
    open_assistant(settings(tmp_path, "subword")).close()
