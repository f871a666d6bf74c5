"""The forms of question sets that others use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.errors import InvalidQuestions
from evaluation.formats import read_question_set
from evaluation.questions import check

HEADER = "id,lang,question,type,doc,quote,speaker,answer,split\n"


def csv(folder: Path, text: str) -> Path:
    path = folder / "set.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_rows_of_one_id_are_the_gold_of_one_question(tmp_path: Path) -> None:
    """Two rows, two quotes; a row without document is unanswerable; an empty speaker is somebody unnamed."""
    path = csv(
        tmp_path,
        HEADER + 'a,en,"How, then?",why,d,"a ""quote""",Ann,So.,choose\na,en,"How, then?",why,d,other,,So.,choose\n'
        "b,sv,Vad?,fact,,,,,\n",
    )
    found = read_question_set(path)
    assert found.faults == ()
    first, second = found.questions
    assert [(gold.quote, gold.speaker) for gold in first.gold] == [('a "quote"', "Ann"), ("other", None)]
    assert (first.text, first.answer, first.split, first.place) == ("How, then?", "So.", "choose", "set.csv line 2")
    assert (second.gold, second.answer, second.split) == ((), None, None)


def test_without_a_speaker_column_it_is_not_known_who_speaks(tmp_path: Path) -> None:
    """Such a set is not judged by speaker."""
    path = csv(tmp_path, "id,lang,question,type,doc,quote\na,en,Who?,who,d,words\n")
    assert not read_question_set(path).questions[0].gold[0].speaker_given


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + "a,en,One?,why,d,q,,,\na,en,Two?,why,d,q,,,\n", "expected one question an id"),
        (HEADER + "a,en,One?,why,d,,,,\n", "expected gold.quote to be a text"),
        (HEADER + "a,en,,why,d,q,,,\n", "expected question to be a text"),
        (HEADER + "a,en,One?\n", "expected 9 cells in every row"),
        (HEADER + "a,en,One?,why,d,q,,,,surplus\n", "expected 10 cells in every row"),
    ],
)
def test_a_faulty_row_is_named(tmp_path: Path, text: str, message: str) -> None:
    """A row that is no question is named by its line."""
    (fault,) = read_question_set(csv(tmp_path, text)).faults
    assert fault.place == "set.csv line 2"
    assert message in fault.message


def test_an_id_that_comes_back_later_is_a_duplicate(tmp_path: Path) -> None:
    """Rows of one id must stand together; elsewhere the checker names the second."""
    path = csv(tmp_path, HEADER + "a,en,One?,why,,,,,\nb,en,Two?,why,,,,,\na,en,One?,why,,,,,\n")
    (fault,) = check(read_question_set(path).questions, lambda document_id: None)
    assert str(fault) == "set.csv line 4: a: expected an id of its own, found the one of set.csv line 2"


def test_a_csv_without_the_columns_is_refused(tmp_path: Path) -> None:
    """The header must have the required columns and no unknown one."""
    with pytest.raises(InvalidQuestions, match="expected the columns"):
        read_question_set(csv(tmp_path, "id,question\n"))


SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Kodak",
            "paragraphs": [
                {
                    "context": "Kodak had 380,000 fans on Facebook.",
                    "qas": [
                        {
                            "id": "1",
                            "question": "How many fans?",
                            "answers": [
                                {"text": "380,000 fans", "answer_start": 10},
                                {"text": "380,000", "answer_start": 10},
                            ],
                            "is_impossible": False,
                        },
                        {"id": "2", "question": "Why?", "answers": [], "is_impossible": True},
                        {"id": "3", "question": " ", "answers": []},
                    ],
                }
            ],
        }
    ],
}


def test_squad(tmp_path: Path) -> None:
    """Each context is a document; the shortest answer is gold; an impossible question is unanswerable."""
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(SQUAD))
    found = read_question_set(path, "en")
    (document_id,) = found.documents
    first, second = found.questions
    assert (first.gold[0].document_id, first.gold[0].quote, first.answer) == (document_id, "380,000", "380,000")
    assert not first.gold[0].speaker_given
    assert second.gold == ()
    assert [fault.place for fault in found.faults] == ["dev.json article 1 paragraph 1"]
    assert check(found.questions, found.documents.get) == []


def test_a_form_without_languages_needs_one(tmp_path: Path) -> None:
    """SQuAD and BEIR do not say which language the questions are in."""
    (tmp_path / "dev.json").write_text("{}")
    with pytest.raises(InvalidQuestions, match="expected --lang"):
        read_question_set(tmp_path / "dev.json")
    with pytest.raises(InvalidQuestions, match="expected --lang"):
        read_question_set(tmp_path)
    with pytest.raises(InvalidQuestions, match="expected data to be a list"):
        read_question_set(tmp_path / "dev.json", "en")
    (tmp_path / "dev.json").write_text("{")
    with pytest.raises(InvalidQuestions, match="expected JSON in"):
        read_question_set(tmp_path / "dev.json", "en")
    with pytest.raises(InvalidQuestions, match=r"expected a \.jsonl, \.csv or \.json file or a BEIR folder"):
        read_question_set(tmp_path / "set.xlsx")


def beir(folder: Path, qrels: str) -> Path:
    (folder / "qrels").mkdir()
    (folder / "corpus.jsonl").write_text(
        '{"_id": "d/1", "title": "T", "text": "words"}\n{"_id": "d2", "text": "more"}\n'
    )
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "which?"}\n{"_id": "q2", "text": "what?"}\n')
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + qrels)
    return folder


def test_beir(tmp_path: Path) -> None:
    """Gold is a whole document with its grade; only judged queries are asked; ids become names of files."""
    found = read_question_set(beir(tmp_path, "q1\td/1\t2\nq1\td2\t0\n"), "en")
    assert found.documents == {"d_1": "T\n\nwords", "d2": "more"}
    (question,) = found.questions
    assert [(gold.document_id, gold.quote, gold.relevance) for gold in question.gold] == [("d_1", None, 2)]
    assert check(found.questions, found.documents.get) == []


def test_faulty_judgements_are_named(tmp_path: Path) -> None:
    """A judgement of an unknown document, or without a whole number, is named by its line."""
    found = read_question_set(beir(tmp_path, "q1\td9\t1\nq1\td2\thigh\nq1 d2 1\n"), "en")
    assert [fault.place for fault in found.faults] == ["test.tsv line 2", "test.tsv line 3", "test.tsv line 4"]


def test_a_beir_folder_must_be_whole(tmp_path: Path) -> None:
    """Missing judgements, ids that are alike as file names and broken lines are one clear error each."""
    folder = beir(tmp_path, "")
    (folder / "corpus.jsonl").write_text('{"_id": "a/b", "text": "x"}\n{"_id": "a?b", "text": "y"}\n')
    with pytest.raises(InvalidQuestions, match="two alike"):
        read_question_set(folder, "en")
    (folder / "corpus.jsonl").write_text("{\n")
    with pytest.raises(InvalidQuestions, match=r"corpus\.jsonl line 1: expected JSON"):
        read_question_set(folder, "en")
    (folder / "corpus.jsonl").write_text("")
    (folder / "qrels" / "test.tsv").unlink()
    with pytest.raises(InvalidQuestions, match=r"expected qrels/test\.tsv"):
        read_question_set(folder, "en")
