"""A run on disk: a folder with run.json (what was asked of what), outcomes.jsonl (one line a question), scores.jsonl
and summary.json. Lines are whole or absent: a line that a cut left torn is dropped and its question asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation.errors import InvalidRun
from evaluation.records import Gold, Question, Turn
from evaluation.replies import CitedQuote, RankedPassage, Reply
from index.records import Span

JUDGED = "judged.jsonl"
FORMAT = 1
"""Grows when the files of a run change their form."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run is: `questions_sha256` holds it to one question set, `scope` says which part was asked."""

    name: str
    questions: str
    questions_sha256: str
    scope: str
    target: str
    started: str
    version: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class PlacedGold:
    """A gold passage with where it stands: every occurrence of its quote, or the whole document."""

    gold: Gold
    language: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question. `error` is the reason where there was no reply; times are in seconds.

    `verbatim` has one truth for each citation of the reply: the document has exactly this text at these offsets.
    """

    question: Question
    gold: tuple[PlacedGold, ...]
    reply: Reply | None
    verbatim: tuple[bool, ...]
    passages: tuple[RankedPassage, ...]
    seconds: float | None = None
    first_sentence_seconds: float | None = None
    error: str | None = None

    @property
    def citations(self) -> tuple[tuple[CitedQuote, bool], ...]:
        """The cited quotes, each with whether it is verbatim."""
        return tuple(zip(self.reply.citations, self.verbatim, strict=True)) if self.reply else ()

    @property
    def pair(self) -> str:
        """The language pair: the question's and the gold's ("en→sv"; "en→several"; "en→none" where nothing answers)."""
        languages = {gold.language for gold in self.gold}
        found = "several" if len(languages) > 1 else next(iter(languages), "none")
        return f"{self.question.language}→{found}"


def write_json(path: Path, value: object) -> None:
    """Write JSON in one step, so that a reader never sees half of it."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> Any:
    """Read JSON that this module wrote. Raises InvalidRun."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRun(f"expected a run with {path.name} in {path.parent}, found: {error.strerror}") from None
    except ValueError as error:
        raise InvalidRun(f"expected JSON in {path}, found: {error}") from None


def write_info(folder: Path, info: RunInfo) -> None:
    """Begin a run."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "run.json", asdict(info))


def read_info(folder: Path) -> RunInfo:
    """What a run is. Raises InvalidRun where the folder holds none, or one of another form."""
    value = read_json(folder / "run.json")
    found = value.get("format") if isinstance(value, dict) else None
    if found != FORMAT:
        raise InvalidRun(f"expected a run of format {FORMAT} in {folder}, found {found!r}; run it again with --fresh")
    try:
        return RunInfo(**value)
    except TypeError as error:
        raise InvalidRun(f"expected a run in {folder}, found: {error}") from None


def outcome_line(outcome: Outcome) -> str:
    """An outcome as one line of JSON."""
    return json.dumps(asdict(outcome), ensure_ascii=False) + "\n"


def read_outcomes(folder: Path) -> list[Outcome]:
    """The outcomes of a run, in the order in which they were written. Raises InvalidRun."""
    path = folder / "outcomes.jsonl"
    if not path.exists():
        return []
    return [parse_outcome(value, path) for value in whole_lines(path)]


def whole_lines(path: Path) -> list[Any]:
    """The JSON lines of a file; a last line without its newline, which a cut has torn, is left out."""
    *lines, _torn = path.read_bytes().decode("utf-8", errors="replace").split("\n")
    try:
        return [json.loads(line) for line in lines]
    except ValueError as error:
        raise InvalidRun(f"expected JSON lines in {path}, found: {error}; run it again with --fresh") from None


def drop_torn_line(path: Path) -> None:
    """Cut a file back to its last newline, so that the next line does not continue a torn one."""
    if path.exists():
        content = path.read_bytes()
        if not content.endswith(b"\n"):
            path.write_bytes(content[: content.rfind(b"\n") + 1])


def parse_outcome(value: Mapping[str, Any], path: Path) -> Outcome:
    """The opposite of `outcome_line`."""
    try:
        reply = value["reply"]
        return Outcome(
            question=parse_question(value["question"]),
            gold=tuple(
                PlacedGold(Gold(**item["gold"]), item["language"], tuple(Span(**span) for span in item["spans"]))
                for item in value["gold"]
            ),
            reply=reply and Reply(**{**reply, "citations": tuple(CitedQuote(**one) for one in reply["citations"])}),
            verbatim=tuple(value["verbatim"]),
            passages=tuple(RankedPassage(**passage) for passage in value["passages"]),
            seconds=value["seconds"],
            first_sentence_seconds=value["first_sentence_seconds"],
            error=value["error"],
        )
    except (KeyError, TypeError) as error:
        raise InvalidRun(f"expected outcomes in {path}, found a line without {error}") from None


def parse_question(value: Mapping[str, Any]) -> Question:
    """A question as `outcome_line` wrote it."""
    gold: Sequence[Mapping[str, Any]] = value["gold"]
    history: Sequence[Mapping[str, Any]] = value["history"]
    return Question(
        **{
            **value,
            "gold": tuple(Gold(**item) for item in gold),
            "history": tuple(Turn(**turn) for turn in history),
        }
    )
