"""`kilde doctor`, `kilde backup` and `kilde restore`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from index.build import build
from service.bootstrap import open_assistant
from service.command_line.main import cli
from service.settings import Settings
from tests.service.model.scripted import Refuse, Say, ScriptedModel


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An indexed data folder, named by the environment that commands see."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("One\n\nThe wombat digs a burrow in the evening.\n", encoding="utf-8")
    monkeypatch.setenv("KILDE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KILDE_SEEDS", str(tmp_path / "texts"))
    monkeypatch.setenv("KILDE_VECTOR_INDEX_ABOVE", "0")
    monkeypatch.chdir(tmp_path)
    with open_assistant(Settings()) as assistant:
        build(assistant.library, tmp_path / "texts")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def found(result: Result) -> dict[str, tuple[bool, str]]:
    return {row["part"]: (row["ok"], row["found"]) for row in json.loads(result.stdout)}


def test_doctor_finds_nothing_wrong_where_nothing_is(place: Path) -> None:
    """Every part is looked at and named, and the exit status is 0."""
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.stdout
    parts = [
        "settings",
        "data folder",
        "record",
        "lexical index",
        "vectors index",
        "documents",
        "keys",
        "model",
        "slack",
    ]
    assert list(found(result)) == parts


def spoil_record(place: Path) -> None:
    (place / "data" / "record.sqlite3").write_bytes(b"no database" * 1000)


def spoil_lexical(place: Path) -> None:
    shutil.rmtree(next((place / "data" / "derived").glob("lexical-*")))


def spoil_vectors(place: Path) -> None:
    next((place / "data" / "derived").rglob("data_level0.bin")).write_bytes(b"garbage")


def spoil_documents(place: Path) -> None:
    (place / "texts" / "one.txt").unlink()


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (spoil_record, "record"),
        (spoil_lexical, "lexical index"),
        (spoil_vectors, "vectors index"),
        (spoil_documents, "documents"),
    ],
)
def test_doctor_names_what_is_spoilt_and_what_to_do(place: Path, spoil: object, part: str) -> None:
    """Exactly that part is wrong, there is advice, and looking changes nothing."""
    assert callable(spoil)
    spoil(place)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.name not in ("data", "writer.lock")}
    result = run("doctor")
    assert result.exit_code == 1
    wrong = [line.split("  ")[1] for line in result.stdout.splitlines() if line.startswith("WRONG")]
    assert wrong == [part]
    assert "→" in result.stdout
    kept = {path: time for path, time in before.items() if not path.name.endswith(("-wal", "-shm"))}
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("KILDE_PORT", "many", "settings"),
        ("KILDE_LANGAUGE", "da", "settings"),
        ("KILDE_HOST", "0.0.0.0", "keys"),  # noqa: S104 - nothing listens
        ("KILDE_API_KEYS", "short", "keys"),
        ("KILDE_LLM_MODEL", "any", "model"),
        ("KILDE_SLACK_BOT_TOKEN", "xoxb-secret", "slack"),
    ],
)
def test_doctor_names_settings_that_cannot_work(
    place: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, part: str
) -> None:
    """A variable that is malformed, misspelt, or not enough is found, and no secret is repeated."""
    monkeypatch.setenv("KILDE_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv(variable, value)
    result = run("doctor", "--json")
    assert result.exit_code == 1
    assert [name for name, (ok, _) in found(result).items() if not ok] == [part]
    assert "secret" not in result.stdout


@pytest.mark.parametrize(("works", "status"), [(True, 0), (False, 1)])
def test_doctor_asks_the_model(place: Path, monkeypatch: pytest.MonkeyPatch, works: bool, status: int) -> None:
    """A model that answers is well; one that refuses the key is not."""
    with ScriptedModel(lambda _: Say(["yes"]) if works else Refuse(401)) as model:
        monkeypatch.setenv("KILDE_LLM_MODEL", "scripted")
        monkeypatch.setenv("KILDE_LLM_BASE_URL", model.url)
        result = run("doctor", "--json")
    assert result.exit_code == status
    assert found(result)["model"][0] is works


def test_backup_and_restore(place: Path) -> None:
    """A copy in a folder has the time in its name; it is only put back by force where there is a record."""
    (place / "copies").mkdir()
    assert run("backup", str(place / "copies")).exit_code == 0
    (copy,) = (place / "copies").iterdir()
    assert copy.name.startswith("kilde-20")
    refused = run("restore", str(copy))
    assert "--force" in str(refused.exception)
    result = run("restore", str(copy), "--force")
    assert result.exit_code == 0, result.output
    assert "1 documents" in result.stdout
    shutil.rmtree(place / "data")
    assert run("restore", str(copy)).exit_code == 0
    assert run("doctor").exit_code == 0
