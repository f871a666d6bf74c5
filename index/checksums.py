"""CRC-32 checksums, as zlib's, of many things at once: the groups of letters of words, and words behind one another.

A checksum of a few letters costs a call each in zlib; here one step of the register is taken for all groups at a time.
Of so few words as a question brings, zlib is quicker all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = 0xEDB88320
ALL_BITS = np.uint32(0xFFFFFFFF)
LONGEST = 64
"""Bytes of the longest second part that `joined` knows how to put behind a first one."""

FEW = 12
"""Words of which so many at most are quicker looked at one by one: numpy's calls for any number take what these do."""

_PLACES = np.arange(4) << 8

Numbers = NDArray[np.int64]
Checksums = NDArray[np.uint32]


class LetterGroups:
    """Groups of neighbouring letters of words, none of them empty.

    `owners[i]` is the word that letter i of all words in a row belongs to, `starts` and `lengths` are the words'.
    """

    def __init__(self, words: Sequence[str]) -> None:
        codes = np.frombuffer("".join(words).encode("utf-32-le"), dtype="<u4")
        self.lengths: Numbers = np.array([len(word) for word in words], dtype=np.int64)
        ends = self.lengths.cumsum()
        self.starts: Numbers = ends - self.lengths
        self.owners: Numbers = np.arange(len(words)).repeat(self.lengths)
        self._left = ends.repeat(self.lengths) - np.arange(len(codes))
        self._first, self._further = _utf8(codes)

    def of(self, largest: int) -> Iterator[tuple[int, Numbers, Checksums]]:
        """(size, where groups of this size begin, their checksums) for each size from 1, in the order of the text."""
        states = np.full(len(self._first), ALL_BITS)
        for size in range(1, largest + 1):
            count = max(0, len(states) - size + 1)
            states[:count] = _step(states[:count], self._first[size - 1 :])
            for places, bytes_ in self._further:
                own = places - (size - 1)
                reached = own >= 0
                own = own[reached]
                states[own] = _step(states[own], bytes_[reached])
            begins = np.flatnonzero(self._left >= size)
            yield size, begins, states[begins] ^ ALL_BITS


def of_groups(word: str, smallest: int, largest: int) -> list[int]:
    """What `LetterGroups` has for one word: the checksums of its groups of these sizes, each size in its order."""
    if word.isascii():
        letters = word.encode()
        sizes = range(smallest, min(largest, len(letters)) + 1)
        return [crc32(letters[at : at + size]) for size in sizes for at in range(len(letters) - size + 1)]
    sizes = range(smallest, min(largest, len(word)) + 1)
    return [crc32(word[at : at + size].encode()) for size in sizes for at in range(len(word) - size + 1)]


def joined(firsts: Checksums, seconds: Checksums, lengths: Numbers) -> Checksums:
    """The checksums of first parts with second ones behind them, these of so many bytes each, LONGEST at most."""
    bytes_ = firsts.astype("<u4").view(np.uint8).reshape(-1, 4)
    parts = _behind().take(bytes_ + _PLACES + (lengths << 10)[:, None])
    found: Checksums = np.bitwise_xor.reduce(parts, axis=1) ^ seconds
    return found


def _utf8(codes: NDArray[np.uint32]) -> tuple[Checksums, list[tuple[Numbers, Checksums]]]:
    """The first byte of each letter, and (letters, bytes) for the second and later ones, in their order."""
    first = codes.astype(np.uint32)
    further: list[tuple[Numbers, Checksums]] = []
    for least, mark, shift in ((0x80, 0xC0, 6), (0x800, 0xE0, 12), (0x10000, 0xF0, 18)):
        longer = codes >= least
        first[longer] = mark | codes[longer] >> shift
    for least, shift in ((0x10000, 12), (0x800, 6), (0x80, 0)):
        if len(places := np.flatnonzero(codes >= least)):
            further.append((places, (0x80 | codes[places] >> shift & 0x3F).astype(np.uint32)))
    return first, further


def _step(states: Checksums, bytes_: Checksums) -> Checksums:
    stepped: Checksums = _table()[(states ^ bytes_) & np.uint32(255)] ^ states >> np.uint32(8)
    return stepped


@cache
def _table() -> Checksums:
    """What a byte does to the register (ISO 3309)."""
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = values >> np.uint32(1) ^ (values & np.uint32(1)) * np.uint32(POLYNOMIAL)
    return values


@cache
def _behind() -> Checksums:
    """What becomes of each byte of a checksum when so many bytes follow: 4 × 256 values for each number of them.

    A checksum is linear in its bits, so that what stands before counts for itself (zlib's crc32_combine).
    """
    values = np.arange(256, dtype=np.uint32)
    states = np.concatenate([values << np.uint32(8 * place) for place in range(4)])
    nothing = np.zeros_like(states)
    found = [states]
    for _ in range(LONGEST):
        found.append(_step(found[-1], nothing))
    return np.concatenate(found)
