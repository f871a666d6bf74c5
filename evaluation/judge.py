"""A language model as judge of faithfulness and relevance, at any endpoint that speaks OpenAI's chat completions.

A reply that is not exactly the asked-for JSON is an error of that question, never a pass and never a score.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from string import Template

from evaluation.errors import JudgeFailed
from evaluation.records import Scores
from evaluation.runs import JUDGED, Outcome
from service.model.client import Message, ModelClient
from service.model.trouble import ModelTrouble

FOLDER = Path(__file__).parents[1] / "prompts" / "judge"
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "faithfulness.system": frozenset(),
    "faithfulness.user": frozenset({"sources", "answer"}),
    "relevance.system": frozenset(),
    "relevance.user": frozenset({"question", "answer"}),
}
"""Every prompt with the names that it must have: no more, no fewer."""
MAX_GRADE = 3
TIMEOUT_SECONDS = 120.0
MAX_REPLY_TOKENS = 4000

Prompts = Mapping[str, Template]
Ask = Callable[[str, str], str]
"""Sends a system and a user prompt to a model and returns its reply; raises JudgeFailed."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judge's scores of one question; `error` is the reason where there are none."""

    question_id: str
    scores: Scores
    error: str | None = None


def load_prompts(folder: Path = FOLDER) -> Prompts:
    """The judge's prompts, by name. Raises JudgeFailed where one is missing or has other names to be filled in."""
    prompts = {}
    for name, expected in PLACEHOLDERS.items():
        path = folder / f"{name}.md"
        try:
            template = Template(path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise JudgeFailed(f"expected a prompt at {path}, found {type(error).__name__}") from None
        if not template.is_valid() or set(template.get_identifiers()) != expected:
            found = ", ".join(sorted(template.get_identifiers())) or "none"
            raise JudgeFailed(f"{path}: expected the names {', '.join(sorted(expected)) or 'none'}, found {found}")
        prompts[name] = template
    return prompts


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging a run: scores by question id, and a line for each question that could not be judged."""

    scores: Mapping[str, Scores]
    errors: tuple[str, ...]


def judge_run(
    folder: Path,
    outcomes: Sequence[Outcome],
    ask: Ask,
    *,
    workers: int = 4,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Judged:
    """Judge every answer of a run, several at a time, and write `judged.jsonl` beside its outcomes, in the place of an
    earlier one. Abstentions and failures claim nothing and are left out.
    """
    answers = [outcome for outcome in outcomes if outcome.reply and outcome.reply.answered]
    found: list[Judgement] = []
    with ThreadPoolExecutor(max_workers=workers) as pool:
        prompts = load_prompts()
        for judgement in pool.map(lambda outcome: judge_one(outcome, ask, prompts), answers):
            found.append(judgement)
            progress(len(found), len(answers))
    lines = [
        {"id": one.question_id, "error": one.error} if one.error else {"id": one.question_id, "scores": one.scores}
        for one in found
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / JUDGED).write_text(text, encoding="utf-8")
    return Judged(
        {one.question_id: one.scores for one in found if not one.error},
        tuple(f"{one.question_id}: {one.error}" for one in found if one.error),
    )


def judge_one(outcome: Outcome, ask: Ask, prompts: Prompts) -> Judgement:
    """Judge one answer."""
    reply = outcome.reply
    if reply is None:
        raise ValueError(f"expected a question with a reply, found none for {outcome.question.id}")
    sources = "\n\n".join(
        f"[{citation.marker}] {citation.speaker or 'somebody unnamed'} in {citation.title}: {citation.text}"
        for citation, verbatim in outcome.citations
        if verbatim
    )
    fill = {"sources": sources, "answer": reply.answer, "question": reply.standalone}
    try:
        faithful = parse_faithfulness(
            ask(prompts["faithfulness.system"].template, prompts["faithfulness.user"].substitute(fill))
        )
        relevant = parse_relevance(
            ask(prompts["relevance.system"].template, prompts["relevance.user"].substitute(fill))
        )
    except JudgeFailed as error:
        return Judgement(outcome.question.id, {}, str(error))
    return Judgement(outcome.question.id, {"faithfulness": faithful, "relevance": relevant})


def asker(client: ModelClient, *, seconds: float = TIMEOUT_SECONDS) -> Ask:
    """A function that asks a model and returns its whole reply."""

    def ask(system: str, user: str) -> str:
        messages = [Message("system", system), Message("user", user)]
        try:
            pieces = client.stream(messages, max_tokens=MAX_REPLY_TOKENS, seconds=seconds, stopped=lambda: False)
            return "".join(pieces)
        except ModelTrouble as error:
            raise JudgeFailed(f"expected a reply of the judge {client.model}, found none ({error.kind})") from error

    return ask


def parse_faithfulness(reply: str) -> float:
    """The share of supported statements (RAGAS; Es et al. 2023); an answer without statements is faithful."""
    value = strict_object(reply, {"statements"})
    statements = value["statements"]
    if not isinstance(statements, list):
        raise malformed("a list of statements", reply)
    for statement in statements:
        if (
            not isinstance(statement, dict)
            or set(statement) != {"text", "supported"}
            or not isinstance(statement["text"], str)
            or not isinstance(statement["supported"], bool)
        ):
            raise malformed('statements of the form {"text": …, "supported": true or false}', reply)
    return sum(statement["supported"] for statement in statements) / len(statements) if statements else 1.0


def parse_relevance(reply: str) -> float:
    """The grade as a share of the highest."""
    value = strict_object(reply, {"grade", "reason"})
    grade = value["grade"]
    if isinstance(grade, bool) or not isinstance(grade, int) or not 0 <= grade <= MAX_GRADE:
        raise malformed(f"a grade of 0 to {MAX_GRADE}", reply)
    if not isinstance(value["reason"], str):
        raise malformed("a reason in words", reply)
    return grade / MAX_GRADE


def strict_object(reply: str, keys: set[str]) -> dict[str, object]:
    """The reply as a JSON object with exactly these keys, and nothing before or after it."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    try:
        value = json.loads(reply, object_pairs_hook=once)
    except ValueError:
        raise malformed("JSON", reply) from None
    if not isinstance(value, dict) or set(value) != keys:
        raise malformed(f"an object with {' and '.join(sorted(keys))}", reply)
    return value


def malformed(expected: str, reply: str) -> JudgeFailed:
    """The error for a reply in another form."""
    return JudgeFailed(f"expected {expected} from the judge, found {reply[:200]!r}")
