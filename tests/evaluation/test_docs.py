"""What the pages on evaluation say is what the code has."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from evaluation.command_line import evaluate
from evaluation.formats import CSV_FIELDS
from evaluation.gate import FIELDS, TOTALS
from evaluation.measures import MEASURES
from evaluation.questions import KNOWN_FIELDS, read_json_lines
from evaluation.summary import GROUPINGS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
SET_PAGE = (ROOT / "docs" / "question-set.md").read_text(encoding="utf-8")


def defined(section: str) -> set[str]:
    """The names in the first cells of a section's table."""
    text = PAGE.split(f"### {section}\n", 1)[1].split("\n## ", 1)[0].split("\n### ", 1)[0]
    return {name for line in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)}


def test_every_measure_is_defined_under_its_group() -> None:
    """Neither a measure without a definition nor a definition of something that is not measured."""
    headings = {
        "overall": "Over all",
        "retrieval": "Retrieval",
        "citations": "Citations",
        "answers": "Answers",
        "cost": "Cost and time",
        "judge": "By a model as judge",
    }
    for group, heading in headings.items():
        assert defined(heading) == {measure.name for measure in MEASURES if measure.group == group}, group
    assert {measure.group for measure in MEASURES} == set(headings)


def test_every_figure_of_a_whole_run_is_defined() -> None:
    """The gate takes them by these names."""
    assert defined("Of a whole run") == TOTALS


def test_every_command_field_and_grouping_is_named() -> None:
    """Commands of the group, fields of a rule, columns of a CSV, fields of a question, groupings."""
    for name in evaluate.commands:
        assert f"kilde evaluate {name}" in PAGE, name
    for field in FIELDS:
        assert re.search(rf"\b{field}\b", PAGE), field
    for field in (*CSV_FIELDS, *KNOWN_FIELDS - {"near_miss"}):
        assert re.search(rf"\b{field}\b", PAGE), field
    for grouping in GROUPINGS:
        assert re.search(rf"\b{grouping}\b", PAGE), grouping


def test_the_page_on_the_set_has_its_true_counts() -> None:
    """The table of types, and the size of both halves."""
    questions = read_json_lines(ROOT / "evaluation" / "questions" / "seeds.jsonl").questions
    counts = Counter(question.kind for question in questions)
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", SET_PAGE, re.MULTILINE)
    assert {name: int(count) for name, count in rows} == counts
    halves = Counter(question.split for question in questions)
    assert f"`choose` ({halves['choose']}) and `report` ({halves['report']})" in SET_PAGE
    assert f"asks {len(questions)} questions" in SET_PAGE
    assert f"{sum(question.answerable for question in questions)} questions are answerable" in SET_PAGE
