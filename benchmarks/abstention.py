"""Fits and measures when to answer: `python -m benchmarks.abstention [--data DIR] [--write]`.

The evidence (service/evidence.py) is gathered for our own question sets, one over seeds/, one over the made texts of
benchmarks/village/, and for every set in DIR whose queries have one gold passage: half of its passages are indexed, so
that half of its queries cannot be answered. The weights are fitted on the questions marked "choose" and on half of each
set, and reported on the others.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build import build
from index.library import Library, open_library
from index.records import Filters
from service.answer import Quoting
from service.choose import candidates
from service.conversations import Earlier
from service.cues import load_cues
from service.evidence import Evidence, gather, load_judge
from service.find import find
from service.speakers import Speakers
from service.understand import Question, understand

ROOT = Path(__file__).parents[1]
OWN_SETS = {
    "own": (ROOT / "evaluation" / "questions" / "seeds.jsonl", ROOT / "seeds"),
    "village": (ROOT / "benchmarks" / "village" / "questions.jsonl", ROOT / "benchmarks" / "village" / "texts"),
}
"""Questions of our own, half of those without an answer near misses, and the folder that they are asked of."""
MAX_PASSAGES, MAX_QUERIES = 300, 200
RIDGE = 0.5
"""Keeps weights small where few questions tell them apart."""
OWN = 4.0
"""A question of our own set, with its near misses, counts as much as this many of a public set."""
ABSTAINED = 0.92
"""The share of our own unanswerable questions, of those fitted on, that the threshold has to turn away."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A question with its history, and whether the indexed documents answer it. `chosen` ones are fitted on."""

    question: str
    history: tuple[str, ...]
    answerable: bool
    chosen: bool


@dataclass(frozen=True)
class Measured:
    """Evidence, one row a case, with a constant first; whether each is answerable, and fitted on."""

    name: str
    rows: Floats
    answerable: NDArray[np.bool_]
    chosen: NDArray[np.bool_]


def own_cases(questions: Path) -> list[Case]:
    """The questions of a set of our own."""
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    return [
        Case(
            row["question"],
            tuple(turn["content"] for turn in row.get("history") or () if turn["role"] == "user"),
            bool(row["gold"]),
            row["split"] == "choose",
        )
        for row in rows
    ]


def public_cases(folder: Path, into: Path) -> list[Case]:
    """The queries of a set; half of its passages are written to `into` as documents."""
    passages = read_lines(folder / "passages.jsonl")[:MAX_PASSAGES]
    kept = {passage["id"] for passage in passages if half(passage["id"])}
    for passage in passages:
        if passage["id"] in kept:
            (into / f"{passage['id']}.txt").write_text(passage["text"], encoding="utf-8")
    known = {passage["id"] for passage in passages}
    queries = [query for query in read_lines(folder / "queries.jsonl") if set(query["gold"]) <= known]
    queries.sort(key=lambda query: hashlib.sha256(query["id"].encode()).digest())
    return [
        Case(query["query"], (), query["gold"][0] in kept, half("fit " + query["id"]))
        for query in queries[:MAX_QUERIES]
    ]


def read_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def half(name: str) -> bool:
    """One half of everything, the same in every run."""
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def measure(name: str, cases: list[Case], documents: Path, data: Path) -> Measured:
    """Gather the evidence for every case over an index of `documents`."""
    with open_library(data) as library:
        build(library, documents)
        quoting = Quoting(library, load_cues(), load_judge(), max_quotes=1)
        read = partial(
            understand, language="auto", library=library, cues=load_cues(), names=Speakers(library.record).names()
        )
        rows = [(1.0, *astuple(evidence(case, read, library, quoting))) for case in cases]
    return Measured(
        name,
        np.array(rows),
        np.array([case.answerable for case in cases]),
        np.array([case.chosen for case in cases]),
    )


def evidence(case: Case, read: Callable[..., Question], library: Library, quoting: Quoting) -> Evidence:
    """The evidence that the service would weigh for a case."""
    earlier = None
    for text in case.history:
        before = read(text, earlier=earlier)
        earlier = Earlier(before.standalone, before.language)
    question = read(case.question, earlier=earlier)
    hits = find(question, library.retriever, Filters())
    coverage = quoting.coverage(question)
    return gather(question, coverage, hits, candidates(hits, coverage, question.kinds, question.numbered))


def fit(rows: Floats, answerable: NDArray[np.bool_], weights: Floats) -> Floats:
    """Weighted logistic regression with a ridge on all but the constant, by Newton's method."""
    penalty = RIDGE * np.eye(rows.shape[1])
    penalty[0, 0] = 1e-6
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-rows @ found))
        gradient = rows.T @ (weights * (probability - answerable)) + penalty @ found
        hessian = (rows * (weights * probability * (1 - probability))[:, None]).T @ rows + penalty
        found -= np.linalg.solve(hessian, gradient)
    return found


def balanced(measured: Measured) -> Floats:
    """Case weights that make answerable and unanswerable count the same in each set, and our own set more."""
    share = np.where(measured.answerable, measured.answerable.mean(), 1 - measured.answerable.mean())
    return (OWN if measured.name in OWN_SETS else 1.0) * 0.5 / share


def auc(answerable: NDArray[np.bool_], score: Floats) -> float:
    """The probability that an answerable question scores above an unanswerable one (Mann and Whitney 1947)."""
    above, below = score[answerable][:, None], score[~answerable][None, :]
    return float((above > below).mean() + 0.5 * (above == below).mean())


def threshold(own: Sequence[Measured], weights: Floats) -> float:
    """The lowest score above which an answer is given: so that ABSTAINED of the unanswerable ones are turned away."""
    below = np.concatenate([one.rows[one.chosen & ~one.answerable] @ weights for one in own])
    return float(np.quantile(below, ABSTAINED, method="higher"))


def report(sets: list[Measured], weights: Floats, least: float) -> None:
    """Print a row a set and half: AUC, and above the threshold how many are answered, below it how many rightly not."""
    print(f"{'set':18}{'half':8}{'n':>5}{'AUC':>7}{'answered':>10}{'abstained':>11}")
    for measured in sets:
        for name, half_of in (("fitted", measured.chosen), ("report", ~measured.chosen)):
            score, answerable = measured.rows[half_of] @ weights, measured.answerable[half_of]
            print(
                f"{measured.name:18}{name:8}{len(score):5}{auc(answerable, score):7.3f}"
                f"{(score[answerable] > least).mean():10.3f}{(score[~answerable] <= least).mean():11.3f}"
            )


def write(weights: Floats, least: float) -> None:
    """Put the weights and the threshold into service/data/evidence.toml, whose comments stay as they are."""
    path = Path(str(files("service").joinpath("data", "evidence.toml")))
    text = path.read_text(encoding="utf-8")
    answered = 1 / (1 + np.exp(-least))
    for name, value in (*zip(NAMES, weights, strict=True), ("answered", answered), ("near", NEAR * answered)):
        text = re.sub(rf"^{name} = .*$", f"{name} = {value:.2f}", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")


NEAR = 0.6
"""From this share of the threshold on, what was found is called near."""
NAMES = ("constant", *(field.name for field in fields(Evidence)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder of evaluation sets")
    parser.add_argument("--write", action="store_true", help="put the fitted weights into service/data/evidence.toml")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sets = [
            measure(name, own_cases(questions), documents, Path(scratch) / name)
            for name, (questions, documents) in OWN_SETS.items()
        ]
        for folder in sorted(arguments.data.iterdir()) if arguments.data else ():
            # Only sets of questions: those of translated sentences have no answers.
            queries = folder / "queries.jsonl"
            if not queries.exists() or not all(query.get("answer") for query in read_lines(queries)):
                continue
            documents = Path(scratch) / folder.name
            documents.mkdir()
            cases = public_cases(folder, documents)
            if cases and any(case.answerable for case in cases):
                sets.append(measure(folder.name, cases, documents, Path(scratch) / f"{folder.name}.data"))
    rows = np.vstack([measured.rows[measured.chosen] for measured in sets])
    answerable = np.concatenate([measured.answerable[measured.chosen] for measured in sets])
    weights = fit(rows, answerable, np.concatenate([balanced(measured)[measured.chosen] for measured in sets]))
    print("  ".join(f"{name} {value:.2f}" for name, value in zip(NAMES, weights, strict=True)))
    least = threshold(sets[: len(OWN_SETS)], weights)
    report(sets, weights, least)
    if arguments.write:
        write(weights, least)


if __name__ == "__main__":
    main()
