"""The lexicon and its checks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import InvalidData
from index.lexicon import CONCEPT_FILES, FOLDER, LANGUAGES, load_lexicon
from tests.index.analysing import lexicon

HEADER = "id\tpos\ten\tda\tnb\tnn\tsv\n"
CAT = "cat\tnoun\tcat\tkat\tkatt\tkatt\tkatt\n"
DOG = "dog\tnoun\tdog\thund\thund\thund\thund\n"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """A lexicon of two concepts; `make(core=…)` replaces a file's lines."""

    def made(**changed: str) -> Path:
        files = dict.fromkeys(CONCEPT_FILES, HEADER) | {
            "core": HEADER + CAT + DOG,
            "related": "id\trelated\ncat\tdog\n",
            "forms": "language\tform\tlemma\nen\tcatz\tcat\n",
        }
        for name, text in (files | changed).items():
            (tmp_path / f"{name}.tsv").write_text(text, encoding="utf-8")
        return tmp_path

    return made


def test_the_projects_own_lexicon_passes_every_check() -> None:
    """The shipped data loads, and every language has words for nearly every concept."""
    found = lexicon()
    assert len(found.concepts) > 9_000
    for language in LANGUAGES:
        assert sum(bool(concept.words[language]) for concept in found.concepts.values()) > 0.95 * len(found.concepts)


def test_senses_of_a_word_come_in_order_of_preference() -> None:
    """Norwegian `nå` is now and reach, and everyday senses come before those of the other files."""
    ids = [concept.id for concept in lexicon().senses("nå", "nb")]
    assert {"now", "achieve"} <= set(ids)
    files = [CONCEPT_FILES.index(lexicon().concepts[id_].file) for id_ in ids]
    assert files == sorted(files)


def test_relations_hold_in_both_directions(make: Callable[..., Path]) -> None:
    """A relation that is written in one row is found from both concepts."""
    found = load_lexicon(make())
    assert found.related["cat"] == (("dog", 1.0),)
    assert found.related["dog"] == (("cat", 1.0),)


def test_every_relation_of_the_project_is_symmetric() -> None:
    """No concept is related to another one that is not related to it."""
    related = {id_: {other for other, _ in row} for id_, row in lexicon().related.items()}
    assert all(id_ in related[other] for id_, others in related.items() for other in others)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("core", HEADER + CAT + "dog\tnoun\tdog\n", "core.tsv line 3: expected 7 columns, found 3"),
        ("core", "id\tpos\ten\n", "core.tsv line 1: expected the columns id pos en da nb nn sv"),
        ("world", HEADER + CAT, "world.tsv line 2: the id 'cat' already stands in core.tsv"),
        (
            "core",
            HEADER + CAT.replace("\tkat\t", "\tkаt\t") + DOG,
            "core.tsv line 2, column da: expected Latin letters",
        ),
        ("core", HEADER + CAT.replace("noun", "nun") + DOG, "core.tsv line 2: expected one of adj, adv"),
        ("core", HEADER + CAT.replace("\tkat\t", "\tkat|\t") + DOG, "core.tsv line 2, column da: expected words"),
        ("core", HEADER + CAT.replace("cat\tnoun", "c at\tnoun") + DOG, "core.tsv line 2: expected an id"),
        ("related", "id\trelated\ncat\thorse\n", "related.tsv line 2: no concept has the id 'horse'"),
        ("related", "id\trelated\ncat\tcat\n", "related.tsv line 2: 'cat' is related to itself"),
        ("related", "id\trelated\ncat\tdog\ncat\tdog\n", "related.tsv line 3: the id 'cat' already has a row"),
        ("forms", "language\tform\tlemma\nde\tKatzen\tKatze\n", "forms.tsv line 2: expected one of en da nb nn sv"),
        ("forms", "language\tform\tlemma\nen\ta\tb\nen\ta\tc\n", "forms.tsv line 3: the form 'a' already has a lemma"),
    ],
)
def test_a_malformed_line_is_named_by_file_and_line(make: Callable[..., Path], file: str, text: str, said: str) -> None:
    """The message says where the slip is, what was expected and what was found."""
    with pytest.raises(InvalidData) as caught:
        load_lexicon(make(**{file: text}))
    assert str(caught.value).startswith(said)


def test_decomposed_letters_are_refused(make: Callable[..., Path]) -> None:
    """A word whose å is written as a and a ring would never match, so it is refused."""
    with pytest.raises(InvalidData, match="composed letters"):
        load_lexicon(make(core=HEADER + CAT.replace("\tkat\t", "\tha\u030ar\t") + DOG))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A lexicon folder without one of its files says which."""
    shutil.copytree(FOLDER, tmp_path / "lexicon")
    (tmp_path / "lexicon" / "world.tsv").unlink()
    with pytest.raises(InvalidData, match=r"world\.tsv"):
        load_lexicon(tmp_path / "lexicon")


def test_the_checksum_changes_with_any_word(make: Callable[..., Path]) -> None:
    """An index made with another lexicon can be told apart."""
    before = load_lexicon(make()).sha256
    assert load_lexicon(make(core=HEADER + CAT + DOG.replace("\tdog", "\thound"))).sha256 != before
