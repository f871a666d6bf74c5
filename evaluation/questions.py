"""Reads question sets in the contract's form (one JSON object a line) and checks any set against the documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from evaluation.errors import InvalidQuestions
from evaluation.records import Fault, Gold, Question, QuestionSet, Turn

KNOWN_LANGUAGES = ("en", "da", "nb", "nn", "sv")
FindText = Callable[[str], str | None]
"""The stored text of the document of an id, None where there is none."""

KNOWN_FIELDS = frozenset({"id", "lang", "question", "type", "gold", "answer", "history", "split", "near_miss"})
GOLD_FIELDS = frozenset({"doc", "quote", "speaker", "group", "optional"})
REQUIRED_FIELDS = ("id", "lang", "question", "type", "gold")
MAX_QUESTION_CHARACTERS = 4000
"""The longest message that the service takes (the contract)."""


def read_json_lines(path: Path) -> QuestionSet:
    """Read a set of JSON lines; a line that is not a question becomes a fault, and reading goes on.

    Raises:
        InvalidQuestions: the file cannot be read or is not UTF-8.
    """
    questions: list[Question] = []
    faults: list[Fault] = []
    for number, line in enumerate(read_file(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path.name} line {number}"
        try:
            questions.append(parse_question(json.loads(line), place))
        except json.JSONDecodeError as error:
            faults.append(Fault(place, "", f"expected a JSON object, found {error.msg} at column {error.colno}"))
        except InvalidQuestions as error:
            faults.append(Fault(place, found_id(line), str(error)))
    return QuestionSet(tuple(questions), tuple(faults), {})


def read_file(path: Path) -> str:
    """The text of a set's file, a byte-order mark dropped."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidQuestions(f"expected a readable question set at {path}, found: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InvalidQuestions(f"expected UTF-8 in {path}, found a byte that is not at offset {error.start}") from None


def parse_question(value: object, place: str) -> Question:
    """Turn one JSON object into a question. Raises InvalidQuestions with what was expected and found."""
    record = expect_object(value, "a question")
    missing = [name for name in REQUIRED_FIELDS if name not in record]
    if missing:
        raise InvalidQuestions(f"expected the fields {', '.join(REQUIRED_FIELDS)}, found none called {missing[0]!r}")
    unknown = sorted(set(record) - KNOWN_FIELDS)
    if unknown:
        raise InvalidQuestions(f"expected only the fields {', '.join(sorted(KNOWN_FIELDS))}, found {unknown[0]!r}")
    return Question(
        id=expect_text(record["id"], "id"),
        language=expect_text(record["lang"], "lang"),
        text=expect_text(record["question"], "question"),
        kind=expect_text(record["type"], "type"),
        gold=tuple(parse_gold(item) for item in expect_list(record["gold"], "gold")),
        answer=optional_text(record.get("answer"), "answer"),
        history=tuple(parse_turn(item) for item in expect_list(record.get("history") or [], "history")),
        split=optional_text(record.get("split"), "split"),
        place=place,
    )


def parse_gold(value: object) -> Gold:
    """One gold passage: {"doc", "quote", "speaker"}; without the key `speaker` it is not known who speaks.

    `group` (a text) and `optional` (true or false) may be given.
    """
    record = expect_object(value, "gold")
    unknown = sorted(set(record) - GOLD_FIELDS)
    if unknown:
        raise InvalidQuestions(f"expected in gold only {', '.join(sorted(GOLD_FIELDS))}, found {unknown[0]!r}")
    optional = record.get("optional", False)
    if not isinstance(optional, bool):
        raise InvalidQuestions(f"expected gold.optional to be true or false, found {optional!r}")
    return Gold(
        document_id=expect_text(record.get("doc"), "gold.doc"),
        quote=expect_text(record.get("quote"), "gold.quote"),
        speaker=optional_text(record.get("speaker"), "gold.speaker"),
        speaker_given="speaker" in record,
        group=optional_text(record.get("group"), "gold.group"),
        optional=optional,
    )


def parse_turn(value: object) -> Turn:
    """One turn of the history: {"role": "user" | "assistant", "content"}."""
    record = expect_object(value, "history")
    role = record.get("role")
    if role not in ("user", "assistant"):
        raise InvalidQuestions(f'expected history.role "user" or "assistant", found {role!r}')
    return Turn(role, expect_text(record.get("content"), "history.content"))


def check(questions: Iterable[Question], find_text: FindText) -> list[Fault]:
    """Every fault of well-formed questions: ids twice, unknown documents, quotes not verbatim, odd histories."""
    faults: list[Fault] = []
    places: dict[str, str] = {}
    for question in questions:
        messages = [*question_messages(question), *gold_messages(question, find_text)]
        if question.id in places:
            messages.append(f"expected an id of its own, found the one of {places[question.id]}")
        places.setdefault(question.id, question.place)
        faults.extend(Fault(question.place, question.id, message) for message in messages)
    return faults


def question_messages(question: Question) -> Iterable[str]:
    """What is wrong with a question in itself."""
    if question.language not in KNOWN_LANGUAGES:
        yield f"expected lang to be one of {', '.join(KNOWN_LANGUAGES)}, found {question.language!r}"
    if len(question.text) > MAX_QUESTION_CHARACTERS:
        yield f"expected at most {MAX_QUESTION_CHARACTERS:,} characters, found {len(question.text):,}"
    if question.history and question.history[0].role != "user":
        yield "expected the history to begin with a turn of the user, found one of the assistant"


def gold_messages(question: Question, find_text: FindText) -> Iterable[str]:
    """What is wrong with a question's gold."""
    if question.gold and all(gold.optional for gold in question.gold):
        yield "expected at least one gold quote that is not optional, found none"
    seen: set[tuple[str, str | None]] = set()
    for gold in question.gold:
        text = find_text(gold.document_id)
        if text is None:
            yield f"expected the id of a document that is indexed, found {gold.document_id!r}"
        elif gold.quote is not None and gold.quote not in text:
            yield f"expected a verbatim quote from {gold.document_id}, found {shorten(gold.quote)!r}"
        if (gold.document_id, gold.quote) in seen:
            yield f"expected each gold quote once, found again {shorten(gold.quote or gold.document_id)!r}"
        seen.add((gold.document_id, gold.quote))


def require_valid(found: QuestionSet, find_text: FindText) -> tuple[Question, ...]:
    """The questions of a set without faults. Raises InvalidQuestions with the first fault and how many there are."""
    faults = [*found.faults, *check(found.questions, find_text)]
    if faults:
        more = f" (and {len(faults) - 1} more; `kilde evaluate check` lists them)" if len(faults) > 1 else ""
        raise InvalidQuestions(f"{faults[0]}{more}")
    if not found.questions:
        raise InvalidQuestions("expected at least one question, found none")
    return found.questions


def expect_object(value: object, name: str) -> dict[str, object]:
    """`value` as a JSON object."""
    if not isinstance(value, dict):
        raise InvalidQuestions(f"expected {name} to be an object, found {shorten(repr(value))}")
    return value


def expect_list(value: object, name: str) -> list[object]:
    """`value` as a JSON array."""
    if not isinstance(value, list):
        raise InvalidQuestions(f"expected {name} to be a list, found {shorten(repr(value))}")
    return value


def expect_text(value: object, name: str) -> str:
    """`value` as a string that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidQuestions(f"expected {name} to be a text that is not blank, found {shorten(repr(value))}")
    return value


def optional_text(value: object, name: str) -> str | None:
    """`value` as a string that is not blank, or None."""
    return None if value is None else expect_text(value, name)


def found_id(line: str) -> str:
    """The id of a line that is JSON but not a question, for messages."""
    record = json.loads(line)
    identifier = record.get("id") if isinstance(record, dict) else None
    return identifier if isinstance(identifier, str) else ""


def shorten(text: str, characters: int = 80) -> str:
    """The beginning of `text`, for messages."""
    return text if len(text) <= characters else text[: characters - 1] + "…"
