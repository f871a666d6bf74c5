"""Checksums of many things at once."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from index import language_model, subwords
from index.checksums import FEW, LONGEST, LetterGroups, joined, of_groups
from index.language_model import END, START, LanguageModel, WordFeatures, load_weights
from index.lexicon import load_lexicon
from index.words import WordAnalyzer

WORDS = ["a", "ab", "hæst", "køb-", "日本語", "😀x", "<fö>", "ordentlig" * 9, "ß"]


def test_groups_of_letters_have_the_checksums_that_zlib_gives() -> None:
    """Of every size, in the order of the words, and none that reaches into the next word."""
    groups = LetterGroups(WORDS)
    sizes = []
    for size, begins, checksums in groups.of(5):
        expected = [
            (place, start, crc32(word[start : start + size].encode()))
            for place, word in enumerate(WORDS)
            for start in range(len(word) - size + 1)
        ]
        owners = groups.owners[begins]
        starts = begins - groups.starts[owners]
        assert list(zip(owners.tolist(), starts.tolist(), checksums.tolist(), strict=True)) == expected
        sizes.append(size)
    assert sizes == [1, 2, 3, 4, 5]


def test_one_word_by_itself_has_the_same_groups() -> None:
    """Whether letters take one byte or more, and whether the word has groups of the size at all."""
    for word in WORDS:
        among_others = [sums.tolist() for _, _, sums in LetterGroups([word]).of(5)]
        assert of_groups(word, 1, 5) == [checksum for sums in among_others for checksum in sums]
        assert of_groups(word, 3, 4) == [checksum for sums in among_others[2:4] for checksum in sums]


def test_few_words_say_the_same_as_many() -> None:
    """A few are asked for one by one and many at once: their n-grams and what they say of languages are equal."""
    words = ["å", "ei", "hæst", "don't", "trafiksikkerhed", "日本語", "ß", "ordentlig" * 9]
    assert len(words) <= FEW
    folded = [f" {word} " for word in words] + ["  "]
    for few, many in zip(subwords._few_grams(folded), subwords._many_grams(folded), strict=True):
        assert few.tolist() == many.tolist()
    features = WordFeatures(WordAnalyzer(load_lexicon()))
    owners, found = features.letters(words * (FEW + 1))
    for place, word in enumerate(words):
        assert features.letters([word])[1].tolist() == found[owners == place].tolist()


def test_a_question_of_few_words_is_taken_for_the_same_language_as_if_it_had_many() -> None:
    """Pairs of neighbours are equal one by one and at once, up to words longer than those that are joined."""
    words = ["det", "er", "don't", "日本語", "x" * LONGEST, "y" * (LONGEST + 1), "é" * LONGEST]
    model = LanguageModel(WordAnalyzer(load_lexicon()), load_weights())
    known = model.learn(words)
    places = [known.places[word] for word in (START, *words, END)]
    at_once = language_model._pairs(known, np.array(places[:-1]), np.array(places[1:]))
    assert at_once.tolist() == model._features.neighbours(words)


def test_no_words_have_no_groups() -> None:
    """Nothing to look at is no error."""
    assert [len(begins) for _, begins, _ in LetterGroups([]).of(3)] == [0, 0, 0]


def test_a_checksum_goes_on_with_what_stands_behind() -> None:
    """As if both had been one text, up to the longest second part."""
    firsts = [word.encode() for word in WORDS]
    seconds = [word.encode()[:LONGEST] for word in reversed(WORDS)]
    found = joined(
        np.array([crc32(first) for first in firsts], np.uint32),
        np.array([crc32(second) for second in seconds], np.uint32),
        np.array([len(second) for second in seconds]),
    )
    assert found.tolist() == [crc32(first + second) for first, second in zip(firsts, seconds, strict=True)]
    assert max(map(len, seconds)) == LONGEST
