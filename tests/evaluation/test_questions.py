"""Reading and checking question sets."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from evaluation.errors import InvalidQuestions
from evaluation.questions import check, read_json_lines, require_valid

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "evaluation" / "questions" / "seeds.jsonl"
SEEDS = {path.stem: path.read_bytes().decode() for path in (ROOT / "seeds").glob("*.txt")}
LANGUAGE_OF = {"000": "da", "001": "sv", "002": "nb", "003": "da", "004": "sv"}

GOOD = {
    "id": "a",
    "lang": "en",
    "question": "How many fans?",
    "type": "number",
    "gold": [{"doc": "doc", "quote": "380.000 fans", "speaker": None, "group": "one"}],
    "answer": "380,000",
    "history": [{"role": "user", "content": "Tell me of Kodak."}],
    "split": "choose",
}
DOCUMENTS = {"doc": "Kodak havde 380.000 fans på Facebook."}


def write(folder: Path, *records: object) -> Path:
    path = folder / "set.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def faults(folder: Path, *records: object) -> list[str]:
    found = read_json_lines(write(folder, *records))
    return [str(fault) for fault in (*found.faults, *check(found.questions, DOCUMENTS.get))]


def test_the_shipped_set_fits_the_seeds() -> None:
    """Every question of the shipped set is well formed, and every gold quote stands word for word in its document."""
    require_valid(read_json_lines(SHIPPED), SEEDS.get)


def test_the_shipped_set_is_as_broad_as_it_says() -> None:
    """At least 130 questions, five languages alike, a third of them across languages, 32 without an answer, two halves
    alike."""
    questions = read_json_lines(SHIPPED).questions
    languages = Counter(question.language for question in questions)
    across = [
        question
        for question in questions
        if question.gold and all(LANGUAGE_OF[gold.document_id[:3]] != question.language for gold in question.gold)
    ]
    halves = Counter(question.split for question in questions)
    assert len(questions) >= 130
    assert set(languages) == {"en", "da", "nb", "nn", "sv"}
    assert max(languages.values()) - min(languages.values()) <= 3
    assert len(across) >= len(questions) / 3
    assert sum(not question.gold for question in questions) >= 32
    assert set(halves) == {"choose", "report"}
    assert abs(halves["choose"] - halves["report"]) <= 6
    for kind in {question.kind for question in questions}:
        split = Counter(question.split for question in questions if question.kind == kind)
        assert abs(split["choose"] - split["report"]) <= 2, kind


def test_a_good_question_keeps_every_field(tmp_path: Path) -> None:
    """What stands in a line is what the record has."""
    (question,) = read_json_lines(write(tmp_path, GOOD)).questions
    assert (question.id, question.language, question.kind, question.answer) == ("a", "en", "number", "380,000")
    assert question.gold[0].quote == "380.000 fans"
    assert question.gold[0].speaker is None
    assert question.gold[0].speaker_given
    assert (question.gold[0].group, question.gold[0].optional) == ("one", False)
    assert question.history[0].content == "Tell me of Kodak."
    assert question.split == "choose"
    assert question.place == "set.jsonl line 1"
    assert faults(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"gold": [{"doc": "doc", "quote": "380,000 fans"}]},
            "expected a verbatim quote from doc, found '380,000 fans'",
        ),
        ({"gold": [{"doc": "other", "quote": "x"}]}, "expected the id of a document that is indexed, found 'other'"),
        ({"gold": [{"doc": "doc"}]}, "expected gold.quote to be a text that is not blank, found None"),
        ({"gold": None}, "expected gold to be a list, found None"),
        ({"gold": GOOD["gold"] * 2}, "expected each gold quote once, found again '380.000 fans'"),  # type: ignore[operator]  # the value is a list
        ({"gold": [{"doc": "doc", "quote": "Kodak", "optional": 1}]}, "expected gold.optional to be true or false"),
        (
            {"gold": [{"doc": "doc", "quote": "Kodak", "optional": True}]},
            "gold quote that is not optional",
        ),
        ({"gold": [{"doc": "doc", "quote": "Kodak", "group": ""}]}, "expected gold.group to be a text"),
        ({"gold": [{"doc": "doc", "quote": "Kodak", "note": "x"}]}, "expected in gold only doc, group, optional,"),
        ({"question": "  "}, "expected question to be a text that is not blank, found '  '"),
        ({"question": "x" * 4001}, "expected at most 4,000 characters, found 4,001"),
        ({"lang": "no"}, "expected lang to be one of en, da, nb, nn, sv, found 'no'"),
        ({"history": [{"role": "system", "content": "x"}]}, 'expected history.role "user" or "assistant"'),
        ({"history": [{"role": "assistant", "content": "x"}]}, "expected the history to begin with a turn of the user"),
        ({"golden": []}, "expected only the fields answer, gold,"),
    ],
)
def test_the_checker_names_the_line_and_what_is_wrong(tmp_path: Path, change: dict[str, object], message: str) -> None:
    """A faulty question is named by line and id, with what was expected and found."""
    (fault,) = faults(tmp_path, {**GOOD, "id": "first"}, {**GOOD, **change})
    assert fault.startswith("set.jsonl line 2: a: ")
    assert message in fault


def test_an_id_may_stand_only_once(tmp_path: Path) -> None:
    """The second of two questions with the same id is named with the place of the first."""
    assert faults(tmp_path, GOOD, GOOD) == [
        "set.jsonl line 2: a: expected an id of its own, found the one of set.jsonl line 1"
    ]


def test_a_missing_field_and_broken_json_are_faults(tmp_path: Path) -> None:
    """A line without a required field, a line that is not an object and a line that is not JSON are each named."""
    path = write(tmp_path, {"id": "b"}, [1])
    path.write_text(path.read_text(encoding="utf-8") + "{\n", encoding="utf-8")
    first, second, third = map(str, read_json_lines(path).faults)
    assert first == "set.jsonl line 1: b: expected the fields id, lang, question, type, gold, found none called 'lang'"
    assert second == "set.jsonl line 2: expected a question to be an object, found [1]"
    assert third.startswith("set.jsonl line 3: expected a JSON object, found ")


def test_a_line_separator_within_a_quote_does_not_end_the_line(tmp_path: Path) -> None:
    """Only a newline ends a record; U+2028 may stand within a string."""
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({**GOOD, "question": "a\u2028b"}, ensure_ascii=False), encoding="utf-8")
    assert read_json_lines(path).questions[0].text == "a\u2028b"


def test_a_set_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    """A missing file, bytes that are not UTF-8, and a set with nothing in it raise InvalidQuestions."""
    with pytest.raises(InvalidQuestions, match="expected a readable question set at"):
        read_json_lines(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b"{\xe6}")
    with pytest.raises(InvalidQuestions, match="not at offset 1"):
        read_json_lines(tmp_path / "latin.jsonl")
    with pytest.raises(InvalidQuestions, match="at least one question"):
        require_valid(read_json_lines(write(tmp_path)), DOCUMENTS.get)


def test_the_first_fault_stops_an_evaluation(tmp_path: Path) -> None:
    """A set with faults is refused with the first of them and how many more there are."""
    found = read_json_lines(write(tmp_path, {**GOOD, "lang": "xx"}, {"id": "b"}))
    with pytest.raises(InvalidQuestions, match=r"line 2.*and 1 more"):
        require_valid(found, DOCUMENTS.get)
