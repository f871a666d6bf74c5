"""Finds the texts that are kept of a page among everything that it shows: which words of the page each of them is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

NOBODY = -1
"""A word of no kept text."""
_LONG = 30
"""Letters: a text of so many does not stand on a page twice by chance, so it may be looked for far ahead."""
_MOST_COMPARED = 5_000_000
"""Words of kept texts times words that each may be, on one page: comparing more takes longer than some seconds."""
_ENOUGH = 0.6
"""Of a text's words that have to be found, where some between them were left out."""
Span = tuple[int, int]
"""Of words: the first, and behind the last."""


def find_kept(kept: Sequence[str], page: Sequence[str], *, anywhere: bool = False) -> list[list[int]]:
    """Return for each text of a page, for each of its words, the position of the kept text that it is of, or NOBODY.

    Kept texts are expected in the order of the page, each once; blanks do not count. In turn: long texts word for word,
    then the others between them, then those of which words were left out. One that is not found has no words.

    Args:
        kept: what is looked for.
        page: texts in the order of the page.
        anywhere: whether what is not found in order is looked for in the rest.
    """
    search = _Search(page)
    letters = ["".join(text.split()) for text in kept]
    spans: list[Span | None] = [None] * len(kept)
    position = 0
    for number, own in enumerate(letters):
        if len(own) >= _LONG and (found := search.find(own, position, search.words)):
            spans[number] = search.claim(number, [found])
            position = found[1]
    for exact in (True, False):
        position, ends = 0, _ends(spans, search.words)
        for number, own in enumerate(letters):
            if spans[number] is None:
                found = search.find(own, position, ends[number]) if exact else None
                runs = [found] if found else [] if exact else search.resembling(kept[number], position, ends[number])
                spans[number] = search.claim(number, runs)
            span = spans[number]
            position = span[1] if span else position
    if anywhere:
        for number, own in enumerate(letters):
            if spans[number] is None and (found := search.find(own, 0, search.words)):
                search.claim(number, [found])
    return search.by_text()


def _ends(spans: Sequence[Span | None], last: int) -> list[int]:
    """Return for each span where the next one begins."""
    ends = [last] * len(spans)
    for number in range(len(spans) - 1, 0, -1):
        span = spans[number]
        ends[number - 1] = span[0] if span else ends[number]
    return ends


class _Search:
    """The words of a page, run together without blanks."""

    def __init__(self, page: Sequence[str]) -> None:
        words = [text.split() for text in page]
        self.listed = [word for own in words for word in own]
        self.words = len(self.listed)
        self.letters = "".join(self.listed)
        self._starts = [0]  # of every word in `letters`, and the end
        for word in self.listed:
            self._starts.append(self._starts[-1] + len(word))
        self._firsts = [0]  # of every text in `listed`, and the end
        self._whole: dict[str, list[int]] = {}  # by a text's letters, where such texts begin
        for own in words:
            self._whole.setdefault("".join(own), []).append(self._firsts[-1])
            self._firsts.append(self._firsts[-1] + len(own))
        self._owners = [NOBODY] * self.words
        self._may_compare = _MOST_COMPARED

    def find(self, letters: str, start: int, end: int) -> Span | None:
        """Return the first span of words that nobody has: a whole text of the page, else a run of words."""
        if not letters:
            return None
        places = self._whole.get(letters, [])
        for at in range(bisect_left(places, start), len(places)):
            first = places[at]
            behind = bisect_left(self._starts, self._starts[first] + len(letters))
            if behind > end:
                break
            if self._is_free(first, behind):
                return first, behind
        found = self.letters.find(letters, self._starts[start], self._starts[end])
        while found >= 0:
            first, behind = bisect_left(self._starts, found), bisect_left(self._starts, found + len(letters))
            edges = self._starts[first] == found and self._starts[behind] == found + len(letters)
            if edges and self._is_free(first, behind):
                return first, behind
            found = self.letters.find(letters, found + 1, self._starts[end])
        return None

    def resembling(self, text: str, start: int, end: int) -> list[Span]:
        """Return the spans that are most of a text's words, in its order; none where they are too few."""
        wanted = text.split()
        cost = (end - start) * len(wanted)
        if cost > self._may_compare:
            return []
        self._may_compare -= cost
        matcher = SequenceMatcher(None, self.listed[start:end], wanted, autojunk=False)
        runs = [block for block in matcher.get_matching_blocks() if block.size]
        if sum(run.size for run in runs) < _ENOUGH * len(wanted):
            return []
        return [(start + run.a, start + run.a + run.size) for run in runs]

    def claim(self, number: int, spans: Sequence[Span]) -> Span | None:
        """Note whose words some spans hold; return the span from the first to the last of them."""
        for first, behind in spans:
            self._owners[first:behind] = [number] * (behind - first)
        return (spans[0][0], spans[-1][1]) if spans else None

    def by_text(self) -> list[list[int]]:
        """Return whose words every text of the page holds."""
        return [self._owners[first:behind] for first, behind in pairwise(self._firsts)]

    def _is_free(self, first: int, behind: int) -> bool:
        return all(owner == NOBODY for owner in self._owners[first:behind])
