"""The made-up corpora, and the measurements at one size."""

from __future__ import annotations

from pathlib import Path

from benchmarks import scale
from benchmarks.synthetic import DOCUMENT, Synthetic, document_id
from index.lexicon import LANGUAGES, load_lexicon

SIZE = 1_200
MADE = Synthetic(load_lexicon())


def test_a_part_of_a_corpus_is_the_same_in_every_size() -> None:
    """A passage depends on its number and the seed only."""
    whole = list(MADE.passages(SIZE))
    assert len(whole) == SIZE
    assert list(MADE.passages(SIZE + 900, start=990))[:210] == whole[990:]
    assert list(Synthetic(load_lexicon(), seed=12).passages(1)) != whole[:1]


def test_passages_have_documents_languages_and_sentences() -> None:
    """A document has one language and one speaker; sentences are spans of the text; ids differ."""
    passages = list(MADE.passages(SIZE))
    assert len({passage.id for passage in passages}) == SIZE
    assert {passage.language for passage in passages} == set(LANGUAGES)
    some = [passage for passage in passages if passage.document_id == document_id(3)]
    assert len(some) == DOCUMENT
    assert len({(passage.language, passage.speaker) for passage in some}) == 1
    for passage in some:
        assert all(passage.text[span.start : span.end].endswith(".") for span in passage.sentences)


def test_questions_ask_in_both_ways() -> None:
    """Every other question is in another language than its passage, and has words of it."""
    passages = {passage.id: passage for passage in MADE.passages(SIZE)}
    questions = MADE.questions(SIZE, 20)
    assert sum(question.across for question in questions) == 10
    for question in questions:
        passage = passages[question.gold]
        assert (question.language != passage.language) == question.across
        if not question.across:
            assert set(question.text[:-1].split()) & set(passage.text.replace(".", "").split())


def test_one_size_is_measured_with_every_filter_and_while_it_changes(tmp_path: Path) -> None:
    """The figures of a small size are there and make sense; a corpus that is there is used again."""
    found = scale.measure(tmp_path / "corpus", SIZE, 20)
    assert set(found.times) == {"no filter", "language", "speaker", "document"}
    assert found.times["no filter"].recall is not None
    assert found.times["no filter"].recall > 0.9
    assert all(0 < times.p50 <= times.p95 <= times.p99 for times in found.times.values())
    assert found.rate is not None
    assert found.update_seconds > 0
    assert scale.measure(tmp_path / "corpus", SIZE, 20).rate is None
