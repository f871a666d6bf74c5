"""When there is a model, and which key it is asked with."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.bootstrap import open_assistant
from service.settings import InvalidSettings, Settings, read_settings
from tests.service.model.scripted import Say, ScriptedModel


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` and no variables of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "KILDE_LLM_API_KEY", "KILDE_LLM_MODEL", "KILDE_LLM_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_the_key_falls_back_to_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    """KILDE_LLM_API_KEY wins over OPENAI_API_KEY, and neither is shown."""
    monkeypatch.setenv("OPENAI_API_KEY", "theirs")
    assert read_settings().llm_api_key.get_secret_value() == "theirs"
    monkeypatch.setenv("KILDE_LLM_API_KEY", "ours")
    assert read_settings().llm_api_key.get_secret_value() == "ours"
    assert "ours" not in repr(read_settings())


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the variable as it is written in the environment."""
    monkeypatch.setenv("KILDE_LLM_BASE_URL", "not a url")
    with pytest.raises(InvalidSettings, match="KILDE_LLM_BASE_URL"):
        read_settings()


def test_a_key_alone_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scripted: ScriptedModel) -> None:
    """Without KILDE_LLM_MODEL nothing is sent anywhere, whatever keys there are."""
    monkeypatch.setenv("OPENAI_API_KEY", "theirs")
    monkeypatch.setenv("KILDE_LLM_BASE_URL", scripted.url)
    scripted.script = lambda _: Say(["Hello."])
    with open_assistant(Settings(data_dir=tmp_path / "data")) as assistant:
        assert assistant.readiness().documents == 0
    assert scripted.requests == []
