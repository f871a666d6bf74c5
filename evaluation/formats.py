"""Reads a question set in whatever form it has: JSON lines, CSV, SQuAD's JSON or a BEIR folder."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from evaluation.errors import InvalidQuestions
from evaluation.questions import expect_list, expect_object, expect_text, parse_question, read_file, read_json_lines
from evaluation.records import Fault, Gold, Question, QuestionSet

CSV_FIELDS = ("id", "lang", "question", "type", "doc", "quote", "speaker", "answer", "split")
CSV_REQUIRED = frozenset(CSV_FIELDS[:6])
UNSAFE = re.compile(r"[^\w.-]+")


def read_question_set(path: Path, language: str | None = None) -> QuestionSet:
    """Read a set, told by its name: `*.jsonl`, `*.csv`, `*.json` (SQuAD), or a folder (BEIR).

    `language` is the questions' language for the forms that do not say it.

    Raises:
        InvalidQuestions: the form is not known, the language is missing, or the file cannot be read.
    """
    if path.is_dir():
        return read_beir(path, require_language(language, path))
    match path.suffix.lower():
        case ".jsonl":
            return read_json_lines(path)
        case ".csv":
            return read_csv(path)
        case ".json":
            return read_squad(path, require_language(language, path))
    raise InvalidQuestions(f"expected a .jsonl, .csv or .json file or a BEIR folder, found {path}")


def require_language(language: str | None, path: Path) -> str:
    """The language, which this form of set does not name itself."""
    if language is None:
        raise InvalidQuestions(f"expected --lang for {path}, as its form does not say the questions' language")
    return language


def read_csv(path: Path) -> QuestionSet:
    """Read a CSV with a header line; neighbouring rows of one id are the gold quotes of one question.

    An empty `doc` and `quote` means that the documents do not answer. A `speaker` column that is there but empty means
    that the text names nobody.
    """
    reader = csv.DictReader(io.StringIO(read_file(path), newline=""))
    header = set(reader.fieldnames or ())
    if not header >= CSV_REQUIRED or not header <= set(CSV_FIELDS):
        raise InvalidQuestions(f"expected the columns {', '.join(CSV_FIELDS)} in {path}, found {', '.join(header)}")
    rows = [(reader.line_num, row) for row in reader]
    questions: list[Question] = []
    faults: list[Fault] = []
    for identifier, group in groupby(rows, key=lambda item: item[1]["id"]):
        lines = list(group)
        place = f"{path.name} line {lines[0][0]}"
        try:
            questions.append(csv_question([row for _, row in lines], place))
        except InvalidQuestions as error:
            faults.append(Fault(place, identifier or "", str(error)))
    return QuestionSet(tuple(questions), tuple(faults), {})


def csv_question(rows: Sequence[Mapping[str, str | None]], place: str) -> Question:
    """One question from its rows."""
    first = rows[0]
    for row in rows:
        if None in row or None in row.values():
            raise InvalidQuestions(f"expected {len(first)} cells in every row, found another number")
        if row["question"] != first["question"]:
            raise InvalidQuestions("expected one question an id, found two in neighbouring rows")
    gold: list[dict[str, object]] = []
    for row in rows:
        if row["doc"] or row["quote"] or len(rows) > 1:
            speaker = {"speaker": row["speaker"] or None} if "speaker" in row else {}
            gold.append({"doc": row["doc"], "quote": row["quote"], **speaker})
    plain = {name: first[name] for name in ("id", "lang", "question", "type")}
    optional = {name: first.get(name) or None for name in ("answer", "split")}
    return parse_question({**plain, **optional, "gold": gold}, place)


def read_squad(path: Path, language: str) -> QuestionSet:
    """Read SQuAD 1.1 or 2.0 (Rajpurkar et al. 2016, 2018). Each context is a document of its own.

    The answers to a question are alternatives: the shortest stands for them as gold and as reference.
    """
    try:
        content = expect_object(json.loads(read_file(path)), "SQuAD's file")
    except json.JSONDecodeError as error:
        raise InvalidQuestions(f"expected JSON in {path}, found {error.msg} at line {error.lineno}") from None
    questions: list[Question] = []
    faults: list[Fault] = []
    documents: dict[str, str] = {}
    for number, article in enumerate(expect_list(content.get("data"), "data"), start=1):
        for at, paragraph in enumerate(expect_list(expect_object(article, "data").get("paragraphs"), "paragraphs"), 1):
            place = f"{path.name} article {number} paragraph {at}"
            record = expect_object(paragraph, f"{place}: a paragraph")
            context = expect_text(record.get("context"), f"{place}: context")
            document_id = f"squad-{hashlib.sha256(context.encode()).hexdigest()[:16]}"
            documents[document_id] = context
            for item in expect_list(record.get("qas"), f"{place}: qas"):
                try:
                    questions.append(squad_question(expect_object(item, "a question"), document_id, language, place))
                except InvalidQuestions as error:
                    faults.append(Fault(place, "", str(error)))
    return QuestionSet(tuple(questions), tuple(faults), documents)


def squad_question(record: Mapping[str, Any], document_id: str, language: str, place: str) -> Question:
    """One of SQuAD's questions; without answers, or marked impossible, it is unanswerable."""
    texts = [
        expect_text(expect_object(answer, "an answer").get("text"), "answers.text")
        for answer in expect_list(record.get("answers", []), "answers")
    ]
    answer = None if record.get("is_impossible") else min(texts, key=len, default=None)
    return Question(
        id=expect_text(str(record.get("id") or ""), "id"),
        language=language,
        text=expect_text(record.get("question"), "question"),
        kind="squad",
        gold=(Gold(document_id, answer, speaker_given=False),) if answer else (),
        answer=answer,
        place=place,
    )


def read_beir(folder: Path, language: str) -> QuestionSet:
    """Read a BEIR folder (Thakur et al. 2021): corpus.jsonl, queries.jsonl and qrels/test.tsv (else dev, train).

    Only queries with a judgement above 0 are asked: BEIR says of no query that nothing answers it. Gold is the whole
    document, with its grade.
    """
    corpus = {
        expect_text(row.get("_id"), "_id"): "\n\n".join(filter(None, (row.get("title"), row.get("text"))))
        for row in beir_lines(folder / "corpus.jsonl")
    }
    names = {key: beir_document_id(key) for key in corpus}
    if len(set(names.values())) != len(names):
        raise InvalidQuestions(f"expected ids in {folder}/corpus.jsonl that differ as file names, found two alike")
    judged: dict[str, list[Gold]] = {}
    faults: list[Fault] = []
    path = next((p for split in ("test", "dev", "train") if (p := folder / "qrels" / f"{split}.tsv").exists()), None)
    if path is None:
        raise InvalidQuestions(f"expected qrels/test.tsv, dev.tsv or train.tsv in {folder}, found none of them")
    for number, line in enumerate(read_file(path).splitlines()[1:], start=2):
        cells = line.split("\t")
        if len(cells) != 3 or not cells[2].lstrip("-").isdigit() or cells[1] not in names:
            expected = "a query, one of the corpus's documents and a whole number"
            faults.append(Fault(f"{path.name} line {number}", cells[0], f"expected {expected}, found {line!r}"))
        elif int(cells[2]) > 0:
            gold = Gold(names[cells[1]], None, speaker_given=False, relevance=int(cells[2]))
            judged.setdefault(cells[0], []).append(gold)
    questions = tuple(
        Question(identifier, language, expect_text(row.get("text"), "text"), "beir", tuple(judged[identifier]))
        for row in beir_lines(folder / "queries.jsonl")
        if (identifier := expect_text(row.get("_id"), "_id")) in judged
    )
    return QuestionSet(questions, tuple(faults), {names[key]: text for key, text in corpus.items()})


def beir_document_id(identifier: str) -> str:
    """A document's id that can be a file's name."""
    return UNSAFE.sub("_", identifier)


def beir_lines(path: Path) -> list[dict[str, Any]]:
    """The records of one of BEIR's JSON-lines files."""
    records = []
    for number, line in enumerate(read_file(path).split("\n"), start=1):
        if line.strip():
            try:
                records.append(expect_object(json.loads(line), f"{path.name} line {number}"))
            except json.JSONDecodeError as error:
                raise InvalidQuestions(f"{path.name} line {number}: expected JSON, found {error.msg}") from None
    return records
