"""From a run's folder to its scores, and back: the one place that knows which file holds what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from evaluation.answers import Detect
from evaluation.errors import InvalidRun
from evaluation.measures import score
from evaluation.records import Scores
from evaluation.runs import JUDGED, Outcome, RunInfo, read_info, read_outcomes, whole_lines, write_json
from evaluation.summary import summary_record


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was read back, its scores calculated anew from the outcomes by the code as it is now."""

    folder: Path
    info: RunInfo
    outcomes: tuple[Outcome, ...]
    scores: Mapping[str, Scores]


def read_run(folder: Path) -> Run:
    """Read a run and score it. Raises InvalidRun where there is none, or nothing in it."""
    info = read_info(folder)
    # A question that failed and was asked again has two lines; the last one counts.
    latest = {outcome.question.id: outcome for outcome in read_outcomes(folder)}
    if not latest:
        raise InvalidRun(f"expected outcomes in {folder}, found none; run it again")
    outcomes = tuple(latest.values())
    return Run(folder, info, outcomes, score(outcomes, detector(), read_judged(folder)))


def read_judged(folder: Path) -> dict[str, Scores]:
    """Question id → the judging model's scores; empty where nobody judged."""
    path = folder / JUDGED
    lines = cast(list[dict[str, object]], whole_lines(path)) if path.exists() else []
    try:
        return {str(line["id"]): cast(Scores, line["scores"]) for line in lines if "scores" in line}
    except KeyError as error:
        raise InvalidRun(f"expected judgements in {path}, found a line without {error}") from None


def write_scores(run: Run) -> None:
    """Write scores.jsonl and summary.json beside the outcomes."""
    lines = [json.dumps({"id": identifier, **scores}, ensure_ascii=False) for identifier, scores in run.scores.items()]
    (run.folder / "scores.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_json(run.folder / "summary.json", summary_record(run.outcomes, run.scores))


@cache
def detector() -> Detect:
    """The product's own language detector; it names the language of the answer's own words."""
    from index.language import LanguageDetector
    from index.lexicon import load_lexicon
    from index.words import WordAnalyzer

    return LanguageDetector(WordAnalyzer(load_lexicon())).detect
