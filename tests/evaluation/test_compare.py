"""Two runs side by side, and the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.compare import compare, comparison_record
from evaluation.errors import InvalidRules, InvalidRun
from evaluation.gate import check_rules, read_rules
from evaluation.records import Scores
from evaluation.runs import Outcome, RunInfo
from evaluation.scoring import Run
from evaluation.tables import changes_table, comparison_table, gate_table
from tests.evaluation.made import cited, gold, outcome, replied


def run(name: str, qualities: Mapping[str, float]) -> Run:
    """A run whose questions have these qualities, in English and Swedish by turns."""
    outcomes = tuple(question(identifier, number) for number, identifier in enumerate(qualities))
    scores: dict[str, Scores] = {
        identifier: {"quality": value, "false_refusal": 1 - value} for identifier, value in qualities.items()
    }
    return Run(Path(name), RunInfo(name, "set", "sha", "all", "scripted", "now", "0.1"), outcomes, scores)


def question(identifier: str, number: int) -> Outcome:
    return outcome(
        replied([cited(1, "d1", 0, 20)]),
        [gold("d1", 0, 20)],
        identifier=identifier,
        language=("en", "sv")[number % 2],
    )


BEFORE = run("before", {f"q{number}": 0.5 for number in range(20)})
AFTER = run("after", {f"q{number}": 0.9 if number % 2 == 0 else 0.5 for number in range(20)})


def test_differences_are_given_for_all_and_for_every_group() -> None:
    """English questions gained 0.4, Swedish ones nothing: 0.2 over all."""
    cells = {(cell.slice.value, cell.measure): cell for cell in compare(BEFORE, AFTER).cells}
    assert cells["all", "quality"].difference.mean == pytest.approx(0.2)
    assert cells["en", "quality"].difference.mean == pytest.approx(0.4)
    assert cells["en", "quality"].difference.significant
    assert cells["sv", "quality"].difference.mean == 0
    assert not cells["sv", "quality"].difference.significant
    assert cells["en→da", "quality"].before == pytest.approx(0.5)
    assert cells["fact", "quality"].after == pytest.approx(0.7)


def test_changed_questions_come_best_first() -> None:
    """One gained much, one little, one lost; the unchanged one is not listed."""
    one = run("one", {"a": 0.5, "b": 0.5, "c": 0.5, "d": 0.5})
    other = run("other", {"a": 0.4, "b": 0.6, "c": 0.5, "d": 1.0})
    assert [change.after.question.id for change in compare(one, other).changes] == ["d", "b", "a"]
    assert comparison_record(compare(one, other))["changes"][0] == {
        "id": "d",
        "question": "Which?",
        "before": 0.5,
        "after": 1.0,
    }


def test_only_common_questions_are_compared() -> None:
    """A question that one run lacks is left out and counted; runs without a common one are refused."""
    assert compare(run("one", {"a": 1, "b": 1}), run("other", {"a": 1, "c": 1})).left_out == 2
    with pytest.raises(InvalidRun, match="found none in"):
        compare(run("one", {"a": 1}), run("other", {"b": 1}))


def test_a_question_whose_gold_has_changed_is_not_compared_in_silence() -> None:
    """The same id with other gold is an error that names it."""
    other = run("other", {"a": 1})
    changed = replace(
        other, outcomes=(replace(other.outcomes[0], question=replace(other.outcomes[0].question, gold=())),)
    )
    with pytest.raises(InvalidRun, match="found a with two contents"):
        compare(run("one", {"a": 1}), changed)


def test_tables_can_be_printed() -> None:
    """Text of questions is never taken for markup, and every table has its rows."""
    comparison = compare(BEFORE, AFTER)
    assert comparison_table(comparison).row_count >= 3
    assert changes_table(comparison, 5).row_count == 5


def rules(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rules_hold_and_break(tmp_path: Path) -> None:
    """Means at 0.7 over all, 0.9 for English: each rule says what it found, and how it broke."""
    path = rules(
        tmp_path,
        """
        [[rule]]
        measure = "quality"
        min = 0.7
        why = "as before"
        [[rule]]
        measure = "quality"
        where = { language = "sv" }
        min = 0.6
        [[rule]]
        measure = "false_refusal"
        max = 0.1
        """,
    )
    checked = check_rules(AFTER, read_rules(path))
    assert [result.found for result in checked] == pytest.approx([0.7, 0.5, 0.3])
    assert [result.broken for result in checked] == [
        "",
        "quality where language is sv: expected at least 0.6, found 0.5000",
        "false_refusal: expected at most 0.1, found 0.3000",
    ]
    assert gate_table(checked).row_count == 3


def test_a_drop_breaks_when_it_is_large_and_no_chance(tmp_path: Path) -> None:
    """Against a better baseline the drop of 0.2 breaks a limit of 0.1, and holds one of 0.3."""
    for limit, breaks in ((0.1, True), (0.3, False)):
        path = rules(tmp_path, f'[[rule]]\nmeasure = "quality"\nmax_drop = {limit}\n')
        (checked,) = check_rules(BEFORE, read_rules(path), AFTER)
        assert bool(checked.broken) is breaks
    (level,) = check_rules(
        run("b", {"a": 0.0, "b": 1.0, "c": 0.0}),
        read_rules(rules(tmp_path, '[[rule]]\nmeasure = "quality"\nmax_drop = 0.1\n')),
        run("a", {"a": 1.0, "b": 0.0, "c": 0.5}),
    )
    assert not level.broken


def test_a_missing_figure_never_passes(tmp_path: Path) -> None:
    """A measure that applies to no question breaks its rule; a group without questions and a drop without a baseline
    are errors."""
    missing = '[[rule]]\nmeasure = "token_f1"\nmin = 0.1\n[[rule]]\nmeasure = "seconds_p95"\nmax = 1\n'
    assert [result.broken for result in check_rules(AFTER, read_rules(rules(tmp_path, missing)))] == [
        "token_f1: expected a figure, found none",
        "seconds_p95: expected a figure, found none",
    ]
    for text, message in (
        (
            'measure = "quality"\nwhere = { language = "fi" }\nmin = 0.1',
            "expected questions for the rule on quality where",
        ),
        ('measure = "quality"\nmax_drop = 0.1', "expected a baseline run with quality"),
    ):
        with pytest.raises(InvalidRules, match=message):
            check_rules(AFTER, read_rules(rules(tmp_path, f"[[rule]]\n{text}\n")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"expected only \[\[rule\]\] tables"),
        ("[[rule]\n", "expected TOML"),
        ('[[rule]]\nmeasure = "goodness"\nmin = 1', "rule 1: expected the name of a measure, found 'goodness'"),
        ('[[rule]]\nmeasure = "quality"', "rule 1: expected min, max or max_drop"),
        ('[[rule]]\nmeasure = "quality"\nmin = "1"', "rule 1: min: expected a number, found '1'"),
        ('[[rule]]\nmeasure = "quality"\nmin = true', "rule 1: min: expected a number, found True"),
        ('[[rule]]\nmeasure = "quality"\nmn = 1', "rule 1: expected only .*, found 'mn'"),
        ('[[rule]]\nmeasure = "quality"\nmin = 1\nwhere = { doc = "x" }', "rule 1: expected where"),
        ('[[rule]]\nmeasure = "seconds_p95"\nmax = 1\nwhere = { kind = "why" }', "one figure of a whole run"),
        ('[[rule]]\nmeasure = "seconds"\nmax_drop = 1', "only where higher is better"),
    ],
)
def test_a_faulty_rule_is_named(tmp_path: Path, text: str, message: str) -> None:
    """Nothing about a rule is guessed or ignored."""
    with pytest.raises(InvalidRules, match=message):
        read_rules(rules(tmp_path, text))


def test_rules_that_are_not_there(tmp_path: Path) -> None:
    """A missing file is one clear error."""
    with pytest.raises(InvalidRules, match="expected readable rules at"):
        read_rules(tmp_path / "none.toml")
