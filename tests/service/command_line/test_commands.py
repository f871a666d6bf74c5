"""The `kilde` command as a person runs it: a real process, a real folder, real files."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SEEDS

KILDE = Path(sys.executable).with_name("kilde")


def kilde(
    *arguments: str, data: Path, seeds: Path = SEEDS, given: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in an environment that has nothing but what it needs."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "KILDE_DATA_DIR": str(data),
        "KILDE_SEEDS": str(seeds),
    }
    return subprocess.run(
        [KILDE, *arguments],
        input=given,
        capture_output=True,
        text=True,
        env={**environment, **more},
        cwd=data.parent,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the first command fills and the later ones find."""
    return tmp_path_factory.mktemp("home") / ".kilde"


def one_line(text: str) -> bool:
    return text.startswith("kilde: ") and text.count("\n") == 1 and "Traceback" not in text


def test_ask_indexes_first_and_prints_quotes_with_their_sources(data: Path) -> None:
    """The first question builds the index; the answer names the voices and where each quote stands."""
    done = kilde("ask", "what do the authors think about ROI?", data=data)
    assert done.returncode == 0, done.stderr
    assert "Annelie Näs writes in a comment" in done.stdout
    assert "004_b044c57d700ac163.txt, characters " in done.stdout
    assert "[1]" in done.stdout
    assert "\x1b" not in done.stdout


def test_json_is_what_the_service_returns_and_an_abstention_is_no_error(data: Path) -> None:
    """--json prints the reply; exit 0 also where the texts do not answer."""
    done = kilde("ask", "--json", "what is the boiling point of tungsten?", data=data)
    reply = json.loads(done.stdout)
    assert (done.returncode, reply["answered"], reply["language"]) == (0, False, "en")
    assert {"conversation_id", "message_id", "question", "answer", "citations", "timings_ms"} <= reply.keys()


def test_a_chat_is_one_conversation(data: Path) -> None:
    """Several questions on standard input, in the language of each, until an empty line."""
    done = kilde("chat", data=data, given="vad tycker författarna om ROI?\nhva mener forfatterne om tillit?\n\n")
    assert done.returncode == 0, done.stderr
    assert "röster" in done.stdout
    assert "stemme" in done.stdout


def test_status_lists_the_documents(data: Path) -> None:
    """Every document with its language, and the state of each part."""
    state = json.loads(kilde("index", "status", "--json", data=data).stdout)
    assert state["ready"] is True
    assert len(state["documents"]) == 5
    assert "ok" in kilde("index", "status", data=data).stdout


def test_explain_shows_how_a_sentence_is_read(data: Path) -> None:
    """Stems, senses with their words and weights, near concepts, function words, and a word that was mistyped."""
    shown = kilde(
        "index", "explain", "Hvad siger de om kundeservice, nå og planen?", "--language", "da", data=data
    ).stdout
    assert "language: da\n" in shown
    assert "kundeservice: word, stem kundeservik\n    sense: customer-service (noun: " in shown
    assert "sense 1 of 3: achieve" in shown
    assert "near: call-centre" in shown
    assert "Hvad: function word" in shown


def test_explain_shows_what_met(data: Path) -> None:
    """For a text, a passage by its id and the best hits: each term that met, as what, and what it gave."""
    kilde("index", "build", data=data)
    asked = ["index", "explain", "what do the authors think about trust?"]
    text = kilde(*asked, "--passage", "Tillit är det viktigaste vi har i sociala medier.", data=data)
    assert text.returncode == 0, text.stderr
    assert "(text) (sv): Tillit" in text.stdout
    assert "trust ~ trust" in text.stdout
    assert "(concept)" in text.stdout
    hits = kilde(*asked, "--hits", "2", data=data).stdout
    name = next(line for line in hits.splitlines() if line.count(":") >= 3 and "(" in line).split(" ")[0]
    assert f"{name} (" in kilde(*asked, "--passage", name, data=data).stdout
    assert "no term of the question" in kilde(*asked, "--passage", "Fiskarna ror ut på havet.", data=data).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "   "],
        ["ask", "a" * 4001],
        ["ask", "x", "--language", "tlh"],
        ["nonsense"],
        ["index", "nonsense"],
    ],
)
def test_wrong_usage_is_exit_2(data: Path, arguments: list[str]) -> None:
    """Usage errors say what was expected."""
    done = kilde(*arguments, data=data)
    assert done.returncode == 2
    assert "Error:" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unusable_setting_is_one_line(data: Path) -> None:
    """The variable, what was expected and what was found."""
    done = kilde("ask", "ROI?", data=data, KILDE_PORT="zero")
    assert done.returncode == 1
    assert one_line(done.stderr)
    assert "KILDE_PORT" in done.stderr
    assert "'zero'" in done.stderr


def test_a_setting_that_does_not_exist_is_named(data: Path) -> None:
    """A misspelt variable, of the environment or of .env, is named with the one it is like; the command goes on."""
    (data.parent / ".env").write_text("KILDE_MAX_QUOTE=2\n", encoding="utf-8")
    try:
        done = kilde("index", "status", data=data, KILDE_SEED="elsewhere", KILDE_API_KEY="what `evaluate` sends")
    finally:
        (data.parent / ".env").unlink()
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "kilde: no setting is called KILDE_MAX_QUOTE; did you mean KILDE_MAX_QUOTES?",
        "kilde: no setting is called KILDE_SEED; did you mean KILDE_SEEDS?",
    ]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_address_that_cannot_be_had_is_one_line(data: Path, workers: str) -> None:
    """Somebody else listens there: the port is named, and nothing is built first."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = kilde("serve", "--port", str(port), "--workers", workers, data=data.with_name("unused"))
    assert done.returncode == 1
    assert one_line(done.stderr)
    assert f"expected to listen on 127.0.0.1, port {port}, and cannot: " in done.stderr
    assert not data.with_name("unused").exists()


def test_a_document_that_is_not_there_is_one_line(data: Path) -> None:
    """A misspelt id is no question without an answer."""
    kilde("index", "build", data=data)
    done = kilde("ask", "ROI?", "--document", "004_b044c57d700ac16", data=data)
    assert done.returncode == 1
    assert one_line(done.stderr)
    assert "'004_b044c57d700ac16'" in done.stderr


@pytest.mark.parametrize("seeds", ["missing", "empty"])
def test_no_documents_is_one_line(tmp_path: Path, seeds: str) -> None:
    """A folder that is not there, or has nothing to read, is named."""
    (tmp_path / "empty").mkdir()
    done = kilde("ask", "ROI?", data=tmp_path / "data", seeds=tmp_path / seeds)
    assert done.returncode == 1
    assert one_line(done.stderr)
    assert seeds in done.stderr


def test_a_data_folder_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    done = kilde("ask", "ROI?", data=tmp_path / "data")
    assert done.returncode == 1
    assert one_line(done.stderr)


def test_bad_files_are_named_and_the_rest_is_answered_from(tmp_path: Path) -> None:
    """Empty, binary and oversized files are skipped with a reason, and the exit status of a build says so; a text in
    another encoding than UTF-8 is taken in, and the encoding named."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "good.txt").write_text("Lighthouses\n\nThe lighthouse keeper prefers herring.\n", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "latin.txt").write_bytes("Blåbærgrød på øen".encode("latin-1"))
    (folder / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    (folder / "huge.txt").write_bytes(b"word " * 100_000)
    built = kilde("index", "build", data=tmp_path / "data", seeds=folder, KILDE_MAX_DOCUMENT_BYTES="100000")
    assert built.returncode == 1
    assert "2 added" in built.stdout
    for name in ("empty.txt", "binary.txt", "huge.txt"):
        assert f"skipped {folder / name}" in built.stderr
    assert f"{folder / 'latin.txt'}: read as windows-1252" in built.stderr
    answered = kilde("ask", "what does the lighthouse keeper prefer?", data=tmp_path / "data", seeds=folder)
    assert answered.returncode == 0
    assert "prefers herring" in answered.stdout


def test_a_changed_folder_is_indexed_again_by_the_next_question(tmp_path: Path) -> None:
    """What is new is found, what is gone is not."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "one.txt").write_text("Birds\n\nThe puffin nests on Runde.\n", encoding="utf-8")
    assert "puffin" in kilde("ask", "where does the puffin nest?", data=tmp_path / "data", seeds=folder).stdout
    (folder / "one.txt").unlink()
    (folder / "two.txt").write_text("Fish\n\nThe cod spawns in Lofoten.\n", encoding="utf-8")
    done = kilde("ask", "where does the cod spawn?", data=tmp_path / "data", seeds=folder)
    assert "Lofoten" in done.stdout
    assert "puffin" not in done.stdout


def test_documents_are_added_shown_and_removed(tmp_path: Path) -> None:
    """What was added is listed part by part, also what was dropped and why, and goes again by its id."""
    data, file = tmp_path / ".kilde", tmp_path / "blåbær 🫐.txt"
    file.write_bytes((SEEDS / "003_99ecb4e8b0f2d201.txt").read_bytes())
    added = kilde("index", "add", str(file), str(tmp_path / "nothing.txt"), data=data)
    assert (added.returncode, added.stdout) == (1, "blåbær 🫐: added\n")
    assert "nothing.txt: expected a readable file" in added.stderr
    shown = kilde("index", "show", file.stem, data=data)
    assert shown.returncode == 0, shown.stderr
    assert "paragraph  da   author: mortensaxnaes  I de sidste par måneder" in shown.stdout
    dropped = json.loads(kilde("index", "show", file.stem, "--dropped", "--json", data=data).stdout)["segments"]
    assert all(part["kind"] == "furniture" and part["dropped"] for part in dropped)
    assert any(part["text"].startswith("Skriv et svar") for part in dropped)
    removed = kilde("index", "remove", file.stem, "nothing", data=data)
    assert (removed.returncode, removed.stdout) == (1, f"{file.stem}: removed\n")
    assert "found 'nothing'" in removed.stderr
    assert one_line(kilde("index", "show", file.stem, data=data).stderr)


def test_a_followed_folder_is_indexed_as_it_changes(tmp_path: Path) -> None:
    """--watch builds once, then whenever a document comes, changes or goes, and ends with Ctrl-C."""
    texts, data = tmp_path / "texts", tmp_path / ".kilde"
    texts.mkdir()
    (texts / "bread.txt").write_text("Bread\n\nA baker kneads the dough.\n", encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "KILDE_DATA_DIR": str(data), "KILDE_SEEDS": str(texts)}
    command = [KILDE, "index", "build", "--watch"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            assert process.stdout.readline().startswith("1 added")
            assert process.stderr.readline().startswith("following ")
            # The system is asked to follow only after that line: what is written again and again is seen.
            for number in range(50):
                (texts / "sea.txt").write_text(f"The sea\n\nThe fishermen row out, {number}.\n", encoding="utf-8")
                if select.select([process.stdout], [], [], 3)[0]:
                    break
            assert process.stdout.readline().startswith("1 added, 0 changed, 0 removed, 1 unchanged")
            (texts / "bread.txt").unlink()
            # The last of what was written above may still come, with the removal or before it.
            while ", 1 removed, " not in (line := process.stdout.readline()):
                assert line.startswith("0 added, 1 changed, 0 removed")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
        assert process.returncode == 130
        assert "Traceback" not in process.stderr.read()
