"""`kilde evaluate` from end to end, over a small folder of documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evaluation.command_line import evaluate
from evaluation.errors import GateBroken, InvalidQuestions, InvalidRun
from index.errors import KildeError
from service.bootstrap import open_assistant
from service.records import ChatRequest
from service.settings import Settings
from tests.service.model.scripted import Body, Say, ScriptedModel

TEXT = """Kodak og Facebook

Kodak havde 380.000 fans på Facebook, men det har ikke reddet firmaet.

Kameraet forsvandt ind i mobiltelefonen.
"""
QUESTIONS: list[dict[str, object]] = [
    {
        "id": "fans",
        "lang": "da",
        "question": "Hvor mange fans havde Kodak på Facebook?",
        "type": "number",
        "gold": [{"doc": "kodak", "quote": "Kodak havde 380.000 fans på Facebook", "speaker": None}],
        "answer": "380.000",
        "split": "choose",
    },
    {"id": "moon", "lang": "en", "question": "Who walked on the moon?", "type": "who", "gold": [], "split": "report"},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one document and a set of two questions; everything is kept in it."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "kodak.txt").write_text(TEXT, encoding="utf-8")
    lines = "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in QUESTIONS)
    (tmp_path / "set.jsonl").write_text(lines, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KILDE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KILDE_SEEDS", str(tmp_path / "documents"))
    return tmp_path


def run(*arguments: str) -> Result:
    """Run `kilde evaluate …`; errors that the command line turns into one line are raised."""
    result = CliRunner().invoke(evaluate, arguments)
    if isinstance(result.exception, KildeError):
        raise result.exception
    return result


def test_from_a_run_to_a_report(folder: Path) -> None:
    """Run twice, compare, hold to rules, report: files where they should be, and the second run goes on."""
    first = run("run", "set.jsonl", "--name", "first")
    assert first.exit_code == 0, first.output
    assert "2 questions, 0 failed" in first.output
    kept = folder / "data" / "runs" / "first"
    assert {path.name for path in kept.iterdir()} == {"run.json", "outcomes.jsonl", "scores.jsonl", "summary.json"}
    assert json.loads((kept / "summary.json").read_text())["questions"] == 2
    before = (kept / "outcomes.jsonl").read_bytes()
    assert run("run", "set.jsonl", "--name", "first").exit_code == 0
    assert (kept / "outcomes.jsonl").read_bytes() == before
    assert run("run", "set.jsonl", "--name", "second", "--workers", "1").exit_code == 0

    compared = run("compare", "first", "second", "--json")
    assert json.loads(compared.output)["changes"] == []
    assert "0 questions changed" in run("compare", "first", "second").output

    (folder / "rules.toml").write_text('[[rule]]\nmeasure = "failed"\nmax = 0\n')
    assert run("gate", "first", "--rules", "rules.toml", "--baseline", "second").exit_code == 0
    (folder / "rules.toml").write_text('[[rule]]\nmeasure = "decision_right"\nmin = 1.01\n')
    with pytest.raises(GateBroken, match=r"1 of 1 rules broke: decision_right: expected at least 1\.01, found"):
        run("gate", "first", "--rules", "rules.toml")

    assert run("report", "first").output.strip() == str(kept / "report.html")
    assert (kept / "report.html").read_text(encoding="utf-8").startswith("\n") is False
    assert run("report", str(kept), "--output", "page.html").exit_code == 0


def test_only_a_split(folder: Path) -> None:
    """--split asks its questions only; a run of one split is not continued as one of another."""
    assert "1 questions" in run("run", "set.jsonl", "--name", "one", "--split", "choose").output
    with pytest.raises(InvalidRun, match="questions_sha256"):
        run("run", "set.jsonl", "--name", "one")
    with pytest.raises(InvalidQuestions, match="found none"):
        run("run", "set.jsonl", "--split", "other")


def test_the_checker_lists_every_fault(folder: Path) -> None:
    """One line a fault and exit 1; a good set exits 0."""
    assert run("check", "set.jsonl").exit_code == 0
    with (folder / "set.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({**QUESTIONS[0], "id": "two", "gold": [{"doc": "x", "quote": "y"}]}) + "\n{\n")
    result = run("check", "set.jsonl")
    assert result.exit_code == 1
    assert "set.jsonl line 4: expected a JSON object" in result.output
    assert "set.jsonl line 3: two: expected the id of a document that is indexed, found 'x'" in result.output
    with pytest.raises(InvalidQuestions, match="and 1 more"):
        run("run", "set.jsonl")


def test_documents_of_a_set_are_written_out(folder: Path) -> None:
    """SQuAD's contexts become files, byte for byte; a set without documents says so."""
    squad = {"data": [{"paragraphs": [{"context": "A\r\nB", "qas": []}]}]}
    (folder / "dev.json").write_text(json.dumps(squad))
    assert "1 documents written" in run("documents", "dev.json", "out", "--lang", "en").output
    (path,) = (folder / "out").iterdir()
    assert path.read_bytes() == b"A\r\nB"
    with pytest.raises(InvalidQuestions, match="brings its documents along"):
        run("documents", "set.jsonl", "out")


def test_rated_answers_become_a_set_to_label(folder: Path) -> None:
    """A good answer's quotes stand as gold, a bad one's only as shown; the checker asks for what is left to do."""
    assert run("check", "set.jsonl").exit_code == 0
    with open_assistant(Settings(data_dir=folder / "data", seeds=folder / "documents")) as assistant:
        for rating in ("up", "down"):
            reply = assistant.ask(ChatRequest("Hvor mange fans havde Kodak på Facebook?"))
            assistant.conversations.rate(reply.message_id, rating, "a comment")
    assert "2 rated answers" in run("feedback", "rated.jsonl").output
    good, bad = map(json.loads, (folder / "rated.jsonl").read_text(encoding="utf-8").splitlines())
    assert (good["lang"], good["rating"], bad["comment"]) == ("da", "up", "a comment")
    assert good["gold"]
    assert good["gold"][0]["quote"] in TEXT
    assert (bad["gold"], bool(bad["shown"])) == ([], True)
    assert run("check", "rated.jsonl").exit_code == 1


def test_a_model_judges_a_run(folder: Path) -> None:
    """Its scores become measures of the run; agreement is printed where people have labelled; errors exit 1."""
    assert run("run", "set.jsonl", "--name", "one").exit_code == 0
    (folder / "labels.jsonl").write_text('{"id": "fans", "faithful": true, "relevant": false}\n')

    def script(body: Body) -> Say:
        grade = "grade" in body["messages"][0]["content"]
        return Say(['{"grade": 3, "reason": "so"}' if grade else '{"statements": [{"text": "a", "supported": true}]}'])

    with ScriptedModel(script) as model:
        result = run("judge", "one", "--model", "m", "--base-url", model.url, "--labels", "labels.jsonl")
    assert result.exit_code == 0, result.output
    assert "faithful: agrees with people on 1.000 of 1 answers" in result.output
    assert "relevant: agrees with people on 0.000 of 1 answers" in result.output
    summary = json.loads((folder / "data" / "runs" / "one" / "summary.json").read_text())
    assert summary["groups"][0]["measures"]["faithfulness"]["mean"] == 1
    with ScriptedModel(lambda body: Say(["yes"])) as model:
        failed = run("judge", "one", "--model", "m", "--base-url", model.url)
    assert failed.exit_code == 1
    assert "fans: expected JSON from the judge, found 'yes'" in failed.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "set.jsonl", "--target", "ftp://x"),
        ("run", "set.jsonl", "--name", "../x"),
        ("judge", "first"),
        ("gate", "first"),
        ("report", " "),
    ],
)
def test_wrong_usage_exits_2(folder: Path, arguments: tuple[str, ...]) -> None:
    """Each says what was expected."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert "rror" in result.output


def test_a_run_that_is_not_there(folder: Path) -> None:
    """One clear error."""
    with pytest.raises(InvalidRun, match=r"expected a run with run\.json"):
        run("report", "none")
