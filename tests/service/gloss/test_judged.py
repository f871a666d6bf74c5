"""Glosses of sentences of our own, every content word judged: right, left in the original, or wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from index.lexicon import LANGUAGES
from service.gloss import Glosser

JUDGED = Path(__file__).with_name("judged.tsv")
MAX_WRONG, MIN_RIGHT = 0.02, 0.92
"""Shares of the content words; docs/decisions/0601-gloss.md has those of sentences that nobody tuned on."""


def _rows() -> list[tuple[str, str, str, list[tuple[str, list[str]]]]]:
    """Source, target, sentence, and the content words with the glosses that a reader of both accepts."""
    found = []
    for line in JUDGED.read_text(encoding="utf-8").splitlines()[1:]:
        source, target, sentence, words = line.split("\t")
        pairs = [word.partition("=") for word in words.split("; ")]
        found.append((source, target, sentence, [(word, accepted.split("|")) for word, _, accepted in pairs]))
    return found


def _verdict(glossed: str, original: str, accepted: list[str]) -> str:
    padded = f" {glossed.lower()} "
    if any(f" {words.lower()} " in padded for words in accepted):
        return "right"
    return "left" if f" {original.lower()} " in padded else "wrong"


def test_content_words_are_right_or_left_rather_than_wrong(glosser: Glosser) -> None:
    """Of the content words, at most one in fifty is wrong and nine in ten are right."""
    verdicts: Counter[str] = Counter()
    wrong = []
    for source, target, sentence, words in _rows():
        pairs = {pair.original: pair.words for pair in glosser.pairs(sentence, source, target)}
        whole = glosser.gloss(sentence, source, target).translate(str.maketrans(",.?!", "    "))
        for original, accepted in words:
            verdict = _verdict(pairs.get(original, whole), original, accepted)
            verdicts[verdict] += 1
            if verdict == "wrong":
                wrong.append(f"{source}-{target} {original}: {pairs.get(original)!r}, expected {accepted}")
    total = verdicts.total()
    assert verdicts["wrong"] <= MAX_WRONG * total, wrong
    assert verdicts["right"] >= MIN_RIGHT * total, verdicts


def test_the_judged_sentences_are_of_all_languages() -> None:
    """At least sixty sentences and three hundred content words; each language is read and written."""
    rows = _rows()
    assert len(rows) >= 60
    assert sum(len(words) for *_, words in rows) >= 300
    assert {row[0] for row in rows} == {row[1] for row in rows} == set(LANGUAGES)
