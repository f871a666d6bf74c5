"""Glosses of sentences, by the words that must and must not be in them."""

from __future__ import annotations

import re

import pytest

from service.gloss import Glosser
from tests.service.gloss.read import Expectation, expectations

ROWS = list(expectations())


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.source}-{row.target}-{row.sentence[:30]}" for row in ROWS])
def test_the_essential_words_come_out_and_the_wrong_ones_do_not(glosser: Glosser, row: Expectation) -> None:
    """Every essential word is in the gloss, none of the wrong ones is."""
    gloss = glosser.gloss(row.sentence, row.source, row.target)
    missing = [word for word in row.expected if not _has(gloss, word)]
    wrong = [word for word in row.forbidden if _has(gloss, word, whole=True)]
    assert not missing, f"{missing} not in {gloss!r}"
    assert not wrong, f"{wrong} in {gloss!r}"


def test_the_set_covers_every_source_and_target() -> None:
    """At least eighty sentences; each of the five languages is read and written."""
    assert len({row.sentence for row in ROWS}) >= 80
    assert {row.source for row in ROWS} == {row.target for row in ROWS} == {"en", "da", "nb", "nn", "sv"}


def _has(gloss: str, words: str, *, whole: bool = False) -> bool:
    end = r"(?!\w)" if whole else ""
    return re.search(rf"(?<!\w){re.escape(words)}{end}", gloss, re.IGNORECASE) is not None
