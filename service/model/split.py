"""Cuts an answer into sentences while it is still being written."""

from __future__ import annotations

import re

from index.sentences import sentences

LEADING_MARKERS = re.compile(r"\s*(?:\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\]\s*[.,;]?\s*)+")
AFTER_MARKERS = re.compile(r"[.!?…][\"”»’)]*(?:\s*\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\])+\s+(?=[^\s\[])")
"""Markers behind a full stop end a sentence, also where no blank stands before them."""
MAX_OPEN_CHARACTERS = 2000
"""A model that never ends a sentence is cut here; what is cut off fails the check that follows."""


class Splitter:
    """Takes the pieces of an answer and gives whole sentences, each with the markers that stand behind its full stop.

    A sentence is only known to be whole when something other than a marker follows it.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._open = ""

    def feed(self, piece: str) -> list[str]:
        """The sentences that this piece completes, in order."""
        self._open += piece
        if len(self._open) > MAX_OPEN_CHARACTERS:
            return self.end()
        *whole, self._open = self._cut()
        return [sentence.strip() for sentence in whole if sentence.strip()]

    def end(self) -> list[str]:
        """What is left when the answer has ended."""
        left = [sentence.strip() for sentence in self._cut() if sentence.strip()]
        self._open = ""
        return left

    def _cut(self) -> list[str]:
        """The open text in pieces that joined are the text; the last one may go on. Never empty."""
        text = self._open
        starts = [0, *(match.end() for match in AFTER_MARKERS.finditer(text))]
        for line in re.finditer(r"[^\n]+", text):
            for place, span in enumerate(sentences(text, line.start(), line.end(), self._language)):
                markers = LEADING_MARKERS.match(text, span.start)
                start = markers.end() if markers else span.start
                # Only markers follow so far, or half of one; or "e.g." was taken for the end of a sentence.
                open_ended = start == len(text) or text[start] == "["
                if not open_ended and (place == 0 or not text[start].islower()) and text[:start].strip():
                    starts.append(start)
        starts = sorted(set(starts))
        return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
