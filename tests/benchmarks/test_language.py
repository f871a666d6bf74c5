"""Fitting and measuring the detection of languages."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.language import accuracy, calibrate, fit, own_questions
from benchmarks.language_examples import Maker, Text, read_sets
from tests.index.analysing import analyzer

TEXTS = {
    "en": "the farmer drove his old tractor across a muddy field",
    "da": "bonden kørte sin gamle traktor hen over en mudret mark",
    "nb": "bonden kjørte den gamle traktoren sin over en gjørmete åker",
    "nn": "bonden køyrde den gamle traktoren sin over ein gjørmete åker",
    "sv": "bonden körde sin gamla traktor över en lerig åker",
}


def texts() -> list[Text]:
    """Every beginning and end of the sentences."""
    found = []
    for language, sentence in TEXTS.items():
        words = sentence.split()
        parts = {" ".join(words[start:end]) for start in range(5) for end in range(start + 3, len(words) + 1)}
        found += [Text(part, language, "farm", fitted=True) for part in sorted(parts)]
    return found


def test_what_is_fitted_tells_what_it_was_fitted_on() -> None:
    """Parts of five sentences are told apart by a model that was fitted on other parts of them."""
    maker = Maker(analyzer().words)
    chosen = [text for text in texts() if text.chosen]
    table = fit([maker.examples(chosen, 1.0)])
    share, count = accuracy(maker, table, [text for text in texts() if not text.chosen])["farm"]
    assert count > 20
    assert share > 0.8


def test_the_scale_is_above_nothing() -> None:
    """What makes unseen texts likeliest is a positive scale."""
    scale, growth = calibrate(Maker(analyzer().words), texts())
    assert scale > 0
    assert growth >= 0


def test_sets_are_read_once_a_text_and_share_alike_ones_are_not_fitted(tmp_path: Path) -> None:
    """A text that stands in two sets counts once; a licence may forbid to fit."""
    for name, file, rows, licence in (
        ("a", "all.jsonl", [{"text": "a hill", "lang": "en", "kind": "pairs"}], "Apache-2.0"),
        ("b", "queries.jsonl", [{"query": "a hill", "lang": "en"}, {"query": "why\u2028so?", "lang": "en"}], "CC0"),
        ("c", "queries.jsonl", [{"query": "en bakke", "lang": "da"}], "text CC BY-SA 4.0"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "SOURCE.json").write_text(json.dumps({"licence": licence}), encoding="utf-8")
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (tmp_path / name / file).write_text(lines, encoding="utf-8")
    found = [(text.text, text.kind, text.fitted) for text in read_sets(tmp_path)]
    assert found == [("a hill", "pairs", True), ("why\u2028so?", "b", True), ("en bakke", "c", False)]


def test_own_questions_are_not_fitted_on() -> None:
    """They are the check that nothing was fitted to."""
    assert len(own_questions()) == 200
    assert not any(text.fitted for text in own_questions())
