"""The lexical index, on disk, with the real tantivy."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import lexical, word_cache
from index.analysis import Analyzer
from index.errors import IndexUnavailable
from index.lexical import Candidates, LexicalIndex
from index.nearest import document_of
from index.records import Filters
from tests.index.analysing import analyzer, passage

PASSAGES = [
    passage("a", "da", "Firmaet gik konkurs trods god kundeservice.", "Ann"),
    passage("b", "sv", "Företaget gick i konkurs."),
    passage("c", "en", "The cat sat on the mat.", "Bo"),
    passage("d", "fi", "Kissa istui matolla."),
    passage("e", "da", "Katten sov.", "Ann", context="Kæledyr i Aarhus"),
]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    found = LexicalIndex(tmp_path / "lexical", analyzer())
    found.add(PASSAGES)
    found.commit()
    return found


def documents(found: Candidates) -> dict[str, list[str]]:
    """The documents of the passages that have some of the words, by language, best first."""
    by_language: dict[str, list[tuple[float, str]]] = {}
    for group, score, id_ in zip(found.groups.tolist(), found.scores.tolist(), found.ids(), strict=True):
        if score > 0:
            by_language.setdefault(found.languages[group], []).append((-score, document_of(id_)))
    return {language: [name for _, name in sorted(hits)] for language, hits in by_language.items()}


def ask(index: LexicalIndex, text: str, language: str = "en", **filters: frozenset[str]) -> dict[str, list[str]]:
    return documents(index.search(analyzer().question(text, language), filters=Filters(**filters)))


def test_a_question_finds_passages_of_every_language(index: LexicalIndex) -> None:
    """Each language gives its own candidates."""
    assert ask(index, "Which company went bankrupt?") == {"da": ["a"], "sv": ["b"]}
    assert ask(index, "cats", "en") == {"da": ["e"], "en": ["c"]}
    assert ask(index, "kissa", "fi") == {"fi": ["d"]}


def test_the_context_is_found_with_its_passage(index: LexicalIndex) -> None:
    """The heading above a passage finds it, in another spelling too."""
    assert ask(index, "Århus", "da") == {"da": ["e"]}


def test_filters_constrain_what_is_found(index: LexicalIndex) -> None:
    """Languages, documents and speakers, the latter without regard to case."""
    assert ask(index, "bankrupt cat", languages=frozenset({"sv"})) == {"sv": ["b"]}
    assert ask(index, "bankrupt cat", documents=frozenset({"e"})) == {"da": ["e"]}
    assert set(ask(index, "bankrupt cat", speakers=frozenset({"ANN"}))) == {"da"}


def test_a_removed_document_is_not_found_again(index: LexicalIndex) -> None:
    """After remove and commit its passages are gone."""
    index.remove(["a"])
    index.commit()
    assert ask(index, "bankrupt") == {"sv": ["b"]}
    assert index.count() == 4


def test_another_opening_of_the_folder_sees_what_was_committed(index: LexicalIndex) -> None:
    """A second reader finds the same, and a later change after its reload."""
    other = LexicalIndex(index.folder, analyzer())
    assert other.count() == 5
    index.add([passage("f", "nb", "Bedriften gikk konkurs.")])
    index.commit()
    other.reload()
    assert ask(other, "bankrupt")["nb"] == ["f"]


def test_changes_count_only_after_commit(index: LexicalIndex) -> None:
    """What is added but not committed is not found."""
    index.add([passage("f", "da", "Endnu en konkurs.")])
    assert "f" not in ask(index, "konkurs", "da")["da"]


def test_document_frequency_counts_passages_of_all_languages(index: LexicalIndex) -> None:
    """A term is counted by its stem or its concept, whichever more passages have."""
    found = {term.text: index.document_frequency(term) for term in analyzer().question("cat company zebra", "en").terms}
    assert found == {"cat": 2, "company": 2, "zebra": 0}


def test_mistyped_words_are_read_as_words_of_the_passages(index: LexicalIndex) -> None:
    """The index corrects a question by what it holds."""
    question = index.correct(analyzer().question("bankrutp", "en"))
    assert dict(question.corrections) == {"bankrutp": "bankrupt"}


def test_the_nearest_by_vector_join_where_words_find_little(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a larger language only the nearest are taken, of too large a collection none."""
    question = analyzer().question("Katten", "sv")

    def danish(searched: LexicalIndex) -> set[str]:
        return {document_of(id_) for id_ in searched.search(question, ["da"]).ids()}

    assert danish(index) == {"a", "e"}
    monkeypatch.setattr(lexical, "COMPARED", 1)
    monkeypatch.setattr(lexical, "CANDIDATES", 1)
    monkeypatch.setattr(lexical.InvertedIndex, "search", lambda *_: [])
    assert danish(index) == {"e"}
    assert danish(LexicalIndex(index.folder, analyzer(), compare_at_most=4)) == set()


def test_a_question_without_terms_finds_nothing(index: LexicalIndex) -> None:
    """Punctuation alone is no error."""
    assert ask(index, "?!") == {}


def test_a_damaged_folder_says_so(index: LexicalIndex) -> None:
    """The caller is told to rebuild, in one line."""
    (index.folder / "da" / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexUnavailable, match="lexical index") as caught:
        LexicalIndex(index.folder, analyzer())
    assert "\n" not in str(caught.value)


def test_a_second_writer_is_refused(index: LexicalIndex) -> None:
    """Two writers at once would lose changes."""
    index.add([passage("f", "da", "En kat.")])
    other = LexicalIndex(index.folder, analyzer())
    with pytest.raises(IndexUnavailable, match="write"):
        other.add([passage("g", "da", "To katte.")])


def test_an_explanation_says_what_met_and_what_it_gave(index: LexicalIndex) -> None:
    """Each contribution names the question's word, the term that both have, and its score; the sum is the BM25 part."""
    found = index.explain(analyzer().question("Which company went bankrupt?", "en"), PASSAGES[1])
    assert {"company", "go-bankrupt"} <= {one.met for one in found if one.kind == "concept"}
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert str(found[0]).startswith(f"{found[0].asked} ~ {found[0].met}")


def test_a_new_process_reads_its_texts_without_the_dictionaries(index: LexicalIndex) -> None:
    """The analysed words are kept with the index; a file of another lexicon, or a damaged one, is passed over."""
    fresh = Analyzer(analyzer().lexicon)
    LexicalIndex(index.folder, fresh)
    fresh.words.lemma = None  # type: ignore[method-assign,assignment]  # asking for a lemma would fail
    assert fresh.passage(PASSAGES[0].text, "da") == analyzer().passage(PASSAGES[0].text, "da")
    file = index.folder / "words-da.json"
    assert word_cache.load(file, "another") == {}
    file.write_text("{", encoding="utf-8")
    assert word_cache.load(file, analyzer().fingerprint) == {}
    assert LexicalIndex(index.folder, Analyzer(analyzer().lexicon)).count() == 5
