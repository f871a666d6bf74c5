"""`kilde evaluate`: check, run, compare, gate, report, judge, documents, feedback."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from evaluation.agreement import read_labels, verdicts
from evaluation.ask import ask_all
from evaluation.compare import compare as compare_runs
from evaluation.compare import comparison_record
from evaluation.errors import GateBroken, InvalidQuestions
from evaluation.formats import read_question_set
from evaluation.gate import check_rules, read_rules
from evaluation.opening import digest, of_split, open_run, opened, progress_bar, run_folder, text_of
from evaluation.questions import check as check_questions
from evaluation.questions import require_valid
from evaluation.runs import RunInfo
from evaluation.scoring import read_run, write_scores
from evaluation.tables import changes_table, comparison_table, gate_table, print_tables, summary_table
from service.bootstrap import open_assistant
from service.settings import read_settings

LANGUAGE = click.option("--lang", "language", help="The questions' language, for forms that do not say it.")
TARGET = click.option("--target", default="in process", show_default=True, help="http://… of a served instance.")


@click.group()
def evaluate() -> None:
    """Ask a question set, and see how good the answers are."""


@evaluate.command()
@click.argument("questions", type=click.Path(path_type=Path))
@LANGUAGE
@TARGET
@click.option("--api-key", envvar="KILDE_API_KEY", help="Sent as a bearer token to --target.")
@click.pass_context
def check(context: click.Context, questions: Path, language: str | None, target: str, api_key: str | None) -> None:
    """Name every line of QUESTIONS that is wrong; exits 1 if there is one."""
    found = read_question_set(questions, language)
    if found.documents:
        faults = [*found.faults, *check_questions(found.questions, found.documents.get)]
    else:
        with opened(target, api_key, stream=False) as asked:
            faults = [*found.faults, *check_questions(found.questions, text_of(asked))]
    for fault in faults:
        click.echo(str(fault))
    unanswerable = sum(not question.answerable for question in found.questions)
    click.echo(f"{len(found.questions)} questions, {unanswerable} of them unanswerable, {len(faults)} faults")
    if faults or not found.questions:
        context.exit(1)


@evaluate.command()
@click.argument("questions", type=click.Path(path_type=Path))
@LANGUAGE
@TARGET
@click.option("--api-key", envvar="KILDE_API_KEY", help="Sent as a bearer token to --target.")
@click.option("--stream", is_flag=True, help="Read a served instance's answers as a stream, for the first sentence.")
@click.option("--name", help="The run's name, which is its folder's; the time of day otherwise.")
@click.option("--runs", type=click.Path(path_type=Path), help="The folder of runs; by default in the data directory.")
@click.option("--split", help='Only the questions of this split ("choose" or "report").')
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Questions asked at a time.")
@click.option("--fresh", is_flag=True, help="Replace an earlier run of this name instead of going on with it.")
def run(
    questions: Path,
    language: str | None,
    target: str,
    api_key: str | None,
    stream: bool,
    name: str | None,
    runs: Path | None,
    split: str | None,
    workers: int,
    fresh: bool,
) -> None:
    """Ask every question of QUESTIONS, score the answers, and keep both as a run."""
    found = read_question_set(questions, language)
    name = name or datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S")
    folder = run_folder(name, runs)
    began = time.perf_counter()
    with opened(target, api_key, stream=stream) as asked:
        valid = of_split(require_valid(found, text_of(asked)), split)
        info = RunInfo(
            name=name,
            questions=str(questions),
            questions_sha256=digest(valid),
            scope=split or "all",
            target=asked.name,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            version=version("kilde"),
        )
        with progress_bar("Asking") as advance:
            ask_all(asked, valid, folder, info, workers=workers, fresh=fresh, progress=advance)
    done = read_run(folder)
    write_scores(done)
    print_tables(summary_table(done))
    failed = sum(outcome.error is not None for outcome in done.outcomes)
    click.echo(
        f"{len(done.outcomes)} questions, {failed} failed, {time.perf_counter() - began:.1f} s, kept in {folder}"
    )


@evaluate.command()
@click.argument("before")
@click.argument("after")
@click.option("--runs", type=click.Path(path_type=Path), help="The folder of runs; by default in the data directory.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--limit", type=click.IntRange(0), default=10, show_default=True, help="Best and worst changes shown.")
def compare(before: str, after: str, runs: Path | None, as_json: bool, limit: int) -> None:
    """What the run AFTER does better and worse than the run BEFORE (names of runs, or folders)."""
    found = compare_runs(open_run(before, runs), open_run(after, runs))
    if as_json:
        click.echo(json.dumps(comparison_record(found), ensure_ascii=False, indent=2))
        return
    print_tables(comparison_table(found), changes_table(found, limit))
    if found.left_out:
        click.echo(f"{found.left_out} questions that only one of the runs has were left out")


@evaluate.command()
@click.argument("name")
@click.option("--rules", type=click.Path(path_type=Path), required=True, help="What must hold, in TOML.")
@click.option("--baseline", help="An earlier run, for rules with max_drop.")
@click.option("--runs", type=click.Path(path_type=Path), help="The folder of runs; by default in the data directory.")
def gate(name: str, rules: Path, baseline: str | None, runs: Path | None) -> None:
    """Hold the run NAME to rules; exits 1 and names every rule that broke."""
    checked = check_rules(open_run(name, runs), read_rules(rules), open_run(baseline, runs) if baseline else None)
    print_tables(gate_table(checked))
    broken = [result.broken for result in checked if result.broken]
    if broken:
        raise GateBroken(f"{len(broken)} of {len(checked)} rules broke: {'; '.join(broken)}")


@evaluate.command()
@click.argument("name")
@click.option("--runs", type=click.Path(path_type=Path), help="The folder of runs; by default in the data directory.")
@click.option("--output", type=click.Path(path_type=Path), help="The page's file; report.html in the run by default.")
def report(name: str, runs: Path | None, output: Path | None) -> None:
    """Write the run NAME as one self-contained HTML page."""
    from evaluation.report import render

    found = open_run(name, runs)
    path = output or found.folder / "report.html"
    path.write_text(render(found), encoding="utf-8")
    click.echo(str(path))


@evaluate.command()
@click.argument("name")
@click.option("--model", help="The judging model; KILDE_LLM_MODEL by default.")
@click.option("--base-url", help="Its endpoint; KILDE_LLM_BASE_URL by default. The key is KILDE_LLM_API_KEY.")
@click.option("--labels", type=click.Path(path_type=Path), help="People's verdicts as JSON lines, to agree with.")
@click.option("--runs", type=click.Path(path_type=Path), help="The folder of runs; by default in the data directory.")
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="Answers judged at a time.")
@click.pass_context
def judge(
    context: click.Context,
    name: str,
    model: str | None,
    base_url: str | None,
    labels: Path | None,
    runs: Path | None,
    workers: int,
) -> None:
    """Let a model judge faithfulness and relevance of the answers of the run NAME; exits 1 if it failed on any."""
    # The SDK of the model's API takes a second to import.
    from evaluation.judge import asker, judge_run
    from service.model.client import ModelClient

    settings = read_settings()
    model = model or settings.llm_model
    if not model:
        raise click.UsageError("expected --model or KILDE_LLM_MODEL, found neither")
    verdicts_of_people = read_labels(labels) if labels else {}
    found = open_run(name, runs)
    client = ModelClient(
        model, base_url or settings.llm_base_url, settings.llm_api_key.get_secret_value(), settings.llm_api_version
    )
    try:
        with progress_bar("Judging") as advance:
            judged = judge_run(found.folder, found.outcomes, asker(client), workers=workers, progress=advance)
    finally:
        client.close()
    done = read_run(found.folder)
    write_scores(done)
    print_tables(summary_table(done))
    for label, agreed in verdicts(judged.scores, verdicts_of_people).items():
        kappa = "not defined" if agreed.kappa is None else f"{agreed.kappa:.3f}"
        click.echo(f"{label}: agrees with people on {agreed.share:.3f} of {agreed.count} answers, kappa {kappa}")
    for reason in judged.errors:
        click.echo(reason, err=True)
    if judged.errors:
        context.exit(1)


@evaluate.command()
@click.argument("questions", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@LANGUAGE
def documents(questions: Path, folder: Path, language: str | None) -> None:
    """Write the documents that QUESTIONS (SQuAD, BEIR) brings along into FOLDER, to be indexed (KILDE_SEEDS)."""
    found = read_question_set(questions, language)
    if not found.documents:
        raise InvalidQuestions(f"expected a set that brings its documents along, found none in {questions}")
    folder.mkdir(parents=True, exist_ok=True)
    for identifier, text in found.documents.items():
        (folder / f"{identifier}.txt").write_bytes(text.encode())
    click.echo(f"{len(found.documents):,} documents written to {folder}")


@evaluate.command()
@click.argument("output", type=click.Path(path_type=Path))
def feedback(output: Path) -> None:
    """Write every rated answer to OUTPUT as a question set to label (JSON lines)."""
    from evaluation.feedback import rated_questions

    with open_assistant(read_settings()) as assistant:
        lines = list(rated_questions(assistant.library.record))
    output.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    click.echo(f"{len(lines):,} rated answers written to {output}")
