"""Asking a set: conversations, resuming, failures; and the run's files."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from evaluation.ask import MAX_FAILURES_IN_A_ROW, ask_all, is_verbatim, place
from evaluation.errors import InvalidRun, TargetFailed
from evaluation.records import Gold, Question, Turn
from evaluation.runs import RunInfo, outcome_line, parse_outcome, read_info, read_outcomes, whole_lines
from index.records import Span
from tests.evaluation.fakes import DOCUMENTS, Scripted, quoting

QUOTE = "Kodak havde 380.000 fans på Facebook."
HOW_MANY = Question("how", "en", "How many fans?", "number", (Gold("kodak", QUOTE, None),), "380,000")
WHY = Question("why", "en", "Why?", "why", ())
INFO = RunInfo("one", "set.jsonl", "sha", "all", "scripted", "now", "0.1")


def target() -> Scripted:
    return Scripted({"How many fans?": quoting(QUOTE)})


def test_every_question_leaves_one_line_that_reads_back(tmp_path: Path) -> None:
    """Outcomes come in the order of the questions, and the file gives back the same records."""
    done = ask_all(target(), [HOW_MANY, WHY], tmp_path / "run", INFO)
    assert [outcome.question.id for outcome in done] == ["how", "why"]
    assert sorted(read_outcomes(tmp_path / "run"), key=lambda outcome: outcome.question.id) == done
    assert done[0].verbatim == (True,)
    assert done[0].gold[0].spans == (Span(0, 37),)
    assert done[0].pair == "en→da"
    assert done[1].pair == "en→none"
    assert read_info(tmp_path / "run") == INFO


def test_the_earlier_turns_are_said_first_in_the_same_conversation(tmp_path: Path) -> None:
    """Only what the user said is said again; each question has a conversation of its own."""
    asked = target()
    history = (Turn("user", "What of Kodak?"), Turn("assistant", "It failed."), Turn("user", "And Facebook?"))
    ask_all(asked, [replace(HOW_MANY, history=history), WHY], tmp_path / "run", INFO, workers=1)
    assert sorted(asked.said.values()) == [["What of Kodak?", "And Facebook?", "How many fans?"], ["Why?"]]


def test_passages_are_fetched_for_the_question_as_understood(tmp_path: Path) -> None:
    """The search gets the standalone form of a follow-up, not its words."""
    asked = target()
    ask_all(asked, [HOW_MANY], tmp_path / "run", INFO)
    assert asked.searched == ["How many fans? (alone)"]


def test_a_run_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    """Questions with an outcome are not asked again, a torn last line is dropped, the others are asked."""
    folder = tmp_path / "run"
    ask_all(target(), [HOW_MANY], folder, INFO)
    with (folder / "outcomes.jsonl").open("a") as lines:
        lines.write('{"question": {"id": "why", "te')
    asked = target()
    steps: list[tuple[int, int]] = []
    done = ask_all(asked, [HOW_MANY, WHY], folder, INFO, progress=lambda at, total: steps.append((at, total)))
    assert list(asked.said.values()) == [["Why?"]]
    assert [outcome.question.id for outcome in done] == ["how", "why"]
    assert len(whole_lines(folder / "outcomes.jsonl")) == 2
    assert steps == [(1, 2), (2, 2)]


def test_fresh_begins_again(tmp_path: Path) -> None:
    """With `fresh` every question is asked again and the old outcomes are gone."""
    ask_all(target(), [HOW_MANY, WHY], tmp_path / "run", INFO)
    again = target()
    ask_all(again, [HOW_MANY], tmp_path / "run", INFO, fresh=True)
    assert len(again.said) == 1
    assert len(read_outcomes(tmp_path / "run")) == 1


@pytest.mark.parametrize("field", ["questions_sha256", "scope", "target", "version"])
def test_a_run_of_something_else_is_not_continued(tmp_path: Path, field: str) -> None:
    """Other questions, another split, target or version under the same name are refused, not mixed."""
    ask_all(target(), [HOW_MANY], tmp_path / "run", INFO)
    other = RunInfo(**{**asdict(INFO), field: "other"})
    with pytest.raises(InvalidRun, match=f"to be of {field} other, found"):
        ask_all(target(), [HOW_MANY], tmp_path / "run", other)


def test_a_failed_question_is_kept_and_asked_again_next_time(tmp_path: Path) -> None:
    """A failure is an outcome with its reason; going on with the run asks that question again."""
    failing = Scripted({}, fail_on=frozenset({"Why?"}))
    done = ask_all(failing, [HOW_MANY, WHY], tmp_path / "run", INFO)
    assert done[1].error == "expected an answer, found none"
    assert done[1].reply is None
    again = target()
    assert ask_all(again, [HOW_MANY, WHY], tmp_path / "run", INFO)[1].error is None
    assert list(again.said.values()) == [["Why?"]]


def test_a_target_that_is_gone_ends_the_run(tmp_path: Path) -> None:
    """After ten failures in a row nothing more is asked."""
    questions = [replace(WHY, id=str(number)) for number in range(40)]
    gone = Scripted({}, fail_on=frozenset({"Why?"}))
    with pytest.raises(TargetFailed, match="found 10 failures in a row"):
        ask_all(gone, questions, tmp_path / "run", INFO, workers=1)
    assert len(whole_lines(tmp_path / "run" / "outcomes.jsonl")) == MAX_FAILURES_IN_A_ROW
    assert len(gone.said) == MAX_FAILURES_IN_A_ROW


def test_a_quote_is_verbatim_only_at_its_offsets() -> None:
    """Right text at wrong offsets, another document and empty spans are not verbatim."""
    right = quoting("380.000 fans").citations[0]
    assert is_verbatim(right, DOCUMENTS.get)
    for wrong in (
        replace(right, start=right.start + 1),
        replace(right, text="380,000 fans"),
        replace(right, document_id="other"),
        replace(right, text="", end=right.start),
        replace(right, start=-20),
    ):
        assert not is_verbatim(wrong, DOCUMENTS.get)


def test_gold_is_placed_wherever_it_stands() -> None:
    """Every occurrence of a quote, overlapping ones too; the whole text for gold without a quote."""
    document = {"kodak": replace(DOCUMENTS["kodak"], text="aXaXa")}
    assert place(Gold("kodak", "aXa"), document.get).spans == (Span(0, 3), Span(2, 5))
    assert place(Gold("kodak", None), document.get).spans == (Span(0, 5),)


def test_broken_run_files_are_named(tmp_path: Path) -> None:
    """No run, JSON that is none, another format and lines without their fields are InvalidRun, each with its file."""
    with pytest.raises(InvalidRun, match=r"expected a run with run\.json"):
        read_info(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(InvalidRun, match=r"expected JSON in .*run\.json"):
        read_info(tmp_path)
    (tmp_path / "run.json").write_text('{"format": 99}')
    with pytest.raises(InvalidRun, match="expected a run of format 1"):
        read_info(tmp_path)
    (tmp_path / "run.json").write_text('{"format": 1}')
    with pytest.raises(InvalidRun, match="expected a run in"):
        read_info(tmp_path)
    (tmp_path / "outcomes.jsonl").write_text("{}\n")
    with pytest.raises(InvalidRun, match="a line without 'reply'"):
        read_outcomes(tmp_path)
    (tmp_path / "outcomes.jsonl").write_text("{\n{}\n")
    with pytest.raises(InvalidRun, match="expected JSON lines"):
        read_outcomes(tmp_path)


def test_an_outcome_line_is_one_line(tmp_path: Path) -> None:
    """A quote with line breaks of any sort stays within its line."""
    (outcome,) = ask_all(target(), [replace(HOW_MANY, text="a\nb\u2028c")], tmp_path / "run", INFO)
    line = outcome_line(outcome)
    assert line.count("\n") == 1
    (value,) = whole_lines(tmp_path / "run" / "outcomes.jsonl")
    assert parse_outcome(value, tmp_path) == outcome
