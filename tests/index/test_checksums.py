"""Checksums of many things at once."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from index.checksums import LONGEST, LetterGroups, joined

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
