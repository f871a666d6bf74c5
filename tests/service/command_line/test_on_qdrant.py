"""The commands with KILDE_INDEX_URL: on a folder that the client searches itself, and on a server that is away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.command_line.main import cli

pytestmark = pytest.mark.timeout(600)
AWAY = "qdrant://127.0.0.1:1"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of documents, named by the environment that commands see."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("One\n\nThe wombat digs a burrow in the evening.\n", encoding="utf-8")
    monkeypatch.setenv("KILDE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KILDE_SEEDS", str(tmp_path / "texts"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_documents_come_and_go(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Building, asking, adding, showing and removing do on Qdrant what they do on this machine."""
    monkeypatch.setenv("KILDE_INDEX_URL", f"qdrant://{place / 'qdrant'}")
    assert "1 added" in run("index", "build").output
    assert "wombat" in json.loads(run("ask", "--json", "Where does the wombat dig?").stdout)["answer"]
    (place / "two.txt").write_text("Two\n\nThe giraffe eats leaves from the acacia.\n", encoding="utf-8")
    assert run("index", "add", "two.txt").output == "two: added\n"
    assert "acacia" in json.loads(run("ask", "--json", "What does the giraffe eat?").stdout)["answer"]
    assert "passages  Two" in run("index", "show", "two").output
    assert run("index", "remove", "two").output == "two: removed\n"
    status = json.loads(run("index", "status", "--json").stdout)
    assert (status["ready"], [one["id"] for one in status["documents"]]) == (True, ["one"])
    assert not (place / "data" / "derived").exists()


def test_index_is_copied_there_and_back(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy says what was compared and what to set, and the other engine answers with it."""
    run("index", "build")
    url = f"qdrant://{place / 'qdrant'}"
    copied = run("index", "copy", "--to", url)
    assert copied.exit_code == 0, copied.output
    assert "questions have the same answers in both" in copied.stdout
    assert f"KILDE_INDEX_URL={url}" in copied.stdout
    monkeypatch.setenv("KILDE_INDEX_URL", url)
    assert "wombat" in json.loads(run("ask", "--json", "Where does the wombat dig?").stdout)["answer"]
    assert "unset KILDE_INDEX_URL" in run("index", "copy", "--to", "here").stdout


def test_server_that_is_away_is_one_line(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are stored, each command that needs the server says what is wrong, and doctor says what to do."""
    monkeypatch.setenv("KILDE_INDEX_URL", AWAY)
    built = run("index", "build")
    assert built.exit_code == 1
    assert "stored, and found when it is back: Qdrant at http://127.0.0.1:1 cannot be reached" in built.stderr
    asked = run("ask", "Where does the wombat dig?")
    assert asked.exit_code == 1
    assert "cannot be reached; is it running?" in asked.stderr + str(asked.exception)
    assert "see that Qdrant runs there" in run("doctor").output


def test_copy_to_where_nobody_is_changes_nothing(place: Path) -> None:
    """A copy that cannot be made fails in one line, and questions are answered as before."""
    run("index", "build")
    assert run("index", "copy", "--to", AWAY).exit_code == 1
    assert "wombat" in json.loads(run("ask", "--json", "Where does the wombat dig?").stdout)["answer"]
