"""The shipped rules hold for the product and catch what is broken on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from evaluation.ask import ask_all
from evaluation.gate import Rule, check_rules, read_rules
from evaluation.questions import read_json_lines
from evaluation.records import Question
from evaluation.runs import RunInfo
from evaluation.scoring import read_run
from evaluation.targets import InProcess, Target
from service.assistant import Assistant
from tests.conftest import SEEDS
from tests.evaluation import variants

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "evaluation" / "questions" / "seeds.jsonl"
RULES = read_rules(ROOT / "evaluation" / "rules.toml")
EVERY = 3
"""A third of the shipped set keeps these tests fast; `make evaluate` holds all of it to the same rules."""


@pytest.fixture(scope="module")
def questions() -> tuple[Question, ...]:
    """Every third question of each kind, so that all kinds and languages are there."""
    by_kind: dict[str, list[Question]] = {}
    for question in read_json_lines(SHIPPED).questions:
        by_kind.setdefault(question.kind, []).append(question)
    return tuple(question for kind in by_kind.values() for question in kind[::EVERY])


@pytest.fixture(scope="module")
def product(seeds_assistant: Assistant) -> Target:
    """The real assistant, each of its replies kept for the variants that only change it."""
    return variants.Remembered(InProcess(seeds_assistant))


def broken_measures(
    target: Target, questions: Sequence[Question], folder: Path, rules: Sequence[Rule] = RULES
) -> set[str]:
    """The measures of the rules that a target breaks."""
    ask_all(target, questions, folder, RunInfo(folder.name, "", "", "all", target.name, "", ""))
    return {result.rule.measure for result in check_rules(read_run(folder), rules) if result.broken}


def test_the_product_passes(product: Target, questions: tuple[Question, ...], tmp_path: Path) -> None:
    """Unbroken, it holds every rule."""
    assert broken_measures(product, questions, tmp_path / "product") == set()


@pytest.mark.parametrize(
    ("variant", "measure"),
    [
        (variants.AlwaysAnswers, "abstained"),
        (variants.AlwaysAbstains, "false_refusal"),
        (variants.WrongSpeaker, "speaker_right"),
        (variants.AltersQuotes, "verbatim"),
    ],
)
def test_changed_replies_are_caught(
    product: Target, questions: tuple[Question, ...], tmp_path: Path, variant: type[variants.Changed], measure: str
) -> None:
    """Each of these breaks the rule that is meant for it."""
    assert measure in broken_measures(variant(product), questions, tmp_path / "variant")


def test_english_only_is_caught(seeds_assistant: Assistant, questions: tuple[Question, ...], tmp_path: Path) -> None:
    """Answers in English to questions in Danish, Norwegian and Swedish break the rule on language."""
    assert "language_right" in broken_measures(variants.EnglishOnly(seeds_assistant), questions, tmp_path / "variant")


def test_shuffled_passages_are_caught(
    seeds_assistant: Assistant, questions: tuple[Question, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A random order of the passages breaks the rules on retrieval."""
    variants.shuffle_passages(monkeypatch)
    assert "mrr_10" in broken_measures(InProcess(seeds_assistant), questions, tmp_path / "variant")


def test_a_missing_lexicon_is_caught(
    questions: tuple[Question, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without concepts questions and passages of different languages no longer meet: recall breaks."""
    with variants.without_lexicon(monkeypatch, tmp_path / "data", SEEDS) as assistant:
        assert "recall_10" in broken_measures(InProcess(assistant), questions, tmp_path / "variant")
