"""`kilde ask` has the service over its data folder answer, where that answers as it would itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import folder_state
from service.command_line import running
from tests.conftest import SEEDS
from tests.drills.running import Service

QUESTION = "what do the authors think about ROI?"
SCRIPT = """
import sys
from service.command_line.main import cli
cli(sys.argv[1:], standalone_mode=False)
sys.stderr.write(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""
HEAVY = {"numpy", "pydantic", "simplemma", "sqlalchemy", "tantivy"}


def ask(data: Path, *options: str, seeds: Path = SEEDS, **more: str) -> tuple[str, set[str]]:
    """What `kilde ask` prints, and what it imports."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(data.parent), "KILDE_SEEDS": str(seeds)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "ask", QUESTION, *options],
        capture_output=True,
        text=True,
        env={**environment, "KILDE_DATA_DIR": str(data), **more},
        cwd=data.parent,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, set(done.stderr.split())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose index is known to be that of the shipped documents."""
    folder = tmp_path_factory.mktemp("running") / "data"
    ask(folder)
    while folder_state.read(folder) is None:
        time.sleep(folder_state.SETTLED_SECONDS / 4)
        ask(folder, "--local")
    return folder


@pytest.fixture(scope="module")
def service(data: Path) -> Iterator[Service]:
    """A service over it."""
    with Service(data) as started:
        yield started


def test_a_running_service_answers_with_nothing_heavy_imported(service: Service, data: Path) -> None:
    """The answer is printed as the command prints its own, and neither the index nor the settings are loaded."""
    served, imported = ask(data)
    assert not imported & HEAVY
    own, imported = ask(data, "--local")
    assert imported >= HEAVY
    assert served == own


def test_json_is_the_same_by_way_of_the_service(service: Service, data: Path) -> None:
    """--json has the same fields in the same order; ids and times are those of each answer."""
    served, imported = ask(data, "--json")
    own, _ = ask(data, "--json", "--local")
    assert not imported & HEAVY
    first, second = json.loads(served), json.loads(own)
    assert list(first) == list(second)
    assert first["citations"] == second["citations"]
    assert first["answer"] == second["answer"]


@pytest.mark.parametrize("changed", [{"KILDE_MAX_QUOTES": "2"}, {"KILDE_LANGUAGE_OF_NOBODY": "x"}])
def test_other_settings_are_answered_by_the_command_itself(
    service: Service, data: Path, changed: dict[str, str]
) -> None:
    """A service that answers with other settings is not asked."""
    _, imported = ask(data, **changed)
    assert imported >= HEAVY


def test_settings_of_serving_make_no_difference(service: Service, data: Path) -> None:
    """Where a service listens and what it logs decides nothing of an answer."""
    _, imported = ask(data, KILDE_PORT="1", KILDE_LOG_FORMAT="json")
    assert not imported & HEAVY


def test_a_service_that_is_gone_is_not_waited_for(data: Path, tmp_path: Path) -> None:
    """An announcement that nobody took away, and another program in that place, are passed over without a word."""
    place = data / running.FILE_NAME
    place.unlink(missing_ok=True)
    _, imported = ask(data)
    assert imported >= HEAVY
    listening = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert listening.stdout is not None
        port = int(listening.stdout.readline().split(" port ")[1].split()[0])
        for at in (port, 1):
            said = {"host": "127.0.0.1", "port": at, "process": 1, "settings": digest(data)}
            place.write_text(json.dumps(said), encoding="utf-8")
            answer, imported = ask(data)
            assert imported >= HEAVY
            assert "Annelie Näs" in answer
    finally:
        listening.terminate()
        listening.communicate()
        place.unlink()


def digest(data: Path) -> str:
    """The digest of the settings that `ask` has."""
    code = "from service.command_line.running import own_settings; print(own_settings().digest)"
    environment = {"PATH": os.environ["PATH"], "KILDE_SEEDS": str(SEEDS), "KILDE_DATA_DIR": str(data)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=data.parent, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_folder_that_has_changed_is_told_from_one_that_has_not(tmp_path: Path) -> None:
    """A new file, another content of the same length, and a file that is gone each change the digest of a folder."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("one", encoding="utf-8")
    assert folder_state.digest_of(folder) is None  # It has changed only just now.
    digests = [settled(folder)]
    (folder / "a.txt").write_text("two", encoding="utf-8")
    digests.append(settled(folder))
    (folder / "b.txt").write_text("two", encoding="utf-8")
    digests.append(settled(folder))
    (folder / "a.txt").unlink()
    digests.append(settled(folder))
    assert len(set(digests)) == 4
    assert settled(folder) == digests[-1]
    assert folder_state.digest_of(tmp_path / "none") is None


def settled(folder: Path) -> str:
    """The digest, once the folder has been left alone for long enough."""
    while (found := folder_state.digest_of(folder)) is None:
        time.sleep(0.1)
    return found


def test_a_folder_is_known_to_be_indexed_for_one_generation_only(tmp_path: Path) -> None:
    """What was remembered counts for this folder, with these files, until the record changes."""
    folder_state.remember(tmp_path, tmp_path / "texts", "digest", 3)
    assert folder_state.is_indexed(tmp_path, tmp_path / "texts", "digest", 3)
    assert not folder_state.is_indexed(tmp_path, tmp_path / "texts", "digest", 4)
    assert not folder_state.is_indexed(tmp_path, tmp_path / "texts", "other", 3)
    assert not folder_state.is_indexed(tmp_path, tmp_path / "others", "digest", 3)
    assert not folder_state.is_indexed(tmp_path, tmp_path / "texts", None, 3)
    (tmp_path / folder_state.FILE_NAME).write_text("garbage", encoding="utf-8")
    assert not folder_state.is_indexed(tmp_path, tmp_path / "texts", "digest", 3)
